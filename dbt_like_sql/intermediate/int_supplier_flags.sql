-- Who a payee is beside its register: what the registry says of the organisation, and what the rules
-- of payee_rules say of its category, its class or its name.
with described as (
    select
        suppliers.supplier_id,
        suppliers.supplier_class,
        suppliers.supplier_name,
        organisations.category,
        organisations.is_known_public,
        organisations.payee_control,
        organisations.payee_owner_id,
        organisations.is_known_intermediary
    from {{ ref('stg_identified__suppliers') }} as suppliers
    left join {{ ref('stg_identified__organisations') }} as organisations
        on
            suppliers.decision = 'matched'
            and suppliers.register = organisations.register
            and suppliers.number = organisations.register_number
),

texts as (
    select distinct
        'category' as looks_in,
        category as described_as
    from described
    union all
    select distinct
        'supplier_class' as looks_in,
        supplier_class as described_as
    from described
    union all
    select distinct
        'supplier_name' as looks_in,
        supplier_name as described_as
    from described
),

found as (
    select
        texts.looks_in,
        texts.described_as,
        min_by(rules.payee_is_public, rules.rule_order) as payee_is_public,
        min_by(rules.is_intermediary, rules.rule_order) as is_intermediary
    from texts
    inner join {{ ref('payee_rules') }} as rules on texts.looks_in = rules.looks_in
    where regexp_matches(texts.described_as, rules.pattern, 'i')
    group by texts.looks_in, texts.described_as
)

select
    described.supplier_id,
    coalesce(described.is_known_public, false)
    or coalesce(in_category.payee_is_public, in_class.payee_is_public, false) as payee_is_public,
    described.payee_control,
    described.payee_owner_id,
    coalesce(described.is_known_intermediary, false)
    or coalesce(in_name.is_intermediary, false) as is_intermediary
from described
left join found as in_category
    on in_category.looks_in = 'category' and described.category = in_category.described_as
left join found as in_class
    on in_class.looks_in = 'supplier_class' and described.supplier_class = in_class.described_as
left join found as in_name
    on in_name.looks_in = 'supplier_name' and described.supplier_name = in_name.described_as
