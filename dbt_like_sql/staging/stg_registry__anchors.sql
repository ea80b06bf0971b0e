select
    publisher_id,
    town_id,
    coalesce(valid_from_date, date '0001-01-01') as valid_from_date,
    coalesce(valid_to_date, date '9999-12-31') as valid_to_date
from {{ source('warehouse', 'anchors') }}
