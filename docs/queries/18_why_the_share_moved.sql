-- Why did the share move since last year?
-- The contributions add up to the change of the share that is in the town for sure.
select change_group, before_gbp, after_gbp, contribution
from marts.change_decomposition
where town_id = 'saltmere' and year_before = '2023/24' and amount_basis = 'net'
order by change_group;
