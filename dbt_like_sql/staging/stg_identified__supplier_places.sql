select
    supplier_id,
    coalesce(register, '') as register,
    coalesce(number, '') as number,
    place_kind,
    row_number() over (
        partition by supplier_id, register, number, place_kind
        order by lad_code
    ) as district_number,
    postcode,
    latitude,
    longitude,
    ward_code,
    lsoa_code,
    lad_code,
    region_code,
    country_code,
    evidence as place_evidence,
    as_of_date as address_as_of_date
from {{ source('warehouse', 'supplier_places') }}
