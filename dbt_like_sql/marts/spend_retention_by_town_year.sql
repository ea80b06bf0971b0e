with anchor_counts as (
    select
        town_id,
        financial_year,
        count(*) as anchor_count
    from {{ ref('int_anchor_years') }}
    where is_anchor_at_year_end
    group by town_id, financial_year
),

months as (
    select
        anchors.town_id,
        anchors.financial_year,
        payments.amount_basis,
        count(distinct concat_ws(' ', payments.publisher_id, payments.payment_month)) as anchor_months
    from {{ ref('int_payments_selected') }} as payments
    inner join {{ ref('int_anchor_years') }} as anchors
        on
            payments.publisher_id = anchors.publisher_id
            and payments.financial_year = anchors.financial_year
    where payments.file_kind = 'spend' and payments.payment_month is not null
    group by anchors.town_id, anchors.financial_year, payments.amount_basis
)

select
    shares.town_id,
    towns.town_name,
    towns.county_area_name,
    shares.financial_year,
    shares.amount_basis,
    shares.scope,
    anchor_counts.anchor_count,
    shares.anchors_with_payments,
    coalesce(months.anchor_months, 0) as anchor_months,
    shares.payment_rows,
    shares.supplier_count,
    shares.total_gbp,
    shares.town_gbp,
    shares.rest_of_county_gbp,
    shares.rest_of_region_gbp,
    shares.rest_of_uk_gbp,
    shares.unknown_gbp,
    shares.credits_gbp,
    shares.redacted_gbp,
    shares.unclear_gbp,
    shares.repeated_total_gbp,
    shares.undated_town_gbp,
    shares.undated_outside_town_gbp,
    shares.share_in_town_low,
    shares.share_in_town_high,
    shares.share_in_county_low,
    shares.share_in_county_high,
    shares.placed_share,
    shares.located_share_in_town,
    shares.no_headline_reason,
    largest.amount_gbp as largest_supplier_gbp,
    case
        when
            shares.share_in_town_low is not null
            and shares.total_gbp > largest.amount_gbp
            and shares.town_low_gbp >= largest.in_low_gbp
            then
                (shares.town_low_gbp - largest.in_low_gbp)
                / (shares.town_low_total_gbp - largest.amount_gbp)
    end as share_without_largest_supplier_low,
    case
        when
            shares.share_in_town_high is not null
            and shares.total_gbp > largest.amount_gbp
            and shares.town_high_gbp - largest.in_high_gbp
            <= shares.town_high_total_gbp - largest.amount_gbp
            then
                (shares.town_high_gbp - largest.in_high_gbp)
                / (shares.town_high_total_gbp - largest.amount_gbp)
    end as share_without_largest_supplier_high,
    cast(shares.total_gbp * 100 / deflators.deflator as decimal(18, 2)) as total_real_gbp,
    cast(shares.town_gbp * 100 / deflators.deflator as decimal(18, 2)) as town_real_gbp,
    case
        when deflators.deflator is null then 'no deflator is held for this year'
        when deflators.is_forecast then 'the deflator of this year is a forecast'
    end as real_gbp_note
from {{ ref('int_retention_shares') }} as shares
inner join {{ ref('stg_registry__towns') }} as towns on shares.town_id = towns.town_id
inner join anchor_counts
    on
        shares.town_id = anchor_counts.town_id
        and shares.financial_year = anchor_counts.financial_year
left join months
    on
        shares.town_id = months.town_id
        and shares.financial_year = months.financial_year
        and shares.amount_basis = months.amount_basis
left join {{ ref('int_largest_suppliers') }} as largest
    on
        shares.town_id = largest.town_id
        and shares.financial_year = largest.financial_year
        and shares.amount_basis = largest.amount_basis
        and shares.scope = largest.scope
left join {{ ref('gdp_deflators') }} as deflators on shares.financial_year = deflators.financial_year
where shares.cut = 'town' and shares.local_definition = 'registered' and shares.payees = 'all'
