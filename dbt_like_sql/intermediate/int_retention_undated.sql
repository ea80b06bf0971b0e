-- Lines without a sure year may belong to any year that their file touches; a file that says
-- nothing of its period may touch every year its publisher has payments in. Lines of a sure year that
-- print no month may belong to any month of it.
with publisher_years as (
    select
        publisher_id,
        min(payment_month) as first_date,
        max(payment_month) as last_date
    from {{ ref('int_payments_selected') }}
    group by publisher_id
),

possible_years as (
    select
        periods.publisher_id,
        periods.file_sha256,
        financial_year(make_date(cast(unnest(range(
            year(coalesce(periods.period_first_date, publisher_years.first_date) - interval 3 month),
            year(coalesce(periods.period_last_date, publisher_years.last_date) - interval 3 month) + 1
        )) as integer), 4, 1)) as financial_year
    from {{ ref('int_file_periods') }} as periods
    inner join publisher_years on periods.publisher_id = publisher_years.publisher_id
),

undated as (
    select
        units.publisher_id,
        units.unit_id,
        years.financial_year,
        units.amount_basis,
        units.influenceable,
        units.category,
        units.amount_gbp
    from {{ ref('int_spend_units') }} as units
    inner join possible_years as years
        on units.publisher_id = years.publisher_id and units.file_sha256 = years.file_sha256
    where units.financial_year is null
),

counted as (
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
    from undated
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
