"""What the districts and wards of spend_by_ward_year are called, on sums written here."""

import re

import duckdb
import pytest

from pipeline.settings import PROJECT_ROOT

SQL = PROJECT_ROOT / "dbt_like_sql/marts/spend_by_ward_year.sql"
WORLD = """
create table int_town_unit_sums as
    select 'here' as town_id, 'council' as publisher_id, 'u' as unit_id,
        '2024/25' as financial_year, 'net' as amount_basis, 5.00 as amount_gbp,
        0.00 as credits_gbp, 1 as payment_rows,
        'headline' as scope, 'year' as part, 'registered' as local_definition;
create table int_undated_units as
    select 'council' as publisher_id, 'v' as unit_id, '2024/25' as financial_year,
        'net' as amount_basis, 1.00 as amount_gbp, true as influenceable where false;
create table spend_scopes as select true as influenceable, 'headline' as scope;
create table int_anchor_years as
    select 'council' as publisher_id, 'here' as town_id, '2024/25' as financial_year;
create table int_unit_possible_areas as from int_unit_areas;
create table stg_registry__areas as
    from (values ('shire', 'D1', 'Firstham'), ('greater', 'D1', 'Firstham'), ('shire', 'D2', null))
        as areas (area_id, lad_code, lad_name);
create table stg_registers__boundaries as
    from (values ('ward', 'W1', 'Drawn Ward'), ('district', 'D2', 'Drawn District'))
        as drawn (area_kind, area_code, area_name);
"""


@pytest.mark.parametrize(
    ("kind", "code", "name"),
    [
        pytest.param("district", "D1", "Firstham", id="a district that the registry names"),
        pytest.param("district", "D2", "Drawn District", id="a district with boundaries alone"),
        pytest.param("district", "not known", None, id="no district is known"),
        pytest.param("ward", "W1", "Drawn Ward", id="a ward with boundaries"),
        pytest.param("ward", "W2", None, id="a ward without boundaries"),
    ],
)
def test_an_area_is_called_by_its_boundaries_or_the_registry(kind, code, name):
    select = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"\1", SQL.read_text("utf-8"))
    with duckdb.connect() as connection:
        connection.execute(
            "create table int_unit_areas as select 'council' as publisher_id, 'u' as unit_id,"
            f" 'here' as town_id, '{kind}' as area_kind, '{code}' as area_code"
        )
        connection.execute(WORLD)
        rows = connection.execute(
            f"select area_kind, area_code, area_name, amount_gbp from ({select})"
        ).fetchall()
    assert rows == [(kind, code, name, 5)]
