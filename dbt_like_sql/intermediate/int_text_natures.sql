-- Rules are tried once per distinct text, not once per payment.
with texts as (
    select distinct 'category' as looks_in, category as text
    from {{ ref('int_payments_selected') }}
    union all
    select distinct 'description', description
    from {{ ref('int_payments_selected') }}
    union all
    select distinct 'supplier_name', supplier_name
    from {{ ref('stg_identified__suppliers') }}
    union all
    select distinct 'supplier_class', supplier_class
    from {{ ref('stg_identified__suppliers') }}
)

select
    texts.looks_in,
    texts.text,
    min(rules.rule_order) as rule_order
from texts
inner join {{ ref('nature_rules') }} as rules on texts.looks_in = rules.looks_in
where regexp_matches(texts.text, rules.pattern, 'i')
group by texts.looks_in, texts.text
