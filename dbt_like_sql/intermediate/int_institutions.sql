-- A body and those that it took over from are one institution. Ten steps are more reorganisations
-- than any body has been through since publishing began in 2010.
with recursive chain as (
    select
        publisher_id,
        publisher_id as institution_id,
        0 as steps
    from {{ ref('stg_registry__publishers') }}
    union all
    select
        chain.publisher_id,
        successions.publisher_id as institution_id,
        chain.steps + 1 as steps
    from chain
    inner join {{ ref('stg_registry__successions') }} as successions
        on chain.institution_id = successions.succeeded_publisher_id
    where chain.steps < 10
),

newest as (
    select
        publisher_id,
        institution_id
    from chain
    qualify row_number() over (partition by publisher_id order by steps desc, institution_id asc) = 1
)

select
    newest.publisher_id,
    newest.institution_id,
    kinds.comparison_group,
    kinds.does_district_work,
    kinds.does_county_work,
    kinds.is_nhs
from newest
inner join {{ ref('stg_registry__publishers') }} as publishers
    on newest.publisher_id = publishers.publisher_id
inner join {{ ref('comparable_kinds') }} as kinds on publishers.publisher_kind = kinds.publisher_kind
