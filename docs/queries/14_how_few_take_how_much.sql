-- What do the ten largest suppliers of each anchor take?
select publisher_id, supplier_count, total_gbp, largest_10_share
from marts.supplier_concentration
where town_id = 'saltmere' and financial_year = '2024/25' and amount_basis = 'net'
order by publisher_id;
