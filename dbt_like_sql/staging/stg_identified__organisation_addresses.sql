select
    register,
    number as register_number,
    snapshot_date,
    postcode,
    lad_code,
    region_code
from {{ source('warehouse', 'organisation_addresses') }}
