with headline as (
    select *
    from {{ ref('int_town_unit_sums') }}
    where scope = 'headline' and part = 'year' and local_definition = 'registered'
),

-- One publisher may know where a payee is and another may not.
unit_places as (
    select
        town_id,
        unit_id,
        if(count(distinct band) = 1, any_value(band), 'unknown') as band
    from headline
    group by town_id, unit_id
),

paid as (
    select
        sums.town_id,
        sums.financial_year,
        sums.amount_basis,
        sums.unit_id,
        any_value(profiles.supplier_name) as supplier_name,
        any_value(profiles.register) as register,
        any_value(profiles.register_number) as register_number,
        any_value(profiles.owner_kind) as owner_kind,
        any_value(profiles.sic_section_name) as sic_section_name,
        any_value(unit_places.band) as band,
        count(distinct sums.publisher_id) as anchors,
        sum(sums.payment_rows) as payment_rows,
        sum(sums.amount_gbp) as amount_gbp
    from headline as sums
    inner join {{ ref('int_unit_profiles') }} as profiles
        on sums.publisher_id = profiles.publisher_id and sums.unit_id = profiles.unit_id
    inner join unit_places
        on sums.town_id = unit_places.town_id and sums.unit_id = unit_places.unit_id
    where not sums.is_withheld
    group by sums.town_id, sums.financial_year, sums.amount_basis, sums.unit_id
)

select
    *,
    row_number() over (
        partition by town_id, financial_year, amount_basis order by amount_gbp desc, unit_id asc
    ) as place
from paid
qualify place <= 1000
