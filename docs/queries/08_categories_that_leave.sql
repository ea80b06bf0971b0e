-- For what does most money leave the town?
-- Categories are as each publisher writes them; credits are netted within one.
select category, total_gbp - town_gbp - unknown_gbp as leaving_gbp
from marts.spend_retention_by_category_year
where town_id = 'saltmere' and financial_year = '2024/25' and amount_basis = 'net' and scope = 'headline'
order by leaving_gbp desc, category
limit 10;
