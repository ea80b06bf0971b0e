select
    publisher_id,
    lad_code
from {{ source('warehouse', 'service_areas') }}
