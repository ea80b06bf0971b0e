-- The eight ways of being public, owned by an anchor or an intermediary are numbered 0 to 7, so that
-- pounds are added up once for each of them, not once for each choice of payees; and all the ways in
-- which several anchors see one organisation fit into the bits of one number.
with choices as (
    select
        payee_groups.payees,
        bit_or(1 << ways.way) as counted_ways
    from {{ ref('payee_groups') }} as payee_groups
    inner join range(8) as ways (way)
        on
            (payee_groups.with_public or ways.way & 1 = 0)
            and (payee_groups.with_anchor_owned or ways.way & 2 = 0)
            and (payee_groups.with_intermediaries or ways.way & 4 = 0)
    group by payee_groups.payees
),

sums as (
    select
        *,
        1 << (
            cast(payee_is_public as integer) + 2 * cast(is_anchor_owned as integer)
            + 4 * cast(is_intermediary as integer)
        ) as way_bit
    from {{ ref('int_town_unit_sums') }}
),

by_way as (
    select
        town_id,
        financial_year,
        amount_basis,
        scope,
        local_definition,
        part,
        part_name,
        publisher_id,
        way_bit,
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
    from sums
    group by
        town_id, financial_year, amount_basis, scope, local_definition, part, part_name,
        publisher_id, way_bit
),

by_anchor as (
    select
        by_way.town_id,
        by_way.financial_year,
        by_way.amount_basis,
        by_way.scope,
        by_way.local_definition,
        choices.payees,
        by_way.part,
        by_way.part_name,
        by_way.publisher_id,
        publishers.publisher_kind,
        sum(by_way.payment_rows) as payment_rows,
        sum(by_way.total_gbp) as total_gbp,
        sum(by_way.town_gbp) as town_gbp,
        sum(by_way.rest_of_county_gbp) as rest_of_county_gbp,
        sum(by_way.rest_of_region_gbp) as rest_of_region_gbp,
        sum(by_way.rest_of_uk_gbp) as rest_of_uk_gbp,
        sum(by_way.unknown_gbp) as unknown_gbp,
        sum(by_way.credits_gbp) as credits_gbp,
        sum(by_way.redacted_gbp) as redacted_gbp,
        sum(by_way.unclear_gbp) as unclear_gbp,
        sum(by_way.repeated_total_gbp) as repeated_total_gbp,
        sum(by_way.town_may_gain_gbp) as town_may_gain_gbp,
        sum(by_way.town_may_lose_gbp) as town_may_lose_gbp,
        sum(by_way.county_gbp) as county_gbp,
        sum(by_way.county_may_gain_gbp) as county_may_gain_gbp,
        sum(by_way.county_may_lose_gbp) as county_may_lose_gbp
    from by_way
    inner join choices
        on
            by_way.way_bit & choices.counted_ways != 0
            and (by_way.part = 'year' or choices.payees = 'all')
    inner join {{ ref('stg_registry__publishers') }} as publishers
        on by_way.publisher_id = publishers.publisher_id
    group by
        by_way.town_id, by_way.financial_year, by_way.amount_basis, by_way.scope,
        by_way.local_definition, choices.payees, by_way.part, by_way.part_name,
        by_way.publisher_id, publishers.publisher_kind
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
cut_units as (
    select
        town_id,
        financial_year,
        amount_basis,
        scope,
        local_definition,
        part,
        if(part = 'year', 'town', part) as cut,
        part_name as cut_name,
        unit_id,
        way_bit
    from sums
    union all
    select
        town_id,
        financial_year,
        amount_basis,
        scope,
        local_definition,
        part,
        'anchor' as cut,
        publisher_id as cut_name,
        unit_id,
        way_bit
    from sums
    where part = 'year'
    union all
    select
        sums.town_id,
        sums.financial_year,
        sums.amount_basis,
        sums.scope,
        sums.local_definition,
        sums.part,
        'kind' as cut,
        publishers.publisher_kind as cut_name,
        sums.unit_id,
        sums.way_bit
    from sums
    inner join {{ ref('stg_registry__publishers') }} as publishers
        on sums.publisher_id = publishers.publisher_id
    where sums.part = 'year'
),

units as (
    select
        town_id,
        financial_year,
        amount_basis,
        scope,
        local_definition,
        part,
        cut,
        cut_name,
        unit_id,
        bit_or(way_bit) as ways
    from cut_units
    group by
        town_id, financial_year, amount_basis, scope, local_definition, part, cut, cut_name, unit_id
),

suppliers as (
    select
        units.town_id,
        units.financial_year,
        units.amount_basis,
        units.scope,
        units.local_definition,
        choices.payees,
        units.cut,
        units.cut_name,
        count(*) as supplier_count
    from units
    inner join choices
        on
            units.ways & choices.counted_ways != 0
            and (units.part = 'year' or choices.payees = 'all')
    group by
        units.town_id, units.financial_year, units.amount_basis, units.scope,
        units.local_definition, choices.payees, units.cut, units.cut_name
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
