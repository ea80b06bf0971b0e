-- Lines without a sure year may belong to any year that their file touches; a file that says
-- nothing of its period may touch every year its publisher has payments in.
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
)

select
    anchors.town_id,
    years.financial_year,
    units.amount_basis,
    scopes.scope,
    sum(if(bands.may_be_town, greatest(units.amount_gbp, 0), 0)) as undated_town_gbp,
    sum(if(
        bands.may_be_rest_of_county or bands.may_be_rest_of_region or bands.may_be_rest_of_uk,
        greatest(units.amount_gbp, 0), 0
    )) as undated_outside_town_gbp,
    sum(if(
        bands.may_be_town or bands.may_be_rest_of_county, greatest(units.amount_gbp, 0), 0
    )) as undated_county_gbp,
    sum(if(
        bands.may_be_rest_of_region or bands.may_be_rest_of_uk, greatest(units.amount_gbp, 0), 0
    )) as undated_outside_county_gbp,
    bool_or(units.amount_gbp < 0) as has_undated_credits
from {{ ref('int_spend_units') }} as units
inner join {{ ref('spend_scopes') }} as scopes on units.influenceable = scopes.influenceable
inner join possible_years as years
    on units.publisher_id = years.publisher_id and units.file_sha256 = years.file_sha256
inner join {{ ref('int_anchor_years') }} as anchors
    on units.publisher_id = anchors.publisher_id and years.financial_year = anchors.financial_year
inner join {{ ref('int_unit_bands') }} as bands
    on
        units.publisher_id = bands.publisher_id
        and units.unit_id = bands.unit_id
        and anchors.town_id = bands.town_id
        and bands.local_definition = 'registered'
where units.financial_year is null
group by anchors.town_id, years.financial_year, units.amount_basis, scopes.scope
