-- What do companies get that our own councils own?
-- They look wholly local; what they themselves spend locally is in no published file.
select payee_owner_id, financial_year, sum(amount_gbp) as amount_gbp
from marts.payments
where payee_control = 'anchor_owned' and file_kind = 'spend'
group by payee_owner_id, financial_year
order by payee_owner_id, financial_year;
