select
    payments.publisher_id,
    payments.file_sha256,
    payments.sheet,
    payments.row_number,
    payments.supplier_id,
    payments.payment_date,
    payments.payment_month,
    payments.supplier_name,
    payments.amount_gbp,
    payments.description,
    payments.department,
    payments.category,
    payments.transaction_id,
    payments.supplier_postcode,
    payments.supplier_id_as_published,
    payments.company_number,
    payments.charity_number,
    payments.vat_number,
    payments.capital_or_revenue,
    payments.is_redacted,
    payments.is_card,
    payments.repeated_total_suspected,
    payments.other,
    periods.file_kind,
    case
        when payments.amount_basis = 'unknown' then publishers.amount_basis
        else payments.amount_basis
    end as amount_basis,
    coalesce(financial_year(payments.payment_month), periods.only_financial_year) as financial_year,
    case
        when payments.payment_date is not null then 'day'
        when payments.payment_month is not null then 'month'
        when periods.only_financial_year is not null then 'file period'
        else 'none'
    end as year_evidence
from {{ ref('stg_published__payments') }} as payments
inner join {{ ref('int_file_periods') }} as periods
    on payments.publisher_id = periods.publisher_id and payments.file_sha256 = periods.file_sha256
inner join {{ ref('stg_registry__publishers') }} as publishers
    on payments.publisher_id = publishers.publisher_id
