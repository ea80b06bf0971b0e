"""The registry as the SQL sees it."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from pipeline.registry.frames import registry_frames, write_registry_frames
from pipeline.registry.load import load_registry
from pipeline.registry.models import Area, Publisher, Registry, Town

AREA = Area(id="anyshire", name="Anyshire", lad_codes=("X99000001", "X99000002"), source="invented")
LARGER = Area(id="greater", name="Greater", lad_codes=("X99000001",), source="invented")
TOWN = Town(
    id="anytown",
    name="Anytown",
    lad_code="X99000001",
    lad_vintage=2026,
    county_areas=("greater", "anyshire"),
    region_code="X12000001",
    region_name="Anywhere",
    source="invented",
)
PUBLISHER = Publisher.model_validate(
    {
        "id": "council",
        "name": "Anytown Council",
        "kind": "unitary_authority",
        "service_area": "anyshire",
        "anchors": [
            {"town": "anytown", "basis": "named", "to": "2022-06-30", "evidence": "a list"}
        ],
        "discovery": {"rule": "drop_folder", "instructions": "Ask."},
        "threshold_gbp": "500",
        "publishes": "files",
        "publishes_evidence": "a page",
        "verified": True,
        "expect": {"rows_per_file": {"min": 1, "max": 9}, "first_month": "2021-04"},
        "caveats": [{"text": "Odd.", "evidence": "seen"}, {"text": "Late.", "evidence": "told"}],
    }
)
SMALL = Registry({"anytown": TOWN}, {"anyshire": AREA, "greater": LARGER}, {"council": PUBLISHER})


def test_each_town_has_its_default_county_and_the_others_beside_it():
    frames = registry_frames(SMALL)

    assert frames["towns"].row(0, named=True) == {
        "town_id": "anytown",
        "town_name": "Anytown",
        "lad_code": "X99000001",
        "lad_vintage": 2026,
        "county_area_id": "greater",
        "county_area_name": "Greater",
        "region_code": "X12000001",
        "region_name": "Anywhere",
        "is_invented": False,
        "caveats": None,
    }
    assert frames["town_areas"].rows() == [
        ("anytown", "greater", True),
        ("anytown", "anyshire", False),
    ]


def test_areas_and_service_areas_have_a_row_per_district():
    frames = registry_frames(SMALL)

    assert frames["areas"].rows() == [
        ("anyshire", "Anyshire", "X99000001", None),
        ("anyshire", "Anyshire", "X99000002", None),
        ("greater", "Greater", "X99000001", None),
    ]
    assert frames["service_areas"].rows() == [("council", "X99000001"), ("council", "X99000002")]


def test_every_district_of_a_real_area_is_named():
    areas = registry_frames(load_registry(None))["areas"]
    assert areas["lad_name"].null_count() == 0
    named = dict(areas.select("lad_code", "lad_name").iter_rows())
    assert (named["E07000118"], named["E07000045"]) == ("Chorley", "Teignbridge")


def test_a_publisher_keeps_its_caveats_with_their_evidence():
    row = registry_frames(SMALL)["publishers"].row(0, named=True)

    assert row["caveats"] == "Odd. [seen]\nLate. [told]"
    assert row["threshold_gbp"] == Decimal("500.0000")
    assert row["first_month_date"] == date(2021, 4, 1)
    assert (row["fewest_rows_per_file"], row["most_rows_per_file"]) == (1, 9)
    assert (row["is_verified"], row["discovery_rule"], row["landing_page"]) == (
        True,
        "drop_folder",
        None,
    )


def test_an_anchor_without_a_beginning_is_open_there():
    assert registry_frames(SMALL)["anchors"].rows() == [
        ("council", "anytown", "named", None, date(2022, 6, 30), "a list")
    ]


@pytest.mark.parametrize("name", registry_frames(SMALL).keys())
def test_an_empty_registry_has_the_types_of_a_full_one(name):
    empty = registry_frames(Registry({}, {}, {}))[name]

    assert empty.height == 0
    assert empty.schema == registry_frames(SMALL)[name].schema
    assert pl.Null not in empty.dtypes


def test_written_tables_replace_the_old_ones_and_leave_nothing_beside_them(tmp_path):
    write_registry_frames(SMALL, tmp_path / "registry")
    write_registry_frames(load_registry(), tmp_path / "registry")

    names = ["anchors", "areas", "publishers", "service_areas", "town_areas", "towns"]
    written = sorted(path.name for path in (tmp_path / "registry").iterdir())
    assert written == [f"{name}.parquet" for name in names]
    publishers = pl.read_parquet(tmp_path / "registry/publishers.parquet")
    assert "torbay_council" in publishers["publisher_id"]
    assert "council" not in publishers["publisher_id"]
