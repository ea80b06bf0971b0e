-- The headline share of a town in a year, one row per amount basis, where local is registered,
-- trading or based_or_branch. Print low, high and reason together.
create or replace macro local_share(town, year, definition) as table
    select
        amount_basis,
        share_in_town_low,
        share_in_town_high,
        share_in_county_low,
        share_in_county_high,
        placed_share,
        total_gbp,
        town_gbp,
        no_headline_reason
    from {{ ref('spend_retention_variants') }}
    where
        town_id = town
        and financial_year = year
        and local_definition = definition
        and scope = 'headline'
        and payees = 'all'
    order by amount_basis;
