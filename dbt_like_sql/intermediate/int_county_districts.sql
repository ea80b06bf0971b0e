select
    towns.town_id,
    areas.lad_code
from {{ ref('stg_registry__towns') }} as towns
inner join {{ ref('stg_registry__areas') }} as areas on towns.county_area_id = areas.area_id
