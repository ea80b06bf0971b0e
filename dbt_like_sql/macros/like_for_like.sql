-- Two towns on equal terms, newest year first. Both rows of a year must carry a share before one is
-- said to be larger.
create or replace macro like_for_like(town, other_town) as table
    select
        financial_year,
        comparison_group,
        amount_basis,
        town_id,
        institution_ids,
        common_months,
        is_newest_complete_year,
        supplier_count,
        total_gbp,
        town_gbp,
        credits_gbp,
        share_in_town_low,
        share_in_town_high,
        only_pounds_reason
    from {{ ref('like_for_like') }}
    where (town_id = town and other_town_id = other_town) or (town_id = other_town and other_town_id = town)
    order by financial_year desc, comparison_group asc, amount_basis asc, town_id asc;
