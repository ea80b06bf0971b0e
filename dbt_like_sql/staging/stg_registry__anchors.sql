select
    publisher_id,
    town_id,
    valid_from_date,
    valid_to_date
from {{ source('warehouse', 'anchors') }}
