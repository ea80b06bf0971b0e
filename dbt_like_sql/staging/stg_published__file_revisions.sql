select
    publisher_id,
    publication_id,
    sha256_before as file_sha256_before,
    sha256_after as file_sha256,
    seen_at as revised_at,
    rows_before as payment_rows_before,
    rows_after as payment_rows,
    rows_added,
    rows_removed,
    rows_edited,
    names_withdrawn,
    added_gbp,
    removed_gbp,
    moved_gbp
from {{ source('warehouse', 'file_revisions') }}
