select
    sums.town_id,
    sums.financial_year,
    sums.amount_basis,
    sum(sums.amount_gbp) as total_gbp,
    sum(if(profiles.firm_size is not null, sums.amount_gbp, 0)) as company_gbp,
    sum(if(profiles.firm_size in ('micro', 'small'), sums.amount_gbp, 0)) as small_gbp,
    sum(if(profiles.firm_size in ('medium', 'medium_or_large'), sums.amount_gbp, 0)) as larger_gbp,
    sum(if(profiles.firm_size in ('unknown', 'subsidiary', 'dormant'), sums.amount_gbp, 0))
        as size_unknown_gbp,
    sum(if(profiles.firm_size in ('micro', 'small') and sums.band = 'town', sums.amount_gbp, 0))
        as small_in_town_gbp,
    case
        when sum(sums.amount_gbp) > 0
            then
                sum(if(profiles.firm_size in ('micro', 'small'), greatest(sums.amount_gbp, 0), 0))
                / sum(greatest(sums.amount_gbp, 0))
    end as small_share_low,
    case
        when sum(sums.amount_gbp) > 0
            then
                sum(if(
                    profiles.firm_size in ('micro', 'small', 'unknown') or profiles.firm_size is null
                    and profiles.owner_kind in ('not identified', 'withheld'),
                    greatest(sums.amount_gbp, 0), 0
                )) / sum(greatest(sums.amount_gbp, 0))
    end as small_share_high
from {{ ref('int_town_unit_sums') }} as sums
inner join {{ ref('int_unit_profiles') }} as profiles
    on sums.publisher_id = profiles.publisher_id and sums.unit_id = profiles.unit_id
where sums.scope = 'headline' and sums.part = 'year' and sums.local_definition = 'registered'
group by sums.town_id, sums.financial_year, sums.amount_basis
