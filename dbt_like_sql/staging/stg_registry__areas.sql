select
    area_id,
    area_name,
    lad_code,
    lad_name
from {{ source('warehouse', 'areas') }}
