with paid as (
    select
        register,
        register_number,
        count(*) as suppliers,
        count(distinct publisher_id) as publishers,
        sum(payment_rows) as payment_rows,
        list_sort(list_distinct(flatten(list(registered_lad_codes || site_lad_codes)))) as lad_codes,
        bool_or(payee_is_public) as payee_is_public,
        any_value(payee_control) as payee_control,
        any_value(payee_owner_id) as payee_owner_id,
        bool_or(is_intermediary) as is_intermediary
    from {{ ref('suppliers') }}
    where match_decision = 'matched'
    group by register, register_number
)

select
    organisations.register,
    organisations.register_number,
    organisations.organisation_name,
    organisations.status,
    organisations.is_live,
    organisations.category,
    organisations.accounts_category,
    organisations.sic_code,
    organisations.sic_text,
    organisations.postcode,
    organisations.incorporated_date,
    organisations.dissolved_date,
    organisations.other_register,
    organisations.other_register_number,
    organisations.other_evidence,
    organisations.register_snapshot_date,
    paid.lad_codes,
    ---------- what it was paid
    paid.publishers,
    paid.suppliers,
    paid.payment_rows,
    ---------- flags
    paid.payee_is_public,
    paid.payee_control,
    paid.payee_owner_id,
    paid.is_intermediary
from {{ ref('stg_identified__organisations') }} as organisations
inner join paid
    on
        organisations.register = paid.register
        and organisations.register_number = paid.register_number
