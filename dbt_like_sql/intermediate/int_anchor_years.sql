-- An anchor counts for a financial year when it was one on any day of that year; where one follows
-- another within the year (an ICB its CCG), the one in force at the end of the year is counted.
with years as (
    select distinct
        financial_year,
        make_date(cast(left(financial_year, 4) as integer), 4, 1) as first_date,
        make_date(cast(left(financial_year, 4) as integer) + 1, 3, 31) as last_date
    from {{ ref('int_spend_units') }}
    where financial_year is not null
)

select
    anchors.town_id,
    anchors.publisher_id,
    years.financial_year,
    bool_or(anchors.valid_to_date >= years.last_date) as is_anchor_at_year_end
from {{ ref('stg_registry__anchors') }} as anchors
inner join years
    on anchors.valid_from_date <= years.last_date and anchors.valid_to_date >= years.first_date
group by anchors.town_id, anchors.publisher_id, years.financial_year
