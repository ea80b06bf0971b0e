select
    sums.town_id,
    sums.financial_year,
    sums.amount_basis,
    sums.unit_id,
    any_value(profiles.supplier_name) as supplier_name,
    any_value(profiles.register) as register,
    any_value(profiles.register_number) as register_number,
    count(distinct sums.publisher_id) as anchors,
    string_agg(distinct sums.publisher_id, ', ' order by sums.publisher_id) as publisher_ids,
    sum(sums.amount_gbp) as amount_gbp,
    if(bool_and(sums.band = 'town'), 'town', if(bool_or(sums.may_be_town), 'unknown', 'elsewhere')) as place
from {{ ref('int_town_unit_sums') }} as sums
inner join {{ ref('int_unit_profiles') }} as profiles
    on sums.publisher_id = profiles.publisher_id and sums.unit_id = profiles.unit_id
where
    sums.scope = 'headline'
    and sums.part = 'year'
    and sums.local_definition = 'registered'
    and profiles.register is not null
    and sums.amount_gbp > 0
group by sums.town_id, sums.financial_year, sums.amount_basis, sums.unit_id
having count(distinct sums.publisher_id) > 1
