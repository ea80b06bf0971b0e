with held as (
    select
        publisher_id,
        count(*) filter (where is_selected) as files_selected,
        count(*) as files_held,
        count(*) filter (where reading_status = 'refused') as files_refused,
        sum(rejected_rows) filter (where is_selected) as rejected_rows
    from {{ ref('files') }}
    group by publisher_id
),

paid as (
    select
        publisher_id,
        count(*) as payment_rows,
        sum(amount_gbp) as total_gbp,
        count(distinct payment_month) as months_held,
        min(payment_month) as first_month,
        max(payment_month) as last_month
    from {{ ref('payments') }}
    group by publisher_id
)

select
    publishers.publisher_id,
    publishers.publisher_name,
    publishers.publisher_kind,
    publishers.ons_code,
    publishers.amount_basis,
    publishers.threshold_gbp,
    publishers.cadence,
    publishers.publishes,
    publishers.is_verified,
    publishers.discovery_rule,
    publishers.landing_page,
    publishers.licence,
    publishers.attribution,
    publishers.caveats,
    coalesce(held.files_held, 0) as files_held,
    coalesce(held.files_selected, 0) as files_selected,
    coalesce(held.files_refused, 0) as files_refused,
    coalesce(paid.payment_rows, 0) as payment_rows,
    coalesce(held.rejected_rows, 0) as rejected_rows,
    coalesce(paid.total_gbp, 0) as total_gbp,
    coalesce(paid.months_held, 0) as months_held,
    paid.first_month,
    paid.last_month
from {{ ref('stg_registry__publishers') }} as publishers
left join held on publishers.publisher_id = held.publisher_id
left join paid on publishers.publisher_id = paid.publisher_id
