-- The areas that a unit may be in, seen from each town: wards of the town, other districts of its
-- county area, or outside it. What may be anywhere, or in any ward, is not told apart any further.
with unit_suppliers as (
    select distinct
        publisher_id,
        unit_id,
        supplier_id,
        is_withheld
    from {{ ref('int_spend_units') }}
),

seen as (
    select
        units.publisher_id,
        units.unit_id,
        towns.town_id,
        places.lad_code,
        places.ward_code,
        case
            when units.is_withheld or places.lad_code is null then 'anywhere'
            when places.lad_code = towns.lad_code then 'ward'
            when county_districts.lad_code is not null then 'district'
            else 'outside'
        end as area_kind
    from unit_suppliers as units
    inner join {{ ref('int_supplier_local_places') }} as places
        on units.supplier_id = places.supplier_id and places.local_definition = 'registered'
    inner join {{ ref('stg_registry__anchors') }} as anchors
        on units.publisher_id = anchors.publisher_id
    inner join {{ ref('stg_registry__towns') }} as towns on anchors.town_id = towns.town_id
    left join {{ ref('int_county_districts') }} as county_districts
        on towns.town_id = county_districts.town_id and places.lad_code = county_districts.lad_code
),

possible as (
    select distinct
        publisher_id,
        unit_id,
        town_id,
        area_kind,
        case area_kind
            when 'ward' then coalesce(ward_code, 'not known')
            when 'district' then lad_code
            else 'not known'
        end as area_code
    from seen
)

select
    publisher_id,
    unit_id,
    town_id,
    area_kind,
    area_code
from possible
qualify
    case
        when area_kind = 'anywhere' then true
        when bool_or(area_kind = 'anywhere') over (partition by publisher_id, unit_id, town_id) then false
        when area_kind = 'ward' and area_code != 'not known'
            then not bool_or(area_kind = 'ward' and area_code = 'not known')
                over (partition by publisher_id, unit_id, town_id)
        else true
    end
