-- What share goes to small firms?
-- The kind of accounts that a company files is a proxy of its size: low to high.
select financial_year, small_gbp, small_share_low, small_share_high
from marts.small_firm_share
where town_id = 'saltmere' and amount_basis = 'net'
order by financial_year;
