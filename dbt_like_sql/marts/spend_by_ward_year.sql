-- low and high of a ward count what may lie in it, as those of the town do.
with amounts as (
    select
        town_id,
        publisher_id,
        unit_id,
        financial_year,
        amount_basis,
        amount_gbp,
        credits_gbp,
        payment_rows,
        true as is_dated
    from {{ ref('int_town_unit_sums') }}
    where scope = 'headline' and part = 'year' and local_definition = 'registered'
    union all
    select
        anchors.town_id,
        undated.publisher_id,
        undated.unit_id,
        undated.financial_year,
        undated.amount_basis,
        undated.amount_gbp,
        0 as credits_gbp,
        0 as payment_rows,
        false as is_dated
    from {{ ref('int_undated_units') }} as undated
    inner join {{ ref('spend_scopes') }} as scopes on undated.influenceable = scopes.influenceable
    inner join {{ ref('int_anchor_years') }} as anchors
        on
            undated.publisher_id = anchors.publisher_id
            and undated.financial_year = anchors.financial_year
    where scopes.scope = 'headline'
),

placed as (
    select
        amounts.town_id,
        amounts.financial_year,
        amounts.amount_basis,
        areas.area_kind,
        areas.area_code,
        sum(amounts.amount_gbp) as amount_gbp,
        sum(amounts.credits_gbp) as credits_gbp,
        sum(amounts.payment_rows) as payment_rows,
        count(distinct amounts.unit_id) as supplier_count
    from amounts
    inner join {{ ref('int_unit_areas') }} as areas
        on
            amounts.publisher_id = areas.publisher_id
            and amounts.unit_id = areas.unit_id
            and amounts.town_id = areas.town_id
    where amounts.is_dated
    group by
        amounts.town_id, amounts.financial_year, amounts.amount_basis,
        areas.area_kind, areas.area_code
),

-- U+ and U- of ANALYSIS section 3 for each area, with what prints no day.
possible as (
    select
        amounts.town_id,
        amounts.financial_year,
        amounts.amount_basis,
        areas.area_kind,
        areas.area_code,
        sum(greatest(amounts.amount_gbp, 0)) as may_gain_gbp,
        sum(least(amounts.amount_gbp, 0)) as may_lose_gbp
    from amounts
    inner join {{ ref('int_unit_possible_areas') }} as areas
        on
            amounts.publisher_id = areas.publisher_id
            and amounts.unit_id = areas.unit_id
            and amounts.town_id = areas.town_id
    left join {{ ref('int_unit_areas') }} as sure
        on
            amounts.publisher_id = sure.publisher_id
            and amounts.unit_id = sure.unit_id
            and amounts.town_id = sure.town_id
    where
        areas.area_kind != 'outside'
        and not (amounts.is_dated and coalesce(sure.area_code, 'not known') != 'not known')
    group by
        amounts.town_id, amounts.financial_year, amounts.amount_basis,
        areas.area_kind, areas.area_code
),

local_areas as (
    select
        town_id,
        financial_year,
        amount_basis,
        area_kind,
        area_code
    from placed
    union
    select
        town_id,
        financial_year,
        amount_basis,
        area_kind,
        area_code
    from possible
    where area_kind != 'anywhere' and area_code != 'not known'
),

bounds as (
    select
        local_areas.town_id,
        local_areas.financial_year,
        local_areas.amount_basis,
        local_areas.area_kind,
        local_areas.area_code,
        coalesce(sum(possible.may_gain_gbp), 0) as may_gain_gbp,
        coalesce(sum(possible.may_lose_gbp), 0) as may_lose_gbp
    from local_areas
    left join possible
        on
            local_areas.town_id = possible.town_id
            and local_areas.financial_year = possible.financial_year
            and local_areas.amount_basis = possible.amount_basis
            and (
                possible.area_kind = 'anywhere'
                or (
                    local_areas.area_kind = possible.area_kind
                    and possible.area_code in (local_areas.area_code, 'not known')
                )
            )
    group by
        local_areas.town_id, local_areas.financial_year, local_areas.amount_basis,
        local_areas.area_kind, local_areas.area_code
),

districts as (
    select distinct
        'district' as area_kind,
        lad_code as area_code,
        lad_name as area_name
    from {{ ref('stg_registry__areas') }}
)

select
    bounds.town_id,
    bounds.financial_year,
    bounds.amount_basis,
    bounds.area_kind,
    bounds.area_code,
    coalesce(boundaries.area_name, districts.area_name) as area_name,
    coalesce(placed.amount_gbp, 0) as amount_gbp,
    case
        when bounds.area_code != 'not known'
            then coalesce(placed.amount_gbp, 0) + bounds.may_lose_gbp
    end as low_gbp,
    case
        when bounds.area_code != 'not known'
            then coalesce(placed.amount_gbp, 0) + bounds.may_gain_gbp
    end as high_gbp,
    coalesce(placed.credits_gbp, 0) as credits_gbp,
    coalesce(placed.payment_rows, 0) as payment_rows,
    coalesce(placed.supplier_count, 0) as supplier_count
from bounds
left join placed
    on
        bounds.town_id = placed.town_id
        and bounds.financial_year = placed.financial_year
        and bounds.amount_basis = placed.amount_basis
        and bounds.area_kind = placed.area_kind
        and bounds.area_code = placed.area_code
left join {{ ref('stg_registers__boundaries') }} as boundaries
    on bounds.area_kind = boundaries.area_kind and bounds.area_code = boundaries.area_code
left join districts
    on bounds.area_kind = districts.area_kind and bounds.area_code = districts.area_code
