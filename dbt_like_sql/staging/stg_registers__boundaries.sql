select
    area_kind,
    area_code,
    area_name,
    lad_code,
    rings
from {{ source('warehouse', 'boundaries') }}
