with placed as (
    select
        sums.town_id,
        sums.financial_year,
        sums.amount_basis,
        sums.band,
        sums.amount_gbp,
        sums.unit_id,
        profiles.owner_kind,
        coalesce(profiles.sic_section_name, 'no SIC code') as sic_section_name,
        case
            when sums.band = 'unknown' then 'not known'
            when sums.band = 'rest_of_uk' then 'elsewhere in the UK'
            when sums.band = 'rest_of_region' then 'rest of the region'
            when sums.band = 'rest_of_county' then 'rest of the county area'
            else 'the town'
        end as place
    from {{ ref('int_town_unit_sums') }} as sums
    inner join {{ ref('int_unit_profiles') }} as profiles
        on sums.publisher_id = profiles.publisher_id and sums.unit_id = profiles.unit_id
    where sums.scope = 'headline' and sums.part = 'year' and sums.local_definition = 'registered'
),

described as (
    select
        *,
        'owner_kind' as dimension,
        owner_kind as dimension_value
    from placed
    union all
    select
        *,
        'sic_section' as dimension,
        sic_section_name as dimension_value
    from placed
    union all
    select
        *,
        'place' as dimension,
        place as dimension_value
    from placed
)

select
    town_id,
    financial_year,
    amount_basis,
    dimension,
    dimension_value,
    count(distinct unit_id) as supplier_count,
    sum(amount_gbp) as total_gbp,
    sum(if(band = 'town', amount_gbp, 0)) as town_gbp,
    sum(if(band in ('rest_of_county', 'rest_of_region', 'rest_of_uk'), amount_gbp, 0)) as leaving_gbp,
    sum(if(band = 'unknown', amount_gbp, 0)) as unknown_gbp
from described
group by town_id, financial_year, amount_basis, dimension, dimension_value
