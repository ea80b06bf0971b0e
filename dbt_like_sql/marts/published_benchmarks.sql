select
    place,
    scope,
    financial_year,
    measure,
    value,
    unit,
    certainty,
    method,
    anchor_list,
    geography,
    local_definition,
    is_comparable,
    source,
    note
from {{ ref('benchmark_figures') }}
