select
    built_at,
    anchorspend_version,
    source_digest
from {{ source('warehouse', 'build') }}
