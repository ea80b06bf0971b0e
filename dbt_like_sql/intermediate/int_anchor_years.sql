-- An anchor counts for a financial year when it was one on any day of that year.
with years as (
    select distinct financial_year
    from {{ ref('int_spend_units') }}
    where financial_year is not null
)

select
    anchors.town_id,
    anchors.publisher_id,
    years.financial_year
from {{ ref('stg_registry__anchors') }} as anchors
cross join years
where
    coalesce(anchors.valid_from_date, date '0001-01-01')
    <= make_date(cast(left(years.financial_year, 4) as integer) + 1, 3, 31)
    and coalesce(anchors.valid_to_date, date '9999-12-31')
    >= make_date(cast(left(years.financial_year, 4) as integer), 4, 1)
