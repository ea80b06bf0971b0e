with counted as (
    select
        sums.*,
        choices.payees,
        publishers.publisher_kind
    from {{ ref('int_town_unit_sums') }} as sums
    inner join {{ ref('payee_groups') }} as choices
        on
            (choices.with_public or not sums.payee_is_public)
            and (choices.with_anchor_owned or not sums.is_anchor_owned)
            and (choices.with_intermediaries or not sums.is_intermediary)
            and (sums.part = 'year' or choices.payees = 'all')
    inner join {{ ref('stg_registry__publishers') }} as publishers
        on sums.publisher_id = publishers.publisher_id
)

select
    town_id,
    financial_year,
    amount_basis,
    scope,
    local_definition,
    payees,
    case
        when grouping(publisher_id) = 0 then 'anchor'
        when grouping(publisher_kind) = 0 then 'kind'
        when part = 'year' then 'town'
        else part
    end as cut,
    case
        when grouping(publisher_id) = 0 then publisher_id
        when grouping(publisher_kind) = 0 then publisher_kind
        else part_name
    end as cut_name,
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
    sum(if(not (may_be_rest_of_region or may_be_rest_of_uk), amount_gbp, 0)) as county_gbp,
    sum(if(
        (may_be_town or may_be_rest_of_county) and (may_be_rest_of_region or may_be_rest_of_uk),
        greatest(amount_gbp, 0), 0
    )) as county_may_gain_gbp,
    sum(if(
        (may_be_town or may_be_rest_of_county) and (may_be_rest_of_region or may_be_rest_of_uk),
        least(amount_gbp, 0), 0
    )) as county_may_lose_gbp
from counted
group by
    grouping sets (
        (town_id, financial_year, amount_basis, scope, local_definition, payees, part, part_name),
        (
            town_id, financial_year, amount_basis, scope, local_definition, payees, part, part_name,
            publisher_id
        ),
        (
            town_id, financial_year, amount_basis, scope, local_definition, payees, part, part_name,
            publisher_kind
        )
    )
having part = 'year' or (grouping(publisher_id) = 1 and grouping(publisher_kind) = 1)
