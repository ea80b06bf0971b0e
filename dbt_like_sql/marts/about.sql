with held as (
    select
        count(*) as files_held,
        count(*) filter (where is_selected) as files_selected
    from {{ ref('files') }}
),

published as (
    select count(*) as publishers
    from {{ ref('publishers') }}
),

paid as (
    select
        count(*) as payment_rows,
        coalesce(sum(amount_gbp), 0) as payments_gbp
    from {{ ref('payments') }}
),

rejected as (
    select count(*) as rejected_rows
    from {{ ref('rejected_rows') }}
),

identified as (
    select count(*) as suppliers
    from {{ ref('stg_identified__suppliers') }}
),

placed as (
    select max(address_as_of_date) as registers_as_of_date
    from {{ ref('stg_identified__supplier_places') }}
)

select
    builds.built_at,
    builds.anchorspend_version,
    builds.source_digest,
    published.publishers,
    held.files_held,
    held.files_selected,
    paid.payment_rows,
    paid.payments_gbp,
    rejected.rejected_rows,
    identified.suppliers,
    placed.registers_as_of_date
from {{ ref('stg_build__build') }} as builds
cross join published
cross join held
cross join paid
cross join rejected
cross join identified
cross join placed
