-- An organisation is flagged where any of the ways in which a publisher writes it is; nothing is
-- said of a payee whose name is withheld.
select
    units.publisher_id,
    units.unit_id,
    bool_or(flags.payee_is_public and not units.is_withheld) as payee_is_public,
    bool_or(coalesce(flags.payee_control = 'anchor_owned', false) and not units.is_withheld)
        as is_anchor_owned,
    bool_or(flags.is_intermediary and not units.is_withheld) as is_intermediary
from {{ ref('int_spend_units') }} as units
inner join {{ ref('int_supplier_flags') }} as flags on units.supplier_id = flags.supplier_id
group by units.publisher_id, units.unit_id
