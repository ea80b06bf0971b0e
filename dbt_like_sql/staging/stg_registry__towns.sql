select
    town_id,
    town_name,
    lad_code,
    lad_vintage,
    county_area_id,
    county_area_name,
    region_code,
    region_name,
    is_invented
from {{ source('warehouse', 'towns') }}
