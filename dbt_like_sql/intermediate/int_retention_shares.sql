with monthless as (
    select
        town_id,
        financial_year,
        amount_basis,
        scope
    from {{ ref('int_retention_sums') }}
    where cut = 'month' and cut_name = 'no month'
    union
    select
        town_id,
        financial_year,
        amount_basis,
        scope
    from {{ ref('int_retention_undated') }}
),

bounds as (
    select
        sums.*,
        coalesce(undated.undated_town_gbp, 0) as undated_town_gbp,
        coalesce(undated.undated_outside_town_gbp, 0) as undated_outside_town_gbp,
        coalesce(undated.has_undated_credits, false) as has_undated_credits,
        sums.cut = 'month' and monthless.town_id is not null as has_monthless,
        sums.town_gbp + sums.town_may_lose_gbp as town_low_gbp,
        sums.town_gbp + sums.town_may_gain_gbp
        + coalesce(undated.undated_town_gbp, 0) as town_high_gbp,
        sums.total_gbp + coalesce(undated.undated_outside_town_gbp, 0) as town_low_total_gbp,
        sums.total_gbp + coalesce(undated.undated_town_gbp, 0) as town_high_total_gbp,
        sums.county_gbp + sums.county_may_lose_gbp as county_low_gbp,
        sums.county_gbp + sums.county_may_gain_gbp
        + coalesce(undated.undated_county_gbp, 0) as county_high_gbp,
        sums.total_gbp + coalesce(undated.undated_outside_county_gbp, 0) as county_low_total_gbp,
        sums.total_gbp + coalesce(undated.undated_county_gbp, 0) as county_high_total_gbp
    from {{ ref('int_retention_sums') }} as sums
    left join {{ ref('int_retention_undated') }} as undated
        on
            sums.town_id = undated.town_id
            and sums.financial_year = undated.financial_year
            and sums.amount_basis = undated.amount_basis
            and sums.scope = undated.scope
            and sums.local_definition = undated.local_definition
            and sums.payees = undated.payees
            and sums.cut = undated.cut
            and sums.cut_name = undated.cut_name
    left join monthless
        on
            sums.town_id = monthless.town_id
            and sums.financial_year = monthless.financial_year
            and sums.amount_basis = monthless.amount_basis
            and sums.scope = monthless.scope
),

reasoned as (
    select
        *,
        case
            when total_gbp <= 0 then 'the amounts do not add up to more than zero'
            when has_undated_credits then 'undated credit notes: not computed'
            when has_monthless then 'some payments of the year print no month: not computed'
            when
                least(town_low_gbp, county_low_gbp) < 0
                or town_high_gbp > town_high_total_gbp
                or county_high_gbp > county_high_total_gbp
                then 'credit notes push the bounds outside 0 to 100%'
        end as no_share_reason
    from bounds
)

select
    town_id,
    financial_year,
    amount_basis,
    scope,
    local_definition,
    payees,
    cut,
    cut_name,
    anchors_with_payments,
    supplier_count,
    payment_rows,
    total_gbp,
    town_gbp,
    rest_of_county_gbp,
    rest_of_region_gbp,
    rest_of_uk_gbp,
    unknown_gbp,
    credits_gbp,
    redacted_gbp,
    unclear_gbp,
    repeated_total_gbp,
    undated_town_gbp,
    undated_outside_town_gbp,
    town_low_gbp,
    town_high_gbp,
    town_low_total_gbp,
    town_high_total_gbp,
    case when no_share_reason is null then town_low_gbp / town_low_total_gbp end as share_in_town_low,
    case when no_share_reason is null then town_high_gbp / town_high_total_gbp end as share_in_town_high,
    case when no_share_reason is null then county_low_gbp / county_low_total_gbp end as share_in_county_low,
    case when no_share_reason is null then county_high_gbp / county_high_total_gbp end
        as share_in_county_high,
    case when total_gbp > 0 then (total_gbp - unknown_gbp) / total_gbp end as placed_share,
    case when total_gbp > unknown_gbp then town_gbp / (total_gbp - unknown_gbp) end
        as located_share_in_town,
    case
        when no_share_reason is not null then no_share_reason
        when (total_gbp - unknown_gbp) / total_gbp < 0.5
            then 'less than half of the pounds is placed'
        when unclear_gbp / total_gbp > 0.15
            then 'what more than 15% of the pounds is for is unclear'
        when repeated_total_gbp / total_gbp > 0.5
            then 'most of the pounds may be invoice totals printed on each of their lines'
    end as no_headline_reason
from reasoned
