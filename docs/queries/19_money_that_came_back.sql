-- How much did credit notes take back?
select publisher_id, count(*) as credits, sum(amount_gbp) as credits_gbp
from marts.payments
where amount_gbp < 0 and file_kind = 'spend'
group by publisher_id
order by publisher_id;
