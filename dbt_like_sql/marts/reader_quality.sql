select
    files.publisher_id,
    publishers.publisher_name,
    count(*) as files_held,
    count(*) filter (where files.reading_status = 'refused') as files_refused,
    sum(files.file_rows) as file_rows,
    sum(files.payment_rows) as payment_rows,
    sum(files.rejected_rows) as rejected_rows,
    sum(files.blank_rows + files.total_rows + files.header_rows + files.note_rows) as excluded_rows,
    sum(files.rejected_rows) / nullif(sum(files.file_rows), 0) as rejected_share,
    count(*) filter (where files.printed_total_gbp is not null) as files_with_printed_total,
    count(*) filter (where abs(files.printed_total_gbp - files.total_gbp) < 0.02)
        as files_with_agreeing_total
from {{ ref('files') }} as files
inner join {{ ref('stg_registry__publishers') }} as publishers
    on files.publisher_id = publishers.publisher_id
group by files.publisher_id, publishers.publisher_name
