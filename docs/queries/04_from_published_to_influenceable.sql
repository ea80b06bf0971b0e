-- How do a council's published pounds become those that it can influence?
-- The rule behind each nature is in seeds.nature_rules.
select spend_nature, influenceable, payment_rows, amount_gbp
from marts.scope_bridge
where publisher_id = 'saltmere_city_council' and financial_year = '2024/25'
order by spend_nature;
