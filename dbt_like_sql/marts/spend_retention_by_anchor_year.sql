select
    retention.town_id,
    towns.town_name,
    towns.county_area_name,
    retention.cut_name as publisher_id,
    publishers.publisher_name,
    publishers.publisher_kind,
    retention.financial_year,
    retention.amount_basis,
    retention.scope,
    retention.anchors_with_payments,
    retention.payment_rows,
    retention.supplier_count,
    retention.total_gbp,
    retention.town_gbp,
    retention.rest_of_county_gbp,
    retention.rest_of_region_gbp,
    retention.rest_of_uk_gbp,
    retention.unknown_gbp,
    retention.credits_gbp,
    retention.redacted_gbp,
    retention.unclear_gbp,
    retention.repeated_total_gbp,
    retention.undated_town_gbp,
    retention.undated_outside_town_gbp,
    retention.share_in_town_low,
    retention.share_in_town_high,
    retention.share_in_county_low,
    retention.share_in_county_high,
    retention.placed_share,
    retention.located_share_in_town,
    retention.no_headline_reason,
    case
        when
            areas.total_gbp > 0
            and areas.inside_gbp + areas.may_lose_gbp >= 0
            and retention.share_in_town_low is not null
            and retention.undated_town_gbp + retention.undated_outside_town_gbp = 0
            then (areas.inside_gbp + areas.may_lose_gbp) / areas.total_gbp
    end as share_in_service_area_low,
    case
        when
            areas.total_gbp > 0
            and areas.inside_gbp + areas.may_gain_gbp <= areas.total_gbp
            and retention.share_in_town_high is not null
            and retention.undated_town_gbp + retention.undated_outside_town_gbp = 0
            then (areas.inside_gbp + areas.may_gain_gbp) / areas.total_gbp
    end as share_in_service_area_high,
    areas.service_area_population,
    cast(retention.total_gbp / areas.service_area_population as decimal(18, 2)) as total_gbp_per_head,
    case
        when areas.publisher_id is null then 'the registry names no service area'
        when areas.service_area_population is null then 'no population is held for the service area and year'
    end as per_head_note
from {{ ref('int_retention_shares') }} as retention
inner join {{ ref('stg_registry__towns') }} as towns on retention.town_id = towns.town_id
inner join {{ ref('stg_registry__publishers') }} as publishers on retention.cut_name = publishers.publisher_id
left join {{ ref('int_service_area_sums') }} as areas
    on
        retention.cut_name = areas.publisher_id
        and retention.financial_year = areas.financial_year
        and retention.amount_basis = areas.amount_basis
        and retention.scope = areas.scope
where retention.cut = 'anchor' and retention.local_definition = 'registered' and retention.payees = 'all'
