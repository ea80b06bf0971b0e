select
    rejected.publisher_id,
    files.label,
    rejected.file_sha256,
    rejected.sheet,
    rejected.row_number,
    rejected.column_name,
    rejected.cell_value,
    rejected.rejection_reason
from {{ ref('stg_published__rejected_rows') }} as rejected
inner join {{ ref('files') }} as files
    on
        rejected.publisher_id = files.publisher_id
        and rejected.file_sha256 = files.file_sha256
        and files.is_selected
