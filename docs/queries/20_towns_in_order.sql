-- Which towns keep at least how much, in the newest year with a headline?
-- Not like for like: see 17. Bands that overlap are in no order.
select town_id, financial_year, share_in_town_low, share_in_town_high
from marts.spend_retention_by_town_year
where scope = 'headline' and amount_basis = 'net' and no_headline_reason is null
qualify row_number() over (partition by town_id order by financial_year desc) = 1
order by share_in_town_low desc;
