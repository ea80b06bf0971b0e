-- What share of the influenceable spend of a town's anchors stays in the town, year by year?
-- Print low and high together, and nothing where no_headline_reason is filled.
select financial_year, total_gbp, share_in_town_low, share_in_town_high, no_headline_reason
from marts.spend_retention_by_town_year
where town_id = 'saltmere' and scope = 'headline' and amount_basis = 'net'
order by financial_year;
