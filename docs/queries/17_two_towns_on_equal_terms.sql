-- Is our town worse than another, like for like?
-- The same kinds of anchors, months and floor; pounds only where only_pounds_reason is filled. For the
-- neighbours that matter put their ids in turn: like_for_like('torbay', 'blackpool').
select comparison_group, town_id, common_months, total_gbp, share_in_town_low, share_in_town_high,
    only_pounds_reason
from like_for_like('saltmere', 'brackenford')
where is_newest_complete_year and comparison_group = 'local government'
order by town_id;
