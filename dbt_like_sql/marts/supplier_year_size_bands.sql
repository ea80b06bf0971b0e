select
    sums.town_id,
    sums.financial_year,
    sums.amount_basis,
    sizes.size_order,
    sizes.size_band,
    count(*) as supplier_years,
    sum(sums.payment_rows) as payment_rows,
    sum(sums.amount_gbp) as amount_gbp,
    sum(if(sums.band = 'town', sums.amount_gbp, 0)) as town_gbp,
    sum(if(sums.band = 'unknown', sums.amount_gbp, 0)) as unknown_gbp
from {{ ref('int_town_unit_sums') }} as sums
inner join {{ ref('supplier_year_sizes') }} as sizes
    on
        (sizes.from_gbp is null or sums.amount_gbp >= sizes.from_gbp)
        and (sizes.below_gbp is null or sums.amount_gbp < sizes.below_gbp)
where
    sums.scope = 'headline'
    and sums.part = 'year'
    and sums.local_definition = 'registered'
    and not sums.is_withheld
group by sums.town_id, sums.financial_year, sums.amount_basis, sizes.size_order, sizes.size_band
