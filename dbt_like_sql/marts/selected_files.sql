select
    publisher_id,
    file_sha256,
    payment_month,
    is_selected,
    selection_reason,
    payment_rows,
    total_gbp
from {{ ref('stg_published__selected_files') }}
