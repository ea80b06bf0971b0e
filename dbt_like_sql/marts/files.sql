select
    files.publisher_id,
    files.publication_id,
    files.file_sha256,
    files.label,
    files.url,
    files.fetched_at,
    files.bytes,
    files.reading_status,
    files.refusal_reason,
    files.is_selected,
    files.is_held_back,
    files.selection_reason,
    periods.file_kind,
    files.publication_first_date,
    files.publication_last_date,
    files.first_date as first_payment_date,
    files.last_date as last_payment_date,
    files.format,
    files.encoding,
    files.file_rows,
    files.payment_rows,
    files.rejected_rows,
    files.blank_rows,
    files.total_rows,
    files.header_rows,
    files.note_rows,
    files.negative_rows,
    files.redacted_rows,
    files.undated_rows,
    files.total_gbp,
    files.printed_total_gbp,
    files.excluded_gbp,
    files.amount_column,
    files.amount_basis as amount_basis_of_heading,
    files.supplier_column,
    files.date_column,
    files.warnings
from {{ ref('stg_published__files') }} as files
left join {{ ref('int_file_periods') }} as periods
    on
        files.publisher_id = periods.publisher_id
        and files.file_sha256 = periods.file_sha256
        and files.is_selected
