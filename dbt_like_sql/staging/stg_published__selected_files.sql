select
    publisher_id,
    file_sha256,
    coalesce(payment_month, date '0001-01-01') as payment_month,
    is_selected,
    reason as selection_reason,
    rows as payment_rows,
    total_gbp
from {{ source('warehouse', 'selected_files') }}
