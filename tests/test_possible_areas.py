"""In which ward or district a payee may be, seen from a town, on places written here."""

import re

import duckdb
import pytest

from pipeline.settings import PROJECT_ROOT

SQL = PROJECT_ROOT / "dbt_like_sql/intermediate"
WORLD = """
create table stg_registry__towns as
    select 'here' as town_id, 'E1' as lad_code, 'shire' as county_area_id;
create table stg_registry__areas as
    select 'shire' as area_id, unnest(['E1', 'E2', 'E3']) as lad_code;
create table stg_registry__anchors as select 'council' as publisher_id, 'here' as town_id;
create table int_supplier_local_places
    (supplier_id varchar, local_definition varchar, lad_code varchar, ward_code varchar);
"""


def areas(*places, is_withheld=False):
    """What is possible, and what is sure, of one unit with places (district, ward)."""
    with duckdb.connect() as connection:
        connection.execute(WORLD)
        connection.execute(
            "create table int_spend_units as select 'council' as publisher_id, 'u' as unit_id,"
            " 's' as supplier_id, $1 as is_withheld",
            [is_withheld],
        )
        for lad_code, ward_code in places:
            connection.execute(
                "insert into int_supplier_local_places values ('s', 'registered', $1, $2),"
                " ('s', 'trading', 'E1', 'never')",
                [lad_code, ward_code],
            )
        for name in ("int_county_districts", "int_unit_possible_areas", "int_unit_areas"):
            sql = (SQL / f"{name}.sql").read_text("utf-8")
            select = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"\1", sql)
            connection.execute(f"create table {name} as {select}")
        possible, sure = (
            connection.execute(
                f"select area_kind || ' ' || area_code from {name} order by all"
            ).fetchall()
            for name in ("int_unit_possible_areas", "int_unit_areas")
        )
    return [one for (one,) in possible], [one for (one,) in sure]


ANYWHERE = ["anywhere not known"]


@pytest.mark.parametrize(
    ("places", "possible", "sure"),
    [
        pytest.param([("E1", "W1")], ["ward W1"], ["ward W1"], id="in a ward"),
        pytest.param(
            [("E1", None)], ["ward not known"], ["ward not known"], id="in the town, no ward known"
        ),
        pytest.param(
            [("E1", "W1"), ("E1", "W2")], ["ward W1", "ward W2"], ["ward not known"],
            id="in one of two wards",
        ),
        pytest.param(
            [("E1", "W1"), ("E1", None)], ["ward not known"], ["ward not known"],
            id="in one ward or any other",
        ),
        pytest.param([("E2", "W9")], ["district E2"], ["district E2"], id="in the county"),
        pytest.param(
            [("E2", "W9"), ("E3", None)], ["district E2", "district E3"], ["district not known"],
            id="in one of two districts",
        ),
        pytest.param(
            [("E1", "W1"), ("E2", "W9")], ["district E2", "ward W1"], [], id="in town or county"
        ),
        pytest.param(
            [("E1", "W1"), ("E9", "W8")], ["outside not known", "ward W1"], [],
            id="in the town or outside the county",
        ),
        pytest.param([("E9", "W8")], ["outside not known"], [], id="outside"),
        pytest.param([(None, None)], ANYWHERE, [], id="unknown"),
        pytest.param([("E1", "W1"), (None, None)], ANYWHERE, [], id="one of two unknown"),
    ],
)  # fmt: skip
def test_the_areas_that_a_payee_may_be_in(places, possible, sure):
    assert areas(*places) == (possible, sure)


def test_a_payee_that_is_withheld_may_be_anywhere():
    assert areas(("E1", "W1"), is_withheld=True) == (ANYWHERE, [])
