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
),

-- Pounds of anchors are added up once, and then for towns and kinds; only units are told apart twice.
by_anchor as (
    select
        town_id,
        financial_year,
        amount_basis,
        scope,
        local_definition,
        payees,
        part,
        part_name,
        publisher_id,
        publisher_kind,
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
        town_id, financial_year, amount_basis, scope, local_definition, payees, part, part_name,
        publisher_id, publisher_kind
),

anchor_cuts as (
    select
        *,
        if(part = 'year', 'town', part) as cut,
        part_name as cut_name
    from by_anchor
    union all
    select
        *,
        'anchor' as cut,
        publisher_id as cut_name
    from by_anchor
    where part = 'year'
    union all
    select
        *,
        'kind' as cut,
        publisher_kind as cut_name
    from by_anchor
    where part = 'year'
),

-- One organisation may be paid by several anchors.
units as (
    select distinct
        town_id,
        financial_year,
        amount_basis,
        scope,
        local_definition,
        payees,
        if(part = 'year', 'town', part) as cut,
        part_name as cut_name,
        unit_id
    from counted
    union all
    select
        town_id,
        financial_year,
        amount_basis,
        scope,
        local_definition,
        payees,
        'anchor' as cut,
        publisher_id as cut_name,
        unit_id
    from counted
    where part = 'year'
    union all
    select distinct
        town_id,
        financial_year,
        amount_basis,
        scope,
        local_definition,
        payees,
        'kind' as cut,
        publisher_kind as cut_name,
        unit_id
    from counted
    where part = 'year'
),

suppliers as (
    select
        town_id,
        financial_year,
        amount_basis,
        scope,
        local_definition,
        payees,
        cut,
        cut_name,
        count(*) as supplier_count
    from units
    group by town_id, financial_year, amount_basis, scope, local_definition, payees, cut, cut_name
)

select
    anchor_cuts.town_id,
    anchor_cuts.financial_year,
    anchor_cuts.amount_basis,
    anchor_cuts.scope,
    anchor_cuts.local_definition,
    anchor_cuts.payees,
    anchor_cuts.cut,
    anchor_cuts.cut_name,
    count(*) as anchors_with_payments,
    any_value(suppliers.supplier_count) as supplier_count,
    sum(anchor_cuts.payment_rows) as payment_rows,
    sum(anchor_cuts.total_gbp) as total_gbp,
    sum(anchor_cuts.town_gbp) as town_gbp,
    sum(anchor_cuts.rest_of_county_gbp) as rest_of_county_gbp,
    sum(anchor_cuts.rest_of_region_gbp) as rest_of_region_gbp,
    sum(anchor_cuts.rest_of_uk_gbp) as rest_of_uk_gbp,
    sum(anchor_cuts.unknown_gbp) as unknown_gbp,
    sum(anchor_cuts.credits_gbp) as credits_gbp,
    sum(anchor_cuts.redacted_gbp) as redacted_gbp,
    sum(anchor_cuts.unclear_gbp) as unclear_gbp,
    sum(anchor_cuts.repeated_total_gbp) as repeated_total_gbp,
    sum(anchor_cuts.town_may_gain_gbp) as town_may_gain_gbp,
    sum(anchor_cuts.town_may_lose_gbp) as town_may_lose_gbp,
    sum(anchor_cuts.county_gbp) as county_gbp,
    sum(anchor_cuts.county_may_gain_gbp) as county_may_gain_gbp,
    sum(anchor_cuts.county_may_lose_gbp) as county_may_lose_gbp
from anchor_cuts
inner join suppliers
    on
        anchor_cuts.town_id = suppliers.town_id
        and anchor_cuts.financial_year = suppliers.financial_year
        and anchor_cuts.amount_basis = suppliers.amount_basis
        and anchor_cuts.scope = suppliers.scope
        and anchor_cuts.local_definition = suppliers.local_definition
        and anchor_cuts.payees = suppliers.payees
        and anchor_cuts.cut = suppliers.cut
        and anchor_cuts.cut_name = suppliers.cut_name
group by
    anchor_cuts.town_id,
    anchor_cuts.financial_year,
    anchor_cuts.amount_basis,
    anchor_cuts.scope,
    anchor_cuts.local_definition,
    anchor_cuts.payees,
    anchor_cuts.cut,
    anchor_cuts.cut_name
