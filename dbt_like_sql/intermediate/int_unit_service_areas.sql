-- An organisation that may be outside the publisher's districts and inside them may be either.
with places as (
    select
        places.supplier_id,
        places.publisher_id,
        bool_or(places.lad_code is null or areas.lad_code is not null) as may_be_inside,
        bool_or(places.lad_code is null or areas.lad_code is null) as may_be_outside
    from {{ ref('int_supplier_local_places') }} as places
    left join {{ ref('stg_registry__service_areas') }} as areas
        on places.publisher_id = areas.publisher_id and places.lad_code = areas.lad_code
    where places.local_definition = 'registered'
    group by places.supplier_id, places.publisher_id
)

select
    units.publisher_id,
    units.unit_id,
    bool_or(units.is_withheld or places.may_be_inside) as may_be_inside,
    bool_or(units.is_withheld or places.may_be_outside) as may_be_outside
from {{ ref('int_spend_units') }} as units
inner join places on units.supplier_id = places.supplier_id
semi join {{ ref('stg_registry__service_areas') }} as served on units.publisher_id = served.publisher_id
group by units.publisher_id, units.unit_id
