-- Units that lie in the town for sure, or in the rest of its county area, and how closely.
select
    publisher_id,
    unit_id,
    town_id,
    min(area_kind) as area_kind,
    case when count(*) = 1 then min(area_code) else 'not known' end as area_code
from {{ ref('int_unit_possible_areas') }}
group by publisher_id, unit_id, town_id
having min(area_kind) = max(area_kind) and min(area_kind) in ('ward', 'district')
