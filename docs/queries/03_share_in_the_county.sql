-- How much stays in the town or the rest of its county?
-- The county is a named list of districts: print county_area_name with every figure.
select financial_year, county_area_name, share_in_county_low, share_in_county_high
from marts.spend_retention_by_town_year
where town_id = 'brackenford' and scope = 'headline' and amount_basis = 'net'
order by financial_year;
