select
    publisher_id,
    file_sha256,
    sheet,
    row_number,
    column_name,
    value as cell_value,
    reason as rejection_reason
from {{ source('warehouse', 'rejected_rows') }}
