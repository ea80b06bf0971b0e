-- Months and categories are placed by where payees are registered alone.
select
    anchors.town_id,
    sums.publisher_id,
    sums.unit_id,
    sums.financial_year,
    sums.amount_basis,
    sums.scope,
    sums.part,
    sums.part_name,
    bands.local_definition,
    sums.amount_gbp,
    sums.credits_gbp,
    sums.unclear_gbp,
    sums.repeated_total_gbp,
    sums.is_withheld,
    sums.payment_rows,
    flags.payee_is_public,
    flags.is_anchor_owned,
    flags.is_intermediary,
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
from {{ ref('int_unit_sums') }} as sums
inner join {{ ref('int_anchor_years') }} as anchors
    on sums.publisher_id = anchors.publisher_id and sums.financial_year = anchors.financial_year
inner join {{ ref('int_unit_bands') }} as bands
    on
        sums.publisher_id = bands.publisher_id
        and sums.unit_id = bands.unit_id
        and anchors.town_id = bands.town_id
        and (sums.part = 'year' or bands.local_definition = 'registered')
inner join {{ ref('int_unit_flags') }} as flags
    on sums.publisher_id = flags.publisher_id and sums.unit_id = flags.unit_id
