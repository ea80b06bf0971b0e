select
    mart_name,
    compared_with as compared_with_built_at,
    rows_before,
    rows_after,
    rows_added,
    rows_removed,
    rows_changed,
    gbp_before,
    gbp_after,
    not_compared_reason
from {{ source('warehouse', 'changed_rows') }}
