-- What is one percentage point in pounds?
-- Of the spend that we hold, not of all that is spent.
select financial_year, cast(total_gbp / 100 as decimal(18, 2)) as one_point_gbp
from marts.spend_retention_by_town_year
where town_id = 'saltmere' and scope = 'headline' and amount_basis = 'net'
order by financial_year;
