with first_rules as (
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
        payments.file_kind,
        payments.amount_basis,
        payments.financial_year,
        payments.year_evidence,
        suppliers.supplier_class,
        least(
            in_category.rule_order,
            in_description.rule_order,
            in_name.rule_order,
            in_class.rule_order
        ) as rule_order
    from {{ ref('int_payments_selected') }} as payments
    inner join {{ ref('stg_identified__suppliers') }} as suppliers
        on payments.supplier_id = suppliers.supplier_id
    left join {{ ref('int_text_natures') }} as in_category
        on in_category.looks_in = 'category' and payments.category = in_category.published_text
    left join {{ ref('int_text_natures') }} as in_description
        on
            in_description.looks_in = 'description'
            and payments.description = in_description.published_text
    left join {{ ref('int_text_natures') }} as in_name
        on in_name.looks_in = 'supplier_name' and payments.supplier_name = in_name.published_text
    left join {{ ref('int_text_natures') }} as in_class
        on
            in_class.looks_in = 'supplier_class'
            and suppliers.supplier_class = in_class.published_text
)

select
    first_rules.publisher_id,
    first_rules.file_sha256,
    first_rules.sheet,
    first_rules.row_number,
    first_rules.supplier_id,
    first_rules.payment_date,
    first_rules.payment_month,
    first_rules.supplier_name,
    first_rules.amount_gbp,
    first_rules.description,
    first_rules.department,
    first_rules.category,
    first_rules.transaction_id,
    first_rules.supplier_postcode,
    first_rules.supplier_id_as_published,
    first_rules.company_number,
    first_rules.charity_number,
    first_rules.vat_number,
    first_rules.capital_or_revenue,
    first_rules.is_redacted,
    first_rules.is_card,
    first_rules.repeated_total_suspected,
    first_rules.other,
    first_rules.file_kind,
    first_rules.amount_basis,
    first_rules.financial_year,
    first_rules.year_evidence,
    first_rules.supplier_class,
    coalesce(rules.nature, 'unclassified') as spend_nature,
    rules.rule_id as nature_rule_id,
    natures.influenceable
from first_rules
left join {{ ref('nature_rules') }} as rules on first_rules.rule_order = rules.rule_order
inner join {{ ref('spend_natures') }} as natures
    on coalesce(rules.nature, 'unclassified') = natures.nature
