select
    payments.publisher_id,
    publishers.publisher_name,
    payments.file_sha256,
    payments.sheet,
    payments.row_number,
    ---------- when
    payments.payment_date,
    payments.payment_month,
    payments.financial_year,
    payments.year_evidence,
    ---------- how much and what for
    payments.amount_gbp,
    payments.amount_basis,
    payments.file_kind,
    payments.spend_nature,
    payments.nature_rule_id,
    payments.influenceable,
    payments.description,
    payments.department,
    payments.category,
    payments.capital_or_revenue,
    payments.transaction_id,
    ---------- to whom
    payments.supplier_id,
    shown_supplier_name(
        payments.supplier_name,
        suppliers.supplier_class,
        suppliers.decision,
        payments.file_kind = 'purchase_card'
    ) as supplier_name,
    suppliers.supplier_class,
    suppliers.decision as match_decision,
    -- The matcher names its best guess for an ambiguous supplier too; a guess is not an answer.
    if(suppliers.decision = 'matched', suppliers.register, null) as register,
    if(suppliers.decision = 'matched', suppliers.number, null) as register_number,
    if(suppliers.decision = 'matched', suppliers.register_name, null) as organisation_name,
    ---------- where
    places.postcode,
    places.latitude,
    places.longitude,
    places.ward_code,
    places.lsoa_code,
    places.lad_code,
    places.region_code,
    places.place_evidence,
    places.address_as_of_date,
    ---------- flags
    payments.is_redacted,
    payments.is_card,
    payments.repeated_total_suspected,
    flags.payee_is_public,
    flags.payee_control,
    flags.payee_owner_id,
    flags.is_intermediary
from {{ ref('int_payments_classified') }} as payments
inner join {{ ref('stg_registry__publishers') }} as publishers
    on payments.publisher_id = publishers.publisher_id
inner join {{ ref('stg_identified__suppliers') }} as suppliers
    on payments.supplier_id = suppliers.supplier_id
inner join {{ ref('int_supplier_flags') }} as flags
    on payments.supplier_id = flags.supplier_id
left join {{ ref('int_supplier_place_known') }} as places
    on payments.supplier_id = places.supplier_id
