select
    supplier_id,
    any_value(postcode) as postcode,
    any_value(latitude) as latitude,
    any_value(longitude) as longitude,
    any_value(ward_code) as ward_code,
    any_value(lsoa_code) as lsoa_code,
    any_value(lad_code) as lad_code,
    any_value(region_code) as region_code,
    any_value(place_evidence) as place_evidence,
    any_value(address_as_of_date) as address_as_of_date
from {{ ref('int_supplier_local_places') }}
where local_definition = 'registered'
group by supplier_id
having count(*) = 1 and bool_and(lad_code is not null)
