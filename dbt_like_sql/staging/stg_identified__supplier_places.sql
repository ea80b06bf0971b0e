select
    supplier_id,
    coalesce(register, '') as register,
    coalesce(number, '') as number,
    place_kind,
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
