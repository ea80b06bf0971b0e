-- A unit is what nets over a year: an organisation, a supplier where none is identified, and a
-- redacted line by itself, since two redacted lines need not be the same payee (ANALYSIS section 3).
select
    payments.publisher_id,
    payments.file_sha256,
    payments.sheet,
    payments.row_number,
    payments.supplier_id,
    case
        when payments.is_redacted or suppliers.supplier_class = 'redacted'
            then concat_ws('#', payments.file_sha256, payments.sheet, payments.row_number)
        when suppliers.decision = 'matched' then concat_ws(':', suppliers.register, suppliers.number)
        else payments.supplier_id
    end as unit_id,
    payments.is_redacted or suppliers.supplier_class = 'redacted' as is_withheld,
    payments.financial_year,
    payments.payment_month,
    payments.category,
    payments.transaction_id,
    payments.amount_basis,
    payments.influenceable,
    payments.amount_gbp,
    payments.repeated_total_suspected
from {{ ref('int_payments_classified') }} as payments
inner join {{ ref('stg_identified__suppliers') }} as suppliers
    on payments.supplier_id = suppliers.supplier_id
where payments.file_kind = 'spend'
