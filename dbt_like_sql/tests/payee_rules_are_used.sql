-- Rules that fit no supplier of this run.
with texts as (
    select distinct
        'category' as looks_in,
        category as described_as
    from {{ ref('stg_identified__organisations') }}
    union all
    select distinct
        'supplier_class' as looks_in,
        supplier_class as described_as
    from {{ ref('stg_identified__suppliers') }}
    union all
    select distinct
        'supplier_name' as looks_in,
        supplier_name as described_as
    from {{ ref('stg_identified__suppliers') }}
)

select
    rules.rule_id,
    rules.looks_in,
    rules.pattern
from {{ ref('payee_rules') }} as rules
where
    not exists (
        select 1
        from texts
        where
            texts.looks_in = rules.looks_in
            and regexp_matches(texts.described_as, rules.pattern, 'i')
    )
