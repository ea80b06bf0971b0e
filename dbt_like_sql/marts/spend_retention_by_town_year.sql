with totals as (
    select
        town_id,
        financial_year,
        amount_basis,
        scope,
        count(distinct publisher_id) as anchors_with_payments,
        count(distinct unit_id) as supplier_count,
        sum(payment_rows) as payment_rows,
        sum(amount_gbp) as total_gbp,
        sum(if(band = 'town', amount_gbp, 0)) as town_gbp,
        sum(if(band = 'rest_of_county', amount_gbp, 0)) as rest_of_county_gbp,
        sum(if(band = 'rest_of_region', amount_gbp, 0)) as rest_of_region_gbp,
        sum(if(band = 'rest_of_uk', amount_gbp, 0)) as rest_of_uk_gbp,
        sum(if(band = 'unknown', amount_gbp, 0)) as unknown_gbp,
        sum(credits_gbp) as credits_gbp,
        sum(if(is_withheld, amount_gbp, 0)) as redacted_gbp,
        sum(unclear_gbp) as unclear_gbp,
        sum(repeated_total_gbp) as repeated_total_gbp,
        -- U+ and U- of ANALYSIS section 3, for the town and for the county area.
        sum(if(band = 'unknown' and may_be_town, greatest(amount_gbp, 0), 0)) as town_may_gain_gbp,
        sum(if(band = 'unknown' and may_be_town, least(amount_gbp, 0), 0)) as town_may_lose_gbp,
        sum(if(
            not (may_be_rest_of_region or may_be_rest_of_uk), amount_gbp, 0
        )) as county_gbp,
        sum(if(
            (may_be_town or may_be_rest_of_county) and (may_be_rest_of_region or may_be_rest_of_uk),
            greatest(amount_gbp, 0), 0
        )) as county_may_gain_gbp,
        sum(if(
            (may_be_town or may_be_rest_of_county) and (may_be_rest_of_region or may_be_rest_of_uk),
            least(amount_gbp, 0), 0
        )) as county_may_lose_gbp
    from {{ ref('int_town_year_units') }}
    group by town_id, financial_year, amount_basis, scope
),

anchor_counts as (
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
),

bounds as (
    select
        totals.*,
        anchor_counts.anchor_count,
        coalesce(months.anchor_months, 0) as anchor_months,
        coalesce(undated.undated_town_gbp, 0) as undated_town_gbp,
        coalesce(undated.undated_outside_town_gbp, 0) as undated_outside_town_gbp,
        coalesce(undated.has_undated_credits, false) as has_undated_credits,
        totals.town_gbp + totals.town_may_lose_gbp as town_low_gbp,
        totals.town_gbp + totals.town_may_gain_gbp
        + coalesce(undated.undated_town_gbp, 0) as town_high_gbp,
        totals.total_gbp + coalesce(undated.undated_outside_town_gbp, 0) as town_low_total_gbp,
        totals.total_gbp + coalesce(undated.undated_town_gbp, 0) as town_high_total_gbp,
        totals.county_gbp + totals.county_may_lose_gbp as county_low_gbp,
        totals.county_gbp + totals.county_may_gain_gbp
        + coalesce(undated.undated_county_gbp, 0) as county_high_gbp,
        totals.total_gbp + coalesce(undated.undated_outside_county_gbp, 0) as county_low_total_gbp,
        totals.total_gbp + coalesce(undated.undated_county_gbp, 0) as county_high_total_gbp
    from totals
    inner join anchor_counts
        on
            totals.town_id = anchor_counts.town_id
            and totals.financial_year = anchor_counts.financial_year
    left join months
        on
            totals.town_id = months.town_id
            and totals.financial_year = months.financial_year
            and totals.amount_basis = months.amount_basis
    left join {{ ref('int_town_year_undated') }} as undated
        on
            totals.town_id = undated.town_id
            and totals.financial_year = undated.financial_year
            and totals.amount_basis = undated.amount_basis
            and totals.scope = undated.scope
),

shares as (
    select
        *,
        case
            when total_gbp <= 0 then 'the amounts do not add up to more than zero'
            when has_undated_credits then 'undated credit notes: not computed'
            when
                least(town_low_gbp, county_low_gbp) < 0
                or town_high_gbp > town_high_total_gbp
                or county_high_gbp > county_high_total_gbp
                then 'credit notes push the bounds outside 0 to 100%'
        end as no_share_reason
    from bounds
)

select
    shares.town_id,
    towns.town_name,
    towns.county_area_name,
    shares.financial_year,
    shares.amount_basis,
    shares.scope,
    shares.anchor_count,
    shares.anchors_with_payments,
    shares.anchor_months,
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
    case when shares.no_share_reason is null then shares.town_low_gbp / shares.town_low_total_gbp end
        as share_in_town_low,
    case when shares.no_share_reason is null then shares.town_high_gbp / shares.town_high_total_gbp end
        as share_in_town_high,
    case when shares.no_share_reason is null then shares.county_low_gbp / shares.county_low_total_gbp end
        as share_in_county_low,
    case when shares.no_share_reason is null then shares.county_high_gbp / shares.county_high_total_gbp end
        as share_in_county_high,
    case
        when shares.total_gbp > 0
            then (shares.total_gbp - shares.unknown_gbp) / shares.total_gbp
    end as placed_share,
    case
        when shares.total_gbp > shares.unknown_gbp
            then shares.town_gbp / (shares.total_gbp - shares.unknown_gbp)
    end
        as located_share_in_town,
    case
        when shares.no_share_reason is not null then shares.no_share_reason
        when (shares.total_gbp - shares.unknown_gbp) / shares.total_gbp < 0.5
            then 'less than half of the pounds is placed'
        when shares.unclear_gbp / shares.total_gbp > 0.15
            then 'what more than 15% of the pounds is for is unclear'
        when shares.repeated_total_gbp / shares.total_gbp > 0.5
            then 'most of the pounds may be invoice totals printed on each of their lines'
    end as no_headline_reason
from shares
inner join {{ ref('stg_registry__towns') }} as towns on shares.town_id = towns.town_id
