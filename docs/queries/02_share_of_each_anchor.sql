-- And of each anchor institution in the newest year?
-- A small body's share moves with one invoice: look at total_gbp.
select publisher_id, total_gbp, share_in_town_low, share_in_town_high
from marts.spend_retention_by_anchor_year
where town_id = 'saltmere' and scope = 'headline' and amount_basis = 'net' and financial_year = '2024/25'
order by publisher_id;
