-- Some ledgers print supplies_&_services: a word ends at an underscore, which RE2 takes for a letter.
-- Rules are tried once per distinct text, not once per payment.
with texts as (
    select distinct
        'category' as looks_in,
        category as published_text
    from {{ ref('int_payments_selected') }}
    union all
    select distinct
        'description' as looks_in,
        description as published_text
    from {{ ref('int_payments_selected') }}
    union all
    select distinct
        'supplier_name' as looks_in,
        supplier_name as published_text
    from {{ ref('stg_identified__suppliers') }}
    union all
    select distinct
        'supplier_class' as looks_in,
        supplier_class as published_text
    from {{ ref('stg_identified__suppliers') }}
)

select
    texts.looks_in,
    texts.published_text,
    min(rules.rule_order) as rule_order
from texts
inner join {{ ref('nature_rules') }} as rules on texts.looks_in = rules.looks_in
where regexp_matches(replace(texts.published_text, '_', ' '), rules.pattern, 'i')
group by texts.looks_in, texts.published_text
