with span as (
    select
        min(payment_month) as first_month,
        max(payment_month) as last_month
    from {{ ref('int_payments_selected') }}
    where payment_month between date '2010-01-01' and current_date
),

months as (
    select
        cast(unnest(range(first_month, last_month + interval 1 month, interval 1 month)) as date)
            as payment_month
    from span
),

paid as (
    select
        publisher_id,
        payment_month,
        count(*) as payment_rows,
        sum(amount_gbp) as amount_gbp,
        min(abs(amount_gbp)) filter (where amount_gbp > 0) as smallest_gbp,
        string_agg(distinct amount_basis, ', ' order by amount_basis) as amount_basis
    from {{ ref('int_payments_selected') }}
    where file_kind = 'spend'
    group by publisher_id, payment_month
),

own_span as (
    select
        publisher_id,
        min(payment_month) as first_month,
        max(payment_month) as last_month
    from paid
    group by publisher_id
),

held_back as (
    select distinct
        publisher_id,
        cast(unnest(range(
            date_trunc('month', publication_first_date),
            publication_last_date + interval 1 day,
            interval 1 month
        )) as date) as payment_month
    from {{ ref('stg_published__files') }}
    where is_held_back and publication_first_date is not null and publication_last_date is not null
)

select
    publishers.publisher_id,
    publishers.publisher_name,
    months.payment_month,
    financial_year(months.payment_month) as financial_year,
    case
        when paid.payment_rows is not null then 'published'
        when held_back.publisher_id is not null then 'held_back'
        when months.payment_month between own_span.first_month and own_span.last_month then 'missing'
        when publishers.publishes = 'blocked' then 'blocked'
        else 'no_file'
    end as status,
    coalesce(paid.payment_rows, 0) as payment_rows,
    coalesce(paid.amount_gbp, 0) as amount_gbp,
    paid.smallest_gbp,
    publishers.threshold_gbp,
    paid.amount_basis
from {{ ref('stg_registry__publishers') }} as publishers
cross join months
left join paid
    on publishers.publisher_id = paid.publisher_id and months.payment_month = paid.payment_month
left join own_span on publishers.publisher_id = own_span.publisher_id
left join held_back
    on
        publishers.publisher_id = held_back.publisher_id
        and months.payment_month = held_back.payment_month
