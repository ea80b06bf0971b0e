-- The bands that a supplier's places may lie in, seen from each town that its publisher anchors.
-- Nothing known of a place means that it may be anywhere.
with banded as (
    select
        places.supplier_id,
        places.local_definition,
        places.register,
        places.number,
        places.place_kind,
        towns.town_id,
        case
            when places.lad_code is null then null
            when places.lad_code = towns.lad_code then 0
            when county_districts.lad_code is not null then 1
            when places.region_code = towns.region_code then 2
            else 3
        end as distance
    from {{ ref('int_supplier_local_places') }} as places
    inner join {{ ref('stg_registry__anchors') }} as anchors
        on places.publisher_id = anchors.publisher_id
    inner join {{ ref('stg_registry__towns') }} as towns on anchors.town_id = towns.town_id
    left join {{ ref('int_county_districts') }} as county_districts
        on towns.town_id = county_districts.town_id and places.lad_code = county_districts.lad_code
),

farthest as (
    select
        *,
        max(distance) over (
            partition by supplier_id, local_definition, register, number, town_id, place_kind
        ) as farthest_of_place
    from banded
),

nearest as (
    select
        *,
        min(farthest_of_place) over (
            partition by supplier_id, local_definition, register, number, town_id
        ) as at_most
    from farthest
),

-- Based or branch: of an organisation's places the nearest counts, and it is no farther than any
-- place may be. Under the other definitions several places are a set of possible ones.
counted as (
    select *
    from nearest
    where local_definition != 'based_or_branch' or distance is null or distance <= at_most
)

select
    supplier_id,
    town_id,
    local_definition,
    bool_or(coalesce(distance = 0, true)) as may_be_town,
    bool_or(coalesce(distance = 1, true)) as may_be_rest_of_county,
    bool_or(coalesce(distance = 2, true)) as may_be_rest_of_region,
    bool_or(coalesce(distance = 3, true)) as may_be_rest_of_uk
from counted
group by supplier_id, town_id, local_definition
