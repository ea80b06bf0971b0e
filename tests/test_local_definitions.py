"""Where a supplier may be under each definition of local, on places written here."""

import re

import duckdb
import pytest

from pipeline.settings import PROJECT_ROOT

SQL = PROJECT_ROOT / "dbt_like_sql"
TOWN, COUNTY, REGION, FAR = "E1", "E2", "E3", "E9"
WORLD = """
create table stg_registry__towns as
    select 'here' as town_id, 'E1' as lad_code, 'R1' as region_code, 'shire' as county_area_id;
create table stg_registry__areas as
    select 'shire' as area_id, unnest(['E1', 'E2']) as lad_code;
create table stg_registry__anchors as select 'council' as publisher_id, 'here' as town_id;
create table stg_identified__suppliers as select 's' as supplier_id, 'council' as publisher_id;
"""


def bands(*places: tuple[str, str, str | None]) -> dict[str, str]:
    """The bands as letters t, c, r, u, of places (organisation, kind, district) by definition."""
    with duckdb.connect() as connection:
        connection.execute(WORLD)
        connection.execute(
            f"create table local_definitions as from '{SQL / 'seeds/local_definitions.csv'}'"
        )
        connection.execute(
            "create table stg_identified__supplier_places (supplier_id varchar, register varchar,"
            " number varchar, place_kind varchar, district_number bigint, postcode varchar,"
            " latitude double, longitude double, ward_code varchar, lsoa_code varchar,"
            " lad_code varchar, region_code varchar, place_evidence varchar,"
            " address_as_of_date date)"
        )
        for number, (organisation, kind, district) in enumerate(places, 1):
            connection.execute(
                "insert into stg_identified__supplier_places by name select 's' as supplier_id,"
                " if($organisation = '', '', 'coh') as register, $organisation as number,"
                " $kind as place_kind, $number as district_number, $district as lad_code,"
                " if($district = 'E9', 'R9', 'R1') as region_code",
                {
                    "organisation": organisation,
                    "kind": kind,
                    "number": number,
                    "district": district,
                },
            )
        for name in ("int_supplier_local_places", "int_county_districts", "int_supplier_bands"):
            sql = (SQL / f"intermediate/{name}.sql").read_text("utf-8")
            select = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"\1", sql)
            connection.execute(f"create table {name} as {select}")
        rows = connection.execute(
            "select local_definition, concat(if(may_be_town, 't', ''),"
            " if(may_be_rest_of_county, 'c', ''), if(may_be_rest_of_region, 'r', ''),"
            " if(may_be_rest_of_uk, 'u', '')) from int_supplier_bands"
        ).fetchall()
    return dict(rows)


@pytest.mark.parametrize(
    ("places", "registered", "trading", "based_or_branch"),
    [
        pytest.param((), "tcru", "tcru", "tcru", id="nothing is known"),
        pytest.param([("1", "registered", FAR)], "u", "tcru", "u", id="registered alone"),
        pytest.param([("1", "registered", None)], "tcru", "tcru", "tcru", id="address unknown"),
        pytest.param([("", "trading", TOWN)], "t", "t", "t", id="in no register"),
        pytest.param(
            [("1", "registered", FAR), ("1", "trading", TOWN)], "u", "t", "t", id="branch in town"
        ),
        pytest.param(
            [("1", "registered", TOWN), ("1", "trading", FAR)], "t", "u", "t", id="based in town"
        ),
        pytest.param(
            [("1", "registered", None), ("1", "trading", TOWN)],
            "tcru", "t", "t", id="trading says nothing of where it is registered",
        ),
        pytest.param(
            [("1", "registered", TOWN), ("2", "registered", FAR)],
            "tu", "tcru", "tu", id="ambiguous between two",
        ),
        pytest.param(
            [("1", "registered", TOWN), ("2", "registered", None)],
            "tcru", "tcru", "tcru", id="ambiguous with one nowhere",
        ),
        pytest.param(
            [("1", "site", TOWN), ("1", "site", COUNTY)], "tc", "tc", "tc", id="a county council"
        ),
        pytest.param(
            [("1", "registered", REGION), ("1", "trading", COUNTY), ("1", "trading", FAR)],
            "r", "cu", "cr", id="an outward code over two districts",
        ),
    ],
)  # fmt: skip
def test_each_definition_has_its_own_set_of_bands(places, registered, trading, based_or_branch):
    assert bands(*places) == {
        "registered": registered,
        "trading": trading,
        "based_or_branch": based_or_branch,
    }
