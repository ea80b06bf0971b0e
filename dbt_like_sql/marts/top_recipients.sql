with paid as (
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
        if(bool_and(sums.band = any_band.band), any_value(sums.band), 'unknown') as band,
        count(distinct sums.publisher_id) as anchors,
        sum(sums.payment_rows) as payment_rows,
        sum(sums.amount_gbp) as amount_gbp
    from {{ ref('int_town_unit_sums') }} as sums
    inner join {{ ref('int_unit_profiles') }} as profiles
        on sums.publisher_id = profiles.publisher_id and sums.unit_id = profiles.unit_id
    inner join (
        select
            town_id,
            unit_id,
            any_value(band) as band
        from {{ ref('int_town_unit_sums') }}
        where scope = 'headline' and part = 'year' and local_definition = 'registered'
        group by town_id, unit_id
    ) as any_band
        on sums.town_id = any_band.town_id and sums.unit_id = any_band.unit_id
    where
        sums.scope = 'headline'
        and sums.part = 'year'
        and sums.local_definition = 'registered'
        and not sums.is_withheld
    group by sums.town_id, sums.financial_year, sums.amount_basis, sums.unit_id
)

select
    *,
    row_number() over (
        partition by town_id, financial_year, amount_basis order by amount_gbp desc, unit_id
    ) as place
from paid
qualify place <= 1000
