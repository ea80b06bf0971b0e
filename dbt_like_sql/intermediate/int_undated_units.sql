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
    units.publisher_id,
    units.unit_id,
    units.file_sha256,
    units.sheet,
    units.row_number,
    years.financial_year,
    units.amount_basis,
    units.influenceable,
    units.category,
    units.amount_gbp
from {{ ref('int_spend_units') }} as units
inner join possible_years as years
    on units.publisher_id = years.publisher_id and units.file_sha256 = years.file_sha256
where units.financial_year is null
