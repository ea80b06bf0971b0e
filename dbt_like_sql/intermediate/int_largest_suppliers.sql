-- Lines whose payee is withheld are nobody's: they are never the largest supplier.
with suppliers as (
    select
        town_id,
        financial_year,
        amount_basis,
        scope,
        unit_id,
        sum(amount_gbp) as amount_gbp,
        sum(case
            when band = 'town' then amount_gbp
            when band = 'unknown' and may_be_town then least(amount_gbp, 0)
            else 0
        end) as in_low_gbp,
        sum(case
            when band = 'town' then amount_gbp
            when band = 'unknown' and may_be_town then greatest(amount_gbp, 0)
            else 0
        end) as in_high_gbp
    from {{ ref('int_town_unit_sums') }}
    where part = 'year' and local_definition = 'registered' and not is_withheld
    group by town_id, financial_year, amount_basis, scope, unit_id
)

select *
from suppliers
qualify row_number() over (
    partition by town_id, financial_year, amount_basis, scope order by amount_gbp desc, unit_id asc
) = 1
