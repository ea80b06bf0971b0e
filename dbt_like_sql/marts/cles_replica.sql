with ranked as (
    select
        *,
        row_number() over (
            partition by town_id, publisher_id, financial_year, amount_basis
            order by amount_gbp desc, unit_id asc
        ) as place
    from {{ ref('int_town_unit_sums') }}
    where
        scope = 'headline'
        and part = 'year'
        and local_definition = 'registered'
        and not is_withheld
        and amount_gbp > 0
),

top_300 as (
    select
        town_id,
        financial_year,
        amount_basis,
        count(distinct publisher_id) as anchors,
        count(*) as suppliers,
        sum(amount_gbp) as total_gbp,
        sum(if(band = 'town', amount_gbp, 0)) as town_gbp,
        sum(if(may_be_town, amount_gbp, 0)) as town_high_gbp,
        sum(if(not (may_be_rest_of_region or may_be_rest_of_uk), amount_gbp, 0)) as county_gbp,
        sum(if(may_be_town or may_be_rest_of_county, amount_gbp, 0)) as county_high_gbp
    from ranked
    where place <= 300
    group by town_id, financial_year, amount_basis
)

select
    top_300.town_id,
    towns.town_name,
    towns.county_area_name,
    top_300.financial_year,
    top_300.amount_basis,
    top_300.anchors,
    top_300.suppliers as top_suppliers,
    top_300.total_gbp as top_total_gbp,
    top_300.town_gbp / top_300.total_gbp as top_share_in_town_low,
    top_300.town_high_gbp / top_300.total_gbp as top_share_in_town_high,
    top_300.county_gbp / top_300.total_gbp as top_share_in_county_low,
    top_300.county_high_gbp / top_300.total_gbp as top_share_in_county_high,
    retention.total_gbp as all_total_gbp,
    retention.share_in_town_low as all_share_in_town_low,
    retention.share_in_town_high as all_share_in_town_high,
    retention.share_in_county_low as all_share_in_county_low,
    retention.share_in_county_high as all_share_in_county_high
from top_300
inner join {{ ref('stg_registry__towns') }} as towns on top_300.town_id = towns.town_id
inner join {{ ref('spend_retention_by_town_year') }} as retention
    on
        top_300.town_id = retention.town_id
        and top_300.financial_year = retention.financial_year
        and top_300.amount_basis = retention.amount_basis
        and retention.scope = 'headline'
