select
    addresses.register,
    addresses.register_number,
    addresses.snapshot_date,
    addresses.postcode,
    addresses.lad_code,
    addresses.region_code
from {{ ref('stg_identified__organisation_addresses') }} as addresses
