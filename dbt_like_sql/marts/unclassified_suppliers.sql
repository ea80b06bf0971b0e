select
    payments.publisher_id,
    publishers.publisher_name,
    payments.supplier_id,
    any_value(suppliers.supplier_name) as supplier_name,
    any_value(suppliers.supplier_class) as supplier_class,
    mode(payments.category order by payments.category) as most_frequent_category,
    mode(payments.description order by payments.description)
    filter (where suppliers.supplier_name != 'individual') as most_frequent_description,
    count(*) as payment_rows,
    sum(payments.amount_gbp) as amount_gbp
from {{ ref('payments') }} as payments
inner join {{ ref('suppliers') }} as suppliers on payments.supplier_id = suppliers.supplier_id
inner join {{ ref('stg_registry__publishers') }} as publishers
    on payments.publisher_id = publishers.publisher_id
where payments.spend_nature = 'unclassified' and payments.file_kind = 'spend'
group by payments.publisher_id, publishers.publisher_name, payments.supplier_id
qualify row_number() over (order by sum(payments.amount_gbp) desc, payments.supplier_id asc) <= 100
