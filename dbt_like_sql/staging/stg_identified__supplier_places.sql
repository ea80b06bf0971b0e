select
    places.supplier_id,
    coalesce(places.register, '') as register,
    coalesce(places.number, '') as number,
    places.place_kind,
    row_number() over (
        partition by places.supplier_id, places.register, places.number, places.place_kind
        order by places.lad_code
    ) as district_number,
    places.postcode,
    places.latitude,
    places.longitude,
    places.ward_code,
    places.lsoa_code,
    places.lad_code,
    places.region_code,
    places.country_code,
    places.evidence as place_evidence,
    places.as_of_date as address_as_of_date
from {{ source('warehouse', 'supplier_places') }} as places
