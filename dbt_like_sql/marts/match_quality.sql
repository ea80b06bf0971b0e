select
    measured_on,
    population,
    metric,
    value,
    low,
    high,
    n,
    method,
    command
from {{ ref('match_figures') }}
