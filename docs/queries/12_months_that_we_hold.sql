-- Of which months do we hold files?
-- missing lies between months that are held; blocked and no_file say nothing of the money.
select publisher_id, count(*) as months_published
from marts.coverage
where status = 'published' and financial_year = '2024/25'
group by publisher_id
order by publisher_id;
