import polars as pl
import pytest

from pipeline.locate.boundaries import (
    TOWN_BOUNDARIES,
    boundaries_of_towns,
    write_boundaries_of_towns,
)
from pipeline.registers.loading import load_registers
from pipeline.registers.schema import BOUNDARIES, POSTCODES, table_path
from tests.registers import written

RINGS = "[[[0.0,51.0],[0.1,51.0],[0.1,51.1],[0.0,51.0]]]"


def registry(folder):
    folder.mkdir()
    pl.DataFrame({"lad_code": ["E01"]}).write_parquet(folder / "towns.parquet")
    pl.DataFrame({"lad_code": ["E01", "E02"]}).write_parquet(folder / "areas.parquet")
    return folder


def registers(folder, **tables):
    folder.mkdir()
    for name, rows in tables.items():
        schema = POSTCODES if name == "postcodes" else BOUNDARIES
        frame = pl.DataFrame(rows, schema={one: schema[one] for one in rows[0]}, orient="row")
        frame.match_to_schema(schema, missing_columns="insert").write_parquet(
            table_path(folder, name)
        )
    return folder


def area(code, lad, name="somewhere"):
    return {"area_code": code, "area_name": name, "lad_code": lad, "rings": RINGS}


def postcode(text, ward, lad):
    return {"postcode": text, "ward_code": ward, "lad_code": lad}


def test_wards_of_towns_and_districts_of_their_areas_are_taken(tmp_path):
    found = boundaries_of_towns(
        registry(tmp_path / "registry"),
        registers(
            tmp_path / "registers",
            wards=[area("W1", "E01"), area("W2", "E02"), area("W3", None), area("W4", None)],
            districts=[area("E02", "E02"), area("E01", "E01"), area("E03", "E03")],
            postcodes=[postcode("PR1 2HE", "W3", "E01"), postcode("FY1 1AD", "W4", "E02")],
        ),
    )
    assert found.schema == TOWN_BOUNDARIES
    # W3's file does not name its district: its postcodes do.
    assert found.select("area_kind", "area_code", "lad_code").rows() == [
        ("district", "E01", "E01"),
        ("district", "E02", "E02"),
        ("ward", "W1", "E01"),
        ("ward", "W3", "E01"),
    ]


def test_without_boundaries_the_frame_is_empty(tmp_path):
    found = boundaries_of_towns(registry(tmp_path / "registry"), tmp_path / "registers")
    assert found.is_empty()
    assert found.schema == TOWN_BOUNDARIES


@pytest.fixture
def decided(tmp_path):
    """Folders of a registry and of a loaded postcode directory, and where boundaries go."""
    published = tmp_path / "published"
    published.mkdir()
    written.write_nspl(published, written.postcode("PR1 2HE", lad="E01", ward="W1"))
    load_registers(published, tmp_path / "registers")
    return registry(tmp_path / "registry"), tmp_path / "registers", tmp_path / "boundaries.parquet"


def written_anew(decided, code="this code"):
    """Whether a build writes the boundaries that the one before it wrote."""
    path = decided[2]
    before = path.stat().st_ino if path.exists() else None
    write_boundaries_of_towns(*decided, code)
    return path.stat().st_ino != before


def test_what_was_written_is_left_alone_where_nothing_that_decides_it_has_changed(decided):
    assert written_anew(decided)
    assert pl.read_parquet_schema(decided[2]) == TOWN_BOUNDARIES
    assert not written_anew(decided)


@pytest.mark.parametrize("table", ["towns", "areas"])
def test_another_district_in_the_registry_writes_anew(decided, table):
    written_anew(decided)
    pl.DataFrame({"lad_code": ["E03"]}).write_parquet(decided[0] / f"{table}.parquet")
    assert written_anew(decided)
    assert not written_anew(decided)


def test_another_postcode_directory_writes_anew(decided, tmp_path):
    written_anew(decided)
    directory = [written.postcode("PR1 2HE", lad="E01", ward="W2")]
    written.write_nspl(tmp_path / "published", *directory)
    load_registers(tmp_path / "published", decided[1])
    assert written_anew(decided)


def test_newer_code_writes_anew(decided):
    written_anew(decided)
    assert written_anew(decided, code="newer code")


def test_a_file_that_was_cut_short_is_written_anew(decided):
    written_anew(decided)
    decided[2].write_bytes(decided[2].read_bytes()[:100])
    assert written_anew(decided)
