-- Of the ways in which a publisher writes one organisation any says who it is.
with unit_suppliers as (
    select distinct
        publisher_id,
        unit_id,
        supplier_id
    from {{ ref('int_spend_units') }}
),

profiles as (
    select
        unit_suppliers.publisher_id,
        unit_suppliers.unit_id,
        any_value(suppliers.supplier_class) as supplier_class,
        any_value(organisations.category) as category,
        any_value(organisations.accounts_category) as accounts_category,
        any_value(organisations.sic_code) as sic_code,
        any_value(if(suppliers.decision = 'matched', suppliers.register, null)) as register,
        any_value(if(suppliers.decision = 'matched', suppliers.number, null)) as register_number,
        any_value(organisations.organisation_name) as organisation_name,
        min(shown_supplier_name(
            suppliers.supplier_name, suppliers.supplier_class, suppliers.decision, false
        )) as supplier_name
    from unit_suppliers
    inner join {{ ref('stg_identified__suppliers') }} as suppliers
        on unit_suppliers.supplier_id = suppliers.supplier_id
    left join {{ ref('stg_identified__organisations') }} as organisations
        on
            suppliers.decision = 'matched'
            and suppliers.register = organisations.register
            and suppliers.number = organisations.register_number
    group by unit_suppliers.publisher_id, unit_suppliers.unit_id
),

described as (
    select distinct
        supplier_class,
        category
    from profiles
),

kinds as (
    select
        described.supplier_class,
        described.category,
        min_by(rules.owner_kind, rules.rule_order) as owner_kind
    from described
    inner join {{ ref('owner_kinds') }} as rules
        on regexp_matches(
            case rules.looks_in
                when 'category' then coalesce(described.category, '') else described.supplier_class
            end,
            rules.pattern, 'i'
        )
    group by described.supplier_class, described.category
)

select
    profiles.publisher_id,
    profiles.unit_id,
    profiles.supplier_class,
    profiles.register,
    profiles.register_number,
    coalesce(profiles.organisation_name, profiles.supplier_name) as supplier_name,
    coalesce(kinds.owner_kind, 'not identified') as owner_kind,
    case
        when profiles.accounts_category is not null or profiles.register = 'coh'
            then coalesce(sizes.firm_size, 'unknown')
    end as firm_size,
    divisions.section_code as sic_section_code,
    divisions.section_name as sic_section_name
from profiles
left join kinds
    on
        profiles.supplier_class = kinds.supplier_class
        and profiles.category is not distinct from kinds.category
left join {{ ref('accounts_category_sizes') }} as sizes
    on upper(profiles.accounts_category) = sizes.accounts_category
left join {{ ref('sic_divisions') }} as divisions on left(profiles.sic_code, 2) = divisions.division_code
