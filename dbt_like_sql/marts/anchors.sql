select
    anchors.town_id,
    towns.town_name,
    anchors.publisher_id,
    publishers.publisher_name,
    publishers.publisher_kind,
    anchors.valid_from_date,
    anchors.valid_to_date,
    publishers.publishes,
    publishers.files_held,
    publishers.payment_rows,
    publishers.months_held,
    publishers.first_month,
    publishers.last_month
from {{ ref('stg_registry__anchors') }} as anchors
inner join {{ ref('stg_registry__towns') }} as towns on anchors.town_id = towns.town_id
inner join {{ ref('publishers') }} as publishers on anchors.publisher_id = publishers.publisher_id
