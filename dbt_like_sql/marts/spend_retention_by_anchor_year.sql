select
    shares.town_id,
    towns.town_name,
    towns.county_area_name,
    shares.cut_name as publisher_id,
    publishers.publisher_name,
    publishers.publisher_kind,
    shares.financial_year,
    shares.amount_basis,
    shares.scope,
    shares.anchors_with_payments,
    shares.payment_rows,
    shares.supplier_count,
    shares.total_gbp,
    shares.town_gbp,
    shares.rest_of_county_gbp,
    shares.rest_of_region_gbp,
    shares.rest_of_uk_gbp,
    shares.unknown_gbp,
    shares.credits_gbp,
    shares.redacted_gbp,
    shares.unclear_gbp,
    shares.repeated_total_gbp,
    shares.undated_town_gbp,
    shares.undated_outside_town_gbp,
    shares.share_in_town_low,
    shares.share_in_town_high,
    shares.share_in_county_low,
    shares.share_in_county_high,
    shares.placed_share,
    shares.located_share_in_town,
    shares.no_headline_reason,
    case
        when
            areas.total_gbp > 0
            and areas.inside_gbp + areas.may_lose_gbp >= 0
            and shares.share_in_town_low is not null
            and shares.undated_town_gbp + shares.undated_outside_town_gbp = 0
            then (areas.inside_gbp + areas.may_lose_gbp) / areas.total_gbp
    end as share_in_service_area_low,
    case
        when
            areas.total_gbp > 0
            and areas.inside_gbp + areas.may_gain_gbp <= areas.total_gbp
            and shares.share_in_town_high is not null
            and shares.undated_town_gbp + shares.undated_outside_town_gbp = 0
            then (areas.inside_gbp + areas.may_gain_gbp) / areas.total_gbp
    end as share_in_service_area_high,
    areas.service_area_population,
    cast(shares.total_gbp / areas.service_area_population as decimal(18, 2)) as total_gbp_per_head,
    case
        when areas.publisher_id is null then 'the registry names no service area'
        when areas.service_area_population is null then 'no population is held for the service area and year'
    end as per_head_note
from {{ ref('int_retention_shares') }} as shares
inner join {{ ref('stg_registry__towns') }} as towns on shares.town_id = towns.town_id
inner join {{ ref('stg_registry__publishers') }} as publishers on shares.cut_name = publishers.publisher_id
left join {{ ref('int_service_area_sums') }} as areas
    on
        shares.cut_name = areas.publisher_id
        and shares.financial_year = areas.financial_year
        and shares.amount_basis = areas.amount_basis
        and shares.scope = areas.scope
where shares.cut = 'anchor' and shares.local_definition = 'registered' and shares.payees = 'all'
