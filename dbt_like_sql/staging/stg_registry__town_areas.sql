select
    town_id,
    area_id,
    is_default
from {{ source('warehouse', 'town_areas') }}
