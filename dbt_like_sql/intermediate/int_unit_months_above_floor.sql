-- Bodies that publish smaller invoices than others are cut to what all publish: £500, in the NHS
-- £25,000 (ANALYSIS section 4). A credit is never cut; a line without the number of its invoice is
-- taken for an invoice.
with invoices as (
    select
        units.publisher_id,
        units.unit_id,
        units.financial_year,
        units.amount_basis,
        units.payment_month,
        if(institutions.is_nhs, 25000, 500) as floor_gbp,
        units.transaction_id is not null as is_invoice_known,
        sum(greatest(units.amount_gbp, 0)) as invoiced_gbp,
        sum(least(units.amount_gbp, 0)) as credits_gbp
    from {{ ref('int_spend_units') }} as units
    inner join {{ ref('int_institutions') }} as institutions
        on units.publisher_id = institutions.publisher_id
    inner join {{ ref('spend_scopes') }} as scopes
        on units.influenceable = scopes.influenceable and scopes.scope = 'headline'
    where units.financial_year is not null and units.payment_month is not null
    group by
        units.publisher_id, units.unit_id, units.financial_year, units.amount_basis,
        units.payment_month, institutions.is_nhs, units.transaction_id,
        case
            when units.transaction_id is null
                then concat_ws('#', units.file_sha256, units.sheet, units.row_number)
        end
)

select
    publisher_id,
    unit_id,
    financial_year,
    amount_basis,
    payment_month,
    sum(if(invoiced_gbp >= floor_gbp, invoiced_gbp, 0) + credits_gbp) as amount_gbp,
    sum(credits_gbp) as credits_gbp,
    sum(if(invoiced_gbp < floor_gbp, invoiced_gbp, 0)) as below_floor_gbp,
    sum(if(is_invoice_known, 0, invoiced_gbp)) as floored_by_line_gbp,
    count(*) filter (where invoiced_gbp >= floor_gbp or credits_gbp < 0) as invoices_kept
from invoices
group by publisher_id, unit_id, financial_year, amount_basis, payment_month
