-- An organisation that one publisher writes in several ways may be where any of them may be.
with unit_suppliers as (
    select distinct
        publisher_id,
        unit_id,
        supplier_id,
        is_withheld
    from {{ ref('int_spend_units') }}
)

select
    units.publisher_id,
    units.unit_id,
    bands.town_id,
    bands.local_definition,
    bool_or(units.is_withheld or bands.may_be_town) as may_be_town,
    bool_or(units.is_withheld or bands.may_be_rest_of_county) as may_be_rest_of_county,
    bool_or(units.is_withheld or bands.may_be_rest_of_region) as may_be_rest_of_region,
    bool_or(units.is_withheld or bands.may_be_rest_of_uk) as may_be_rest_of_uk
from unit_suppliers as units
inner join {{ ref('int_supplier_bands') }} as bands on units.supplier_id = bands.supplier_id
group by units.publisher_id, units.unit_id, bands.town_id, bands.local_definition
