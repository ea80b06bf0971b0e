with pounds as (
    select
        publisher_id,
        coalesce(financial_year, 'undated') as financial_year,
        amount_basis,
        spend_nature,
        influenceable,
        count(*) as payment_rows,
        sum(amount_gbp) as amount_gbp
    from {{ ref('payments') }}
    where file_kind = 'spend'
    group by publisher_id, coalesce(financial_year, 'undated'), amount_basis, spend_nature, influenceable
)

select
    pounds.publisher_id,
    publishers.publisher_name,
    pounds.financial_year,
    pounds.amount_basis,
    pounds.spend_nature,
    pounds.influenceable,
    pounds.payment_rows,
    pounds.amount_gbp,
    sum(pounds.amount_gbp) over (
        partition by pounds.publisher_id, pounds.financial_year, pounds.amount_basis
    ) as published_gbp,
    sum(if(pounds.influenceable in ('yes', 'unclear'), pounds.amount_gbp, 0)) over (
        partition by pounds.publisher_id, pounds.financial_year, pounds.amount_basis
    ) as headline_gbp
from pounds
inner join {{ ref('stg_registry__publishers') }} as publishers
    on pounds.publisher_id = publishers.publisher_id
