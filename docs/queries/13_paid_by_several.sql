-- What is bought from the same organisation by several anchors, and might be bought together?
-- Frameworks are named in contract registers, which are not read.
select register_number, anchors, amount_gbp
from marts.common_suppliers
where town_id = 'saltmere' and financial_year = '2024/25' and amount_basis = 'net'
order by amount_gbp desc, register_number
limit 10;
