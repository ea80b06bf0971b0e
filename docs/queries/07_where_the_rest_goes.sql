-- Where does the money go that leaves?
-- What is not known is a row of its own, never shared out.
select dimension_value as place, total_gbp
from marts.leakage
where town_id = 'saltmere' and financial_year = '2024/25' and amount_basis = 'net' and dimension = 'place'
order by place;
