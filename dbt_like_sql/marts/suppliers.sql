with paid as (
    select
        supplier_id,
        count(*) as payment_rows,
        sum(amount_gbp) as amount_gbp,
        min(payment_month) as first_month,
        max(payment_month) as last_month,
        bool_and(file_kind = 'purchase_card') as is_in_card_files_only
    from {{ ref('int_payments_selected') }}
    group by supplier_id
),

placed as (
    select
        supplier_id,
        list_sort(list_distinct(
            list(lad_code) filter (where place_kind = 'registered')
        )) as registered_lad_codes,
        list_sort(list_distinct(
            list(lad_code) filter (where place_kind = 'trading')
        )) as trading_lad_codes,
        list_sort(list_distinct(
            list(lad_code) filter (where place_kind = 'site')
        )) as site_lad_codes,
        list_sort(list_distinct(
            list(place_evidence) filter (where lad_code is not null)
        )) as place_evidence,
        max(address_as_of_date) as address_as_of_date
    from {{ ref('stg_identified__supplier_places') }}
    group by supplier_id
)

select
    suppliers.supplier_id,
    suppliers.publisher_id,
    publishers.publisher_name,
    shown_supplier_name(
        suppliers.supplier_name,
        suppliers.supplier_class,
        suppliers.decision,
        paid.is_in_card_files_only
    ) as supplier_name,
    ---------- who it is
    suppliers.supplier_class,
    suppliers.decision as match_decision,
    suppliers.match_method,
    suppliers.match_score,
    -- The matcher names its best guess for an ambiguous supplier too; a guess is not an answer.
    if(suppliers.decision = 'matched', suppliers.register, null) as register,
    if(suppliers.decision = 'matched', suppliers.number, null) as register_number,
    if(suppliers.decision = 'matched', suppliers.register_name, null) as organisation_name,
    suppliers.runner_up_number,
    ---------- what it was paid
    paid.payment_rows,
    paid.amount_gbp,
    paid.first_month,
    paid.last_month,
    ---------- where it may be
    coalesce(placed.registered_lad_codes, []) as registered_lad_codes,
    coalesce(placed.trading_lad_codes, []) as trading_lad_codes,
    coalesce(placed.site_lad_codes, []) as site_lad_codes,
    coalesce(placed.place_evidence, []) as place_evidence,
    placed.address_as_of_date,
    ---------- flags
    flags.payee_is_public,
    flags.payee_control,
    flags.payee_owner_id,
    flags.is_intermediary
from {{ ref('stg_identified__suppliers') }} as suppliers
inner join {{ ref('stg_registry__publishers') }} as publishers
    on suppliers.publisher_id = publishers.publisher_id
inner join {{ ref('int_supplier_flags') }} as flags
    on suppliers.supplier_id = flags.supplier_id
inner join paid on suppliers.supplier_id = paid.supplier_id
left join placed on suppliers.supplier_id = placed.supplier_id
