-- The bands that a supplier's places may lie in, seen from each town that its publisher anchors.
-- Nothing known of a place means that it may be anywhere.
with places as (
    select
        suppliers.supplier_id,
        suppliers.publisher_id,
        places.lad_code,
        places.region_code
    from {{ ref('stg_identified__suppliers') }} as suppliers
    left join {{ ref('stg_identified__supplier_places') }} as places
        on suppliers.supplier_id = places.supplier_id
),

county_districts as (
    select
        towns.town_id,
        areas.lad_code
    from {{ ref('stg_registry__towns') }} as towns
    inner join {{ ref('stg_registry__areas') }} as areas on towns.county_area_id = areas.area_id
),

banded as (
    select
        places.supplier_id,
        towns.town_id,
        case
            when places.lad_code is null then 'unknown'
            when places.lad_code = towns.lad_code then 'town'
            when county_districts.lad_code is not null then 'rest_of_county'
            when places.region_code = towns.region_code then 'rest_of_region'
            else 'rest_of_uk'
        end as band
    from places
    inner join {{ ref('stg_registry__anchors') }} as anchors
        on places.publisher_id = anchors.publisher_id
    inner join {{ ref('stg_registry__towns') }} as towns on anchors.town_id = towns.town_id
    left join county_districts
        on towns.town_id = county_districts.town_id and places.lad_code = county_districts.lad_code
)

select
    supplier_id,
    town_id,
    bool_or(band in ('town', 'unknown')) as may_be_town,
    bool_or(band in ('rest_of_county', 'unknown')) as may_be_rest_of_county,
    bool_or(band in ('rest_of_region', 'unknown')) as may_be_rest_of_region,
    bool_or(band in ('rest_of_uk', 'unknown')) as may_be_rest_of_uk
from banded
group by supplier_id, town_id
