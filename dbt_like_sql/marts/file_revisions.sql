select
    revisions.publisher_id,
    revisions.publication_id,
    files.label,
    revisions.file_sha256_before,
    revisions.file_sha256,
    revisions.revised_at,
    revisions.payment_rows_before,
    revisions.payment_rows,
    revisions.rows_added,
    revisions.rows_removed,
    revisions.rows_edited,
    revisions.names_withdrawn,
    revisions.added_gbp,
    revisions.removed_gbp,
    revisions.moved_gbp,
    files.is_held_back
from {{ ref('stg_published__file_revisions') }} as revisions
inner join {{ ref('files') }} as files
    on
        revisions.publisher_id = files.publisher_id
        and revisions.publication_id = files.publication_id
        and revisions.file_sha256 = files.file_sha256
