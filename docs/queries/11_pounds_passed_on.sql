-- How much is paid to those who pass it on, such as agencies and card companies?
-- These pounds are paid to a place; nobody can say that they reach it.
select publisher_id, sum(amount_gbp) as amount_gbp
from marts.payments
where is_intermediary and file_kind = 'spend' and financial_year = '2024/25'
group by publisher_id
order by publisher_id;
