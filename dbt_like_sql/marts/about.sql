select
    builds.built_at,
    builds.anchorspend_version,
    builds.source_digest,
    (select count(*) from {{ ref('publishers') }}) as publishers,
    (select count(*) from {{ ref('files') }}) as files_held,
    (select count(*) from {{ ref('files') }} where is_selected) as files_selected,
    (select count(*) from {{ ref('payments') }}) as payment_rows,
    (select coalesce(sum(amount_gbp), 0) from {{ ref('payments') }}) as payments_gbp,
    (select count(*) from {{ ref('rejected_rows') }}) as rejected_rows,
    (select count(*) from {{ ref('stg_identified__suppliers') }}) as suppliers,
    (select max(address_as_of_date) from {{ ref('stg_identified__supplier_places') }})
        as registers_as_of_date
from {{ ref('stg_build__build') }} as builds
