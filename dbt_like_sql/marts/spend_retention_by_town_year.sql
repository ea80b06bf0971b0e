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
    retention.town_id,
    towns.town_name,
    towns.county_area_name,
    retention.financial_year,
    retention.amount_basis,
    retention.scope,
    anchor_counts.anchor_count,
    retention.anchors_with_payments,
    coalesce(months.anchor_months, 0) as anchor_months,
    retention.payment_rows,
    retention.supplier_count,
    retention.total_gbp,
    retention.town_gbp,
    retention.rest_of_county_gbp,
    retention.rest_of_region_gbp,
    retention.rest_of_uk_gbp,
    retention.unknown_gbp,
    retention.credits_gbp,
    retention.redacted_gbp,
    retention.unclear_gbp,
    retention.repeated_total_gbp,
    retention.undated_town_gbp,
    retention.undated_outside_town_gbp,
    retention.share_in_town_low,
    retention.share_in_town_high,
    retention.share_in_county_low,
    retention.share_in_county_high,
    retention.placed_share,
    retention.located_share_in_town,
    retention.no_headline_reason,
    largest.amount_gbp as largest_supplier_gbp,
    case
        when
            retention.share_in_town_low is not null
            and retention.total_gbp > largest.amount_gbp
            and retention.town_low_gbp >= largest.in_low_gbp
            then
                (retention.town_low_gbp - largest.in_low_gbp)
                / (retention.town_low_total_gbp - largest.amount_gbp)
    end as share_without_largest_supplier_low,
    case
        when
            retention.share_in_town_high is not null
            and retention.total_gbp > largest.amount_gbp
            and retention.town_high_gbp - largest.in_high_gbp
            <= retention.town_high_total_gbp - largest.amount_gbp
            then
                (retention.town_high_gbp - largest.in_high_gbp)
                / (retention.town_high_total_gbp - largest.amount_gbp)
    end as share_without_largest_supplier_high,
    cast(retention.total_gbp * 100 / deflators.deflator as decimal(18, 2)) as total_real_gbp,
    cast(retention.town_gbp * 100 / deflators.deflator as decimal(18, 2)) as town_real_gbp,
    case
        when deflators.deflator is null then 'no deflator is held for this year'
        when deflators.is_forecast then 'the deflator of this year is a forecast'
    end as real_gbp_note
from {{ ref('int_retention_shares') }} as retention
inner join {{ ref('stg_registry__towns') }} as towns on retention.town_id = towns.town_id
inner join anchor_counts
    on
        retention.town_id = anchor_counts.town_id
        and retention.financial_year = anchor_counts.financial_year
left join months
    on
        retention.town_id = months.town_id
        and retention.financial_year = months.financial_year
        and retention.amount_basis = months.amount_basis
left join {{ ref('int_largest_suppliers') }} as largest
    on
        retention.town_id = largest.town_id
        and retention.financial_year = largest.financial_year
        and retention.amount_basis = largest.amount_basis
        and retention.scope = largest.scope
left join {{ ref('gdp_deflators') }} as deflators on retention.financial_year = deflators.financial_year
where retention.cut = 'town' and retention.local_definition = 'registered' and retention.payees = 'all'
