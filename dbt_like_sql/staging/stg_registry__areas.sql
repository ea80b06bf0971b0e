select
    area_id,
    area_name,
    lad_code
from {{ source('warehouse', 'areas') }}
