select
    files.publisher_id,
    publishers.publisher_name,
    files.publication_id,
    files.file_sha256,
    files.label,
    files.url,
    files.fetched_at,
    files.bytes,
    files.format,
    files.refusal_reason
from {{ ref('files') }} as files
inner join {{ ref('publishers') }} as publishers on files.publisher_id = publishers.publisher_id
where files.reading_status = 'refused'
