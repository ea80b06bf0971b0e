-- Rules that decide about no text of this run: none fits, or an earlier rule fits whatever does.
select
    rules.rule_id,
    rules.looks_in,
    rules.pattern
from {{ ref('nature_rules') }} as rules
left join {{ ref('int_text_natures') }} as texts on rules.rule_order = texts.rule_order
where texts.rule_order is null
