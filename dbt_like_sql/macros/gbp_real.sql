-- Pounds of a financial year in prices of 2024/25 (seeds.gdp_deflators); null for a year without a
-- deflator.
create or replace macro gbp_real(amount, year) as
(
    select cast(amount * 100 / deflator as decimal(18, 2))
    from {{ ref('gdp_deflators') }}
    where financial_year = year
);
