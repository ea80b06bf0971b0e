-- Does the share hang on one supplier?
select financial_year, largest_supplier_gbp, share_in_town_low, share_without_largest_supplier_low
from marts.spend_retention_by_town_year
where town_id = 'brackenford' and scope = 'headline' and amount_basis = 'net'
order by financial_year;
