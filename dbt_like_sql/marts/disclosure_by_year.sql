with years as (
    select
        publisher_id,
        financial_year,
        amount_basis,
        sum(payment_rows) as payment_rows,
        sum(amount_gbp) as published_gbp,
        sum(if(influenceable in ('yes', 'unclear'), amount_gbp, 0)) as headline_gbp
    from {{ ref('scope_bridge') }}
    where financial_year != 'undated'
    group by publisher_id, financial_year, amount_basis
),

months as (
    select
        publisher_id,
        financial_year,
        count(*) filter (where status = 'published') as months_published
    from {{ ref('coverage') }}
    group by publisher_id, financial_year
)

select
    years.publisher_id,
    publishers.publisher_name,
    years.financial_year,
    years.amount_basis,
    coalesce(months.months_published, 0) as months_published,
    years.payment_rows,
    years.published_gbp,
    years.headline_gbp,
    outturns.net_current_expenditure_gbp,
    outturns.running_expenses_gbp,
    case when months.months_published = 12 then years.headline_gbp / outturns.running_expenses_gbp end
        as headline_to_running_expenses,
    case
        when outturns.running_expenses_gbp is null then 'no running expenses are held for this body and year'
        when coalesce(months.months_published, 0) < 12 then 'fewer than 12 months are held'
    end as no_ratio_reason
from years
inner join {{ ref('stg_registry__publishers') }} as publishers
    on years.publisher_id = publishers.publisher_id
left join months
    on years.publisher_id = months.publisher_id and years.financial_year = months.financial_year
left join {{ ref('revenue_outturns') }} as outturns
    on publishers.ons_code = outturns.ons_code and years.financial_year = outturns.financial_year
