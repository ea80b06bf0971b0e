select
    publisher_id,
    unnest(succeeds_publisher_ids) as succeeded_publisher_id
from {{ source('warehouse', 'publishers') }}
