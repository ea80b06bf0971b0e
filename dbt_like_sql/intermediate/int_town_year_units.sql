with unit_years as (
    select
        units.publisher_id,
        units.unit_id,
        units.financial_year,
        units.amount_basis,
        scopes.scope,
        sum(units.amount_gbp) as amount_gbp,
        sum(least(units.amount_gbp, 0)) as credits_gbp,
        sum(if(units.influenceable = 'unclear', units.amount_gbp, 0)) as unclear_gbp,
        sum(if(units.repeated_total_suspected, units.amount_gbp, 0)) as repeated_total_gbp,
        bool_or(units.is_withheld) as is_withheld,
        count(*) as payment_rows
    from {{ ref('int_spend_units') }} as units
    inner join {{ ref('spend_scopes') }} as scopes on units.influenceable = scopes.influenceable
    where units.financial_year is not null
    group by
        units.publisher_id, units.unit_id, units.financial_year, units.amount_basis, scopes.scope
)

select
    anchors.town_id,
    unit_years.*,
    bands.may_be_town,
    bands.may_be_rest_of_county,
    bands.may_be_rest_of_region,
    bands.may_be_rest_of_uk,
    case
        when
            cast(bands.may_be_town as integer) + cast(bands.may_be_rest_of_county as integer)
            + cast(bands.may_be_rest_of_region as integer) + cast(bands.may_be_rest_of_uk as integer) > 1
            then 'unknown'
        when bands.may_be_town then 'town'
        when bands.may_be_rest_of_county then 'rest_of_county'
        when bands.may_be_rest_of_region then 'rest_of_region'
        else 'rest_of_uk'
    end as band
from unit_years
inner join {{ ref('int_anchor_years') }} as anchors
    on
        unit_years.publisher_id = anchors.publisher_id
        and unit_years.financial_year = anchors.financial_year
inner join {{ ref('int_unit_bands') }} as bands
    on
        unit_years.publisher_id = bands.publisher_id
        and unit_years.unit_id = bands.unit_id
        and anchors.town_id = bands.town_id
        and bands.local_definition = 'registered'
