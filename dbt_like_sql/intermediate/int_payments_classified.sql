with first_rules as (
    select
        payments.*,
        suppliers.supplier_class,
        least(
            categories.rule_order, descriptions.rule_order, names.rule_order, classes.rule_order
        ) as rule_order
    from {{ ref('int_payments_selected') }} as payments
    inner join {{ ref('stg_identified__suppliers') }} as suppliers
        on payments.supplier_id = suppliers.supplier_id
    left join {{ ref('int_text_natures') }} as categories
        on categories.looks_in = 'category' and payments.category = categories.text
    left join {{ ref('int_text_natures') }} as descriptions
        on descriptions.looks_in = 'description' and payments.description = descriptions.text
    left join {{ ref('int_text_natures') }} as names
        on names.looks_in = 'supplier_name' and payments.supplier_name = names.text
    left join {{ ref('int_text_natures') }} as classes
        on classes.looks_in = 'supplier_class' and suppliers.supplier_class = classes.text
)

select
    first_rules.* exclude (rule_order),
    coalesce(rules.nature, 'unclassified') as spend_nature,
    rules.rule_id as nature_rule_id,
    natures.influenceable
from first_rules
left join {{ ref('nature_rules') }} as rules on first_rules.rule_order = rules.rule_order
inner join {{ ref('spend_natures') }} as natures
    on coalesce(rules.nature, 'unclassified') = natures.nature
