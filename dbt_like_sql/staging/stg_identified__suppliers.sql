select
    supplier_id,
    publisher_id,
    supplier_name,
    supplier_postcode,
    supplier_id_as_published,
    company_number,
    charity_number,
    vat_number,
    decision,
    class as supplier_class,
    register,
    number,
    register_name,
    score as match_score,
    method as match_method,
    runner_up_number
from {{ source('warehouse', 'suppliers') }}
