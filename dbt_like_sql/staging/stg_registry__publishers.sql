select
    publisher_id,
    publisher_name,
    publisher_kind,
    ons_code,
    amount_basis,
    threshold_gbp,
    cadence,
    publishes,
    is_verified,
    discovery_rule,
    landing_page,
    licence,
    attribution,
    caveats
from {{ source('warehouse', 'publishers') }}
