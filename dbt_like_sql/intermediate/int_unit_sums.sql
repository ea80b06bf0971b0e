-- What a unit nets to hangs on what is added up: a whole year, one month or one category of it.
select
    units.publisher_id,
    units.unit_id,
    units.financial_year,
    units.amount_basis,
    scopes.scope,
    case
        when grouping(units.payment_month) = 0 then 'month'
        when grouping(units.category) = 0 then 'category'
        else 'year'
    end as part,
    case
        when grouping(units.payment_month) = 0
            then coalesce(strftime(units.payment_month, '%Y-%m'), 'no month')
        when grouping(units.category) = 0 then coalesce(units.category, 'no category')
        else ''
    end as part_name,
    sum(units.amount_gbp) as amount_gbp,
    sum(least(units.amount_gbp, 0)) as credits_gbp,
    sum(if(units.influenceable = 'unclear', units.amount_gbp, 0)) as unclear_gbp,
    sum(if(units.repeated_total_suspected, units.amount_gbp, 0)) as repeated_total_gbp,
    bool_or(units.is_withheld) as is_withheld,
    count(*) as payment_rows
from {{ ref('int_spend_units') }} as units
inner join {{ ref('spend_scopes') }} as scopes on units.influenceable = scopes.influenceable
where units.financial_year is not null
group by grouping sets (
    (units.publisher_id, units.unit_id, units.financial_year, units.amount_basis, scopes.scope),
    (
        units.publisher_id, units.unit_id, units.financial_year, units.amount_basis, scopes.scope,
        units.payment_month
    ),
    (
        units.publisher_id, units.unit_id, units.financial_year, units.amount_basis, scopes.scope,
        units.category
    )
)
