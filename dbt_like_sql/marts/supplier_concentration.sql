with suppliers as (
    select
        town_id,
        publisher_id,
        financial_year,
        amount_basis,
        amount_gbp,
        row_number() over (
            partition by town_id, publisher_id, financial_year, amount_basis
            order by amount_gbp desc, unit_id asc
        ) as place
    from {{ ref('int_town_unit_sums') }}
    where
        scope = 'headline'
        and part = 'year'
        and local_definition = 'registered'
        and not is_withheld
        and amount_gbp > 0
)

select
    town_id,
    publisher_id,
    financial_year,
    amount_basis,
    count(*) as supplier_count,
    sum(amount_gbp) as total_gbp,
    sum(amount_gbp) filter (where place = 1) / sum(amount_gbp) as largest_share,
    sum(amount_gbp) filter (where place <= 10) / sum(amount_gbp) as largest_10_share,
    sum(cast(amount_gbp as double) ** 2 order by amount_gbp)
    / cast(sum(amount_gbp) as double) ** 2 as herfindahl_index
from suppliers
group by town_id, publisher_id, financial_year, amount_basis
