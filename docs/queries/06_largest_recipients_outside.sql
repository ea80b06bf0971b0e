-- Who outside the town gets most?
-- Registered addresses: a head office elsewhere may employ people here.
select supplier_name, band, amount_gbp
from marts.top_recipients
where town_id = 'saltmere' and financial_year = '2024/25' and amount_basis = 'net'
    and band not in ('town', 'unknown')
order by amount_gbp desc
limit 10;
