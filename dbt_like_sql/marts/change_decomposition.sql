-- c_s of ANALYSIS section 6: the contributions add up to the change of the share exactly.
with units as (
    select
        town_id,
        amount_basis,
        unit_id,
        publisher_id,
        financial_year,
        cast(left(financial_year, 4) as integer) as first_year,
        bool_and(band = 'unknown') as is_unknown,
        sum(amount_gbp) as total_gbp,
        sum(if(band = 'town', amount_gbp, 0)) as town_gbp
    from {{ ref('int_town_unit_sums') }}
    where scope = 'headline' and part = 'year' and local_definition = 'registered'
    group by town_id, amount_basis, unit_id, publisher_id, financial_year
),

years as (
    select
        town_id,
        amount_basis,
        financial_year,
        first_year,
        sum(total_gbp) as total_gbp,
        sum(town_gbp) as town_gbp
    from units
    group by town_id, amount_basis, financial_year, first_year
    having sum(total_gbp) > 0
),

pairs as (
    select
        after.town_id,
        after.amount_basis,
        before.financial_year as year_before,
        after.financial_year as year_after,
        before.first_year,
        cast(before.town_gbp as double) / cast(before.total_gbp as double) as share_before,
        cast(after.town_gbp as double) / cast(after.total_gbp as double) as share_after,
        cast(before.total_gbp as double) as total_before,
        cast(after.total_gbp as double) as total_after
    from years as after
    inner join years as before
        on
            after.town_id = before.town_id
            and after.amount_basis = before.amount_basis
            and after.first_year = before.first_year + 1
),

payers as (
    select distinct
        town_id,
        amount_basis,
        publisher_id,
        first_year
    from units
),

joined as (
    select
        coalesce(after.town_id, before.town_id) as town_id,
        coalesce(after.amount_basis, before.amount_basis) as amount_basis,
        coalesce(after.unit_id, before.unit_id) as unit_id,
        coalesce(after.publisher_id, before.publisher_id) as publisher_id,
        coalesce(after.first_year - 1, before.first_year) as first_year,
        coalesce(before.total_gbp, 0) as before_gbp,
        coalesce(after.total_gbp, 0) as after_gbp,
        coalesce(before.town_gbp, 0) as before_town_gbp,
        coalesce(after.town_gbp, 0) as after_town_gbp,
        before.unit_id is not null as is_before,
        after.unit_id is not null as is_after,
        coalesce(after.is_unknown, before.is_unknown) as is_unknown
    from units as before
    full join units as after
        on
            before.town_id = after.town_id
            and before.amount_basis = after.amount_basis
            and before.unit_id = after.unit_id
            and before.publisher_id = after.publisher_id
            and before.first_year = after.first_year - 1
),

grouped as (
    select
        pairs.*,
        joined.* exclude (town_id, amount_basis, first_year),
        case
            when payer_before.publisher_id is null then 'publisher added'
            when payer_after.publisher_id is null then 'publisher missing'
            when joined.is_unknown then 'place unknown'
            when joined.is_before and joined.is_after then 'continuing suppliers'
            when joined.is_after then 'new suppliers'
            else 'lost suppliers'
        end as change_group
    from joined
    inner join pairs
        on
            joined.town_id = pairs.town_id
            and joined.amount_basis = pairs.amount_basis
            and joined.first_year = pairs.first_year
    left join payers as payer_before
        on
            joined.town_id = payer_before.town_id
            and joined.amount_basis = payer_before.amount_basis
            and joined.publisher_id = payer_before.publisher_id
            and joined.first_year = payer_before.first_year
    left join payers as payer_after
        on
            joined.town_id = payer_after.town_id
            and joined.amount_basis = payer_after.amount_basis
            and joined.publisher_id = payer_after.publisher_id
            and joined.first_year + 1 = payer_after.first_year
)

select
    town_id,
    year_before,
    year_after,
    amount_basis,
    change_group,
    any_value(share_before) as share_before,
    any_value(share_after) as share_after,
    count(distinct unit_id) as supplier_count,
    sum(before_gbp) as before_gbp,
    sum(after_gbp) as after_gbp,
    sum(before_town_gbp) as before_town_gbp,
    sum(after_town_gbp) as after_town_gbp,
    sum(
        (after_town_gbp - share_before * after_gbp) / total_after
        - (before_town_gbp - share_before * before_gbp) / total_before
    ) as contribution
from grouped
group by town_id, year_before, year_after, amount_basis, change_group
