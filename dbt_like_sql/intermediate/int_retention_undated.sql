-- What prints no day may belong to any year that its file touches; lines of a sure year that print
-- no month may belong to any month of it.
with counted as (
    select
        anchors.town_id,
        undated.publisher_id,
        publishers.publisher_kind,
        undated.financial_year,
        undated.amount_basis,
        scopes.scope,
        bands.local_definition,
        choices.payees,
        coalesce(undated.category, 'no category') as category,
        undated.amount_gbp,
        bands.may_be_town,
        bands.may_be_rest_of_county,
        bands.may_be_rest_of_region,
        bands.may_be_rest_of_uk
    from {{ ref('int_undated_units') }} as undated
    inner join {{ ref('spend_scopes') }} as scopes on undated.influenceable = scopes.influenceable
    inner join {{ ref('int_anchor_years') }} as anchors
        on
            undated.publisher_id = anchors.publisher_id
            and undated.financial_year = anchors.financial_year
    inner join {{ ref('int_unit_bands') }} as bands
        on
            undated.publisher_id = bands.publisher_id
            and undated.unit_id = bands.unit_id
            and anchors.town_id = bands.town_id
    inner join {{ ref('int_unit_flags') }} as flags
        on undated.publisher_id = flags.publisher_id and undated.unit_id = flags.unit_id
    inner join {{ ref('payee_groups') }} as choices
        on
            (choices.with_public or not flags.payee_is_public)
            and (choices.with_anchor_owned or not flags.is_anchor_owned)
            and (choices.with_intermediaries or not flags.is_intermediary)
    inner join {{ ref('stg_registry__publishers') }} as publishers
        on undated.publisher_id = publishers.publisher_id
)

select
    town_id,
    financial_year,
    amount_basis,
    scope,
    local_definition,
    payees,
    case
        when grouping(publisher_id) = 0 then 'anchor'
        when grouping(publisher_kind) = 0 then 'kind'
        when grouping(category) = 0 then 'category'
        else 'town'
    end as cut,
    case
        when grouping(publisher_id) = 0 then publisher_id
        when grouping(publisher_kind) = 0 then publisher_kind
        when grouping(category) = 0 then category
        else ''
    end as cut_name,
    sum(if(may_be_town, greatest(amount_gbp, 0), 0)) as undated_town_gbp,
    sum(if(
        may_be_rest_of_county or may_be_rest_of_region or may_be_rest_of_uk,
        greatest(amount_gbp, 0), 0
    )) as undated_outside_town_gbp,
    sum(if(may_be_town or may_be_rest_of_county, greatest(amount_gbp, 0), 0)) as undated_county_gbp,
    sum(if(
        may_be_rest_of_region or may_be_rest_of_uk, greatest(amount_gbp, 0), 0
    )) as undated_outside_county_gbp,
    bool_or(amount_gbp < 0) as has_undated_credits
from counted
group by grouping sets (
    (town_id, financial_year, amount_basis, scope, local_definition, payees),
    (town_id, financial_year, amount_basis, scope, local_definition, payees, publisher_id),
    (town_id, financial_year, amount_basis, scope, local_definition, payees, publisher_kind),
    (town_id, financial_year, amount_basis, scope, local_definition, payees, category)
)
