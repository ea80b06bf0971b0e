with populations as (
    select
        areas.publisher_id,
        populations.mid_year,
        -- A district without a figure leaves the area without one.
        case when count(populations.population) = count(*) then sum(populations.population) end as population
    from {{ ref('stg_registry__service_areas') }} as areas
    left join {{ ref('populations') }} as populations on areas.lad_code = populations.lad_code
    group by areas.publisher_id, populations.mid_year
)

select
    sums.publisher_id,
    sums.financial_year,
    sums.amount_basis,
    sums.scope,
    sum(if(areas.may_be_inside and not areas.may_be_outside, sums.amount_gbp, 0)) as inside_gbp,
    sum(if(areas.may_be_inside and areas.may_be_outside, greatest(sums.amount_gbp, 0), 0)) as may_gain_gbp,
    sum(if(areas.may_be_inside and areas.may_be_outside, least(sums.amount_gbp, 0), 0)) as may_lose_gbp,
    sum(sums.amount_gbp) as total_gbp,
    any_value(populations.population) as service_area_population
from {{ ref('int_unit_sums') }} as sums
inner join {{ ref('int_unit_service_areas') }} as areas
    on sums.publisher_id = areas.publisher_id and sums.unit_id = areas.unit_id
left join populations
    on
        sums.publisher_id = populations.publisher_id
        and cast(left(sums.financial_year, 4) as integer) = populations.mid_year
where sums.part = 'year'
group by sums.publisher_id, sums.financial_year, sums.amount_basis, sums.scope
