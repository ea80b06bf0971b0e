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
        later.town_id,
        later.amount_basis,
        earlier.financial_year as year_before,
        later.financial_year as year_after,
        earlier.first_year,
        cast(earlier.town_gbp as double) / cast(earlier.total_gbp as double) as share_before,
        cast(later.town_gbp as double) / cast(later.total_gbp as double) as share_after,
        cast(earlier.total_gbp as double) as total_before,
        cast(later.total_gbp as double) as total_after
    from years as later
    inner join years as earlier
        on
            later.town_id = earlier.town_id
            and later.amount_basis = earlier.amount_basis
            and later.first_year = earlier.first_year + 1
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
        coalesce(later.town_id, earlier.town_id) as town_id,
        coalesce(later.amount_basis, earlier.amount_basis) as amount_basis,
        coalesce(later.unit_id, earlier.unit_id) as unit_id,
        coalesce(later.publisher_id, earlier.publisher_id) as publisher_id,
        coalesce(later.first_year - 1, earlier.first_year) as first_year,
        coalesce(earlier.total_gbp, 0) as before_gbp,
        coalesce(later.total_gbp, 0) as after_gbp,
        coalesce(earlier.town_gbp, 0) as before_town_gbp,
        coalesce(later.town_gbp, 0) as after_town_gbp,
        earlier.unit_id is not null as is_before,
        later.unit_id is not null as is_after,
        coalesce(later.is_unknown, earlier.is_unknown) as is_unknown
    from units as earlier
    full join units as later
        on
            earlier.town_id = later.town_id
            and earlier.amount_basis = later.amount_basis
            and earlier.unit_id = later.unit_id
            and earlier.publisher_id = later.publisher_id
            and earlier.first_year = later.first_year - 1
),

grouped as (
    select
        pairs.*,
        joined.unit_id,
        joined.before_gbp,
        joined.after_gbp,
        joined.before_town_gbp,
        joined.after_town_gbp,
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

-- Of exact pounds: a sum of floating-point numbers hangs on their order.
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
    (sum(after_town_gbp) - any_value(share_before) * sum(after_gbp)) / any_value(total_after)
    - (sum(before_town_gbp) - any_value(share_before) * sum(before_gbp)) / any_value(total_before)
        as contribution
from grouped
group by town_id, year_before, year_after, amount_basis, change_group
