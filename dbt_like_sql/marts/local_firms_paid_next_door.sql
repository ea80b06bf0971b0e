-- A firm is only said to be unpaid at home where every anchor of the town is covered all year.
with held as (
    select
        publisher_id,
        financial_year,
        count(*) as months
    from {{ ref('coverage') }}
    where status = 'published'
    group by publisher_id, financial_year
),

complete as (
    select
        anchors.town_id,
        anchors.financial_year
    from {{ ref('int_anchor_years') }} as anchors
    left join held
        on anchors.publisher_id = held.publisher_id and anchors.financial_year = held.financial_year
    group by anchors.town_id, anchors.financial_year
    having bool_and(coalesce(held.months, 0) = 12)
),

paid_at_home as (
    select distinct
        town_id,
        unit_id
    from {{ ref('int_town_unit_sums') }}
),

paid_elsewhere as (
    select
        towns.town_id,
        sums.financial_year,
        sums.amount_basis,
        sums.unit_id,
        any_value(profiles.supplier_name) as supplier_name,
        any_value(profiles.register) as register,
        any_value(profiles.register_number) as register_number,
        any_value(profiles.owner_kind) as owner_kind,
        any_value(profiles.sic_section_name) as sic_section_name,
        string_agg(distinct sums.publisher_id, ', ' order by sums.publisher_id) as publisher_ids,
        sum(sums.amount_gbp) as amount_gbp
    from {{ ref('int_unit_sums') }} as sums
    inner join {{ ref('int_unit_profiles') }} as profiles
        on sums.publisher_id = profiles.publisher_id and sums.unit_id = profiles.unit_id
    inner join {{ ref('organisations') }} as organisations
        on
            profiles.register = organisations.register
            and profiles.register_number = organisations.register_number
    inner join {{ ref('stg_registry__towns') }} as towns
        on organisations.lad_codes = [towns.lad_code]
    where sums.scope = 'headline' and sums.part = 'year' and not organisations.payee_is_public
    group by towns.town_id, sums.financial_year, sums.amount_basis, sums.unit_id
)

select paid_elsewhere.*
from paid_elsewhere
inner join complete
    on
        paid_elsewhere.town_id = complete.town_id
        and paid_elsewhere.financial_year = complete.financial_year
anti join paid_at_home
    on
        paid_elsewhere.town_id = paid_at_home.town_id
        and paid_elsewhere.unit_id = paid_at_home.unit_id
where paid_elsewhere.amount_gbp > 0
