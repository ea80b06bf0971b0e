-- The label says what a file covers; where it does not, the days inside it do.
with dated as (
    select
        publisher_id,
        file_sha256,
        min(payment_month) as first_month,
        max(payment_month) as last_month
    from {{ ref('stg_published__payments') }}
    group by publisher_id, file_sha256
),

periods as (
    select
        files.publisher_id,
        files.file_sha256,
        case
            when files.publication_kind = 'spend' and files.reader_kind = 'spend' then 'spend'
            when files.publication_kind != 'spend' then files.publication_kind
            else files.reader_kind
        end as file_kind,
        coalesce(files.publication_first_date, dated.first_month) as period_first_date,
        coalesce(files.publication_last_date, last_day(dated.last_month)) as period_last_date
    from {{ ref('stg_published__files') }} as files
    left join dated
        on files.publisher_id = dated.publisher_id and files.file_sha256 = dated.file_sha256
    where files.is_selected
)

select
    publisher_id,
    file_sha256,
    file_kind,
    period_first_date,
    period_last_date,
    case
        when financial_year(period_first_date) = financial_year(period_last_date)
            then financial_year(period_first_date)
    end as only_financial_year
from periods
