-- Which places speak for each organisation that a supplier may be, under each definition of local.
-- Where none does it has one row without a district: it may be anywhere. Nothing known of where a
-- supplier trades is never filled with where it is registered.
with candidates as (
    select distinct
        suppliers.supplier_id,
        suppliers.publisher_id,
        coalesce(places.register, '') as register,
        coalesce(places.number, '') as number
    from {{ ref('stg_identified__suppliers') }} as suppliers
    left join {{ ref('stg_identified__supplier_places') }} as places
        on suppliers.supplier_id = places.supplier_id
),

definitions as (
    select distinct local_definition
    from {{ ref('local_definitions') }}
),

counted as (
    select
        definitions.local_definition,
        places.*
    from {{ ref('stg_identified__supplier_places') }} as places
    inner join {{ ref('local_definitions') }} as definitions
        on places.place_kind = definitions.place_kind
    where
        places.lad_code is not null
        and (places.register = '' or not definitions.only_unidentified)
)

select
    candidates.supplier_id,
    candidates.publisher_id,
    definitions.local_definition,
    candidates.register,
    candidates.number,
    coalesce(counted.place_kind, 'unknown') as place_kind,
    coalesce(counted.district_number, 0) as district_number,
    counted.postcode,
    counted.latitude,
    counted.longitude,
    counted.ward_code,
    counted.lsoa_code,
    counted.lad_code,
    counted.region_code,
    counted.place_evidence,
    counted.address_as_of_date
from candidates
cross join definitions
left join counted
    on
        candidates.supplier_id = counted.supplier_id
        and candidates.register = counted.register
        and candidates.number = counted.number
        and definitions.local_definition = counted.local_definition
