import json
import re

import polars as pl
import pytest

from pipeline.registers.boundaries import LARGEST_BYTES
from pipeline.registers.loading import RegistersRefusedError, load_registers
from pipeline.registers.schema import BOUNDARIES, table_path

SQUARE = [[0.0, 51.0], [0.1, 51.0], [0.1, 51.1], [0.0, 51.1], [0.0, 51.0]]
HOLE = [[0.04, 51.04], [0.04, 51.06], [0.06, 51.06], [0.04, 51.04]]


def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


def ward(geometry=None, **properties):
    named = {"WD24CD": "E05012196", "WD24NM": "Brookfield", "LAD24CD": "E07000123"}
    return feature(geometry or polygon(SQUARE), **{**named, **properties})


def write(folder, *features, name="Wards_December_2024_Boundaries_UK_BGC_-2654.geojson"):
    folder.mkdir(exist_ok=True)
    content = {"type": "FeatureCollection", "features": list(features)}
    (folder / name).write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def source(tmp_path):
    return tmp_path / "published"


def loaded(source, table="wards"):
    registers_dir = source.parent / "registers"
    snapshots = {one.register: one for one in load_registers(source, registers_dir)}
    rows = pl.read_parquet(table_path(registers_dir, table)).rows()
    return snapshots[table], [(*row[:3], json.loads(row[3])) for row in rows]


def refusal(source):
    with pytest.raises(RegistersRefusedError) as refused:
        load_registers(source, source.parent / "registers")
    return str(refused.value)


def test_wards_are_read_with_their_district_their_holes_and_the_month_of_their_file(source):
    write(source, ward(polygon(SQUARE, HOLE)))
    snapshot, rows = loaded(source)
    assert rows == [("E05012196", "Brookfield", "E07000123", [SQUARE, HOLE])]
    assert (snapshot.rows, str(snapshot.snapshot_date)) == (1, "2024-12-01")
    assert snapshot.outcome == "loaded"
    assert len(snapshot.sha256) == 64


def test_an_area_of_several_parts_has_the_rings_of_all(source):
    parts = {"type": "MultiPolygon", "coordinates": [[SQUARE], [HOLE]]}
    write(source, ward(parts))
    assert loaded(source)[1][0][3] == [SQUARE, HOLE]


def test_wards_of_files_that_do_not_name_districts_have_none(source):
    write(source, feature(polygon(SQUARE), WD23CD="E05012196", WD23NM="Brookfield"))
    assert loaded(source)[1][0][:3] == ("E05012196", "Brookfield", None)


def test_districts_are_their_own_districts_and_the_newest_file_is_taken(source):
    for year, name in (("23", "Old"), ("24", "New")):
        write(
            source,
            feature(polygon(SQUARE), **{f"LAD{year}CD": "E07000123", f"LAD{year}NM": name}),
            name=f"Local_Authority_Districts_May_20{year}_Boundaries_UK_BSC_77.geojson",
        )
    assert loaded(source, "districts")[1] == [("E07000123", "New", "E07000123", [SQUARE])]


def test_short_names_of_services_are_known(source):
    write(source, ward(), name="WD_DEC_2025_UK_BSC.json")
    snapshot, rows = loaded(source)
    assert (str(snapshot.snapshot_date), len(rows)) == ("2025-12-01", 1)


def test_without_boundaries_there_are_none(source):
    source.mkdir()
    snapshot, rows = loaded(source)
    assert (snapshot.outcome, rows) == ("absent", [])
    assert pl.read_parquet_schema(table_path(source.parent / "registers", "wards")) == BOUNDARIES


@pytest.mark.parametrize(
    ("features", "words"),
    [
        pytest.param([], "holds no area", id="empty"),
        pytest.param([ward(WD24CD="=1+1")], "codes such as E05012196", id="no code"),
        pytest.param([ward(WD24CD=None)], "a property such as WD24CD", id="code missing"),
        pytest.param([ward(WD24NM="x" * 200)], "at most 120 characters", id="endless name"),
        pytest.param([ward(polygon(SQUARE[:-1]))], "closed rings", id="open ring"),
        pytest.param([ward(polygon([SQUARE[0]] * 3))], "closed rings", id="no ring"),
        pytest.param([ward({"type": "Point", "coordinates": [0, 51]})], "a polygon", id="a point"),
        pytest.param([ward({"type": "Polygon", "coordinates": []})], "empty shape", id="no rings"),
        pytest.param(
            [ward(polygon([[352000, 429000]] * 4))], "WGS 84", id="metres of the national grid"
        ),
        pytest.param([ward(polygon([[float("nan"), 51]] * 4))], "in degrees", id="NaN"),
        pytest.param([ward(polygon([["a", "b"]] * 4))], "a polygon", id="text"),
        pytest.param([ward(), ward()], "every area_code once", id="twice"),
        pytest.param([{"type": "Feature"}], "collection of features", id="no properties"),
    ],
)  # fmt: skip
def test_what_is_no_boundary_is_refused_with_its_reason(source, features, words):
    write(source, *features)
    assert re.search(words, refusal(source))


@pytest.mark.parametrize("content", ["[" * 200_000, '{"features": [{"prop', "[]", ""])
def test_what_is_no_geojson_is_refused(source, content):
    source.mkdir()
    (source / "Wards_May_2026_Boundaries.geojson").write_text(content)
    assert "should be a GeoJSON collection of features" in refusal(source)


def test_a_file_that_is_too_large_is_refused_unread(source):
    source.mkdir()
    with (source / "Wards_May_2026_Boundaries_UK_BFC.geojson").open("wb") as out:
        out.truncate(LARGEST_BYTES + 1)
    assert "generalised boundaries (BGC)" in refusal(source)


def test_the_last_good_boundaries_stay_in_use(source):
    write(source, ward())
    loaded(source)
    write(source, ward(WD24CD="?"))
    refusal(source)
    assert pl.read_parquet(table_path(source.parent / "registers", "wards"))["area_name"][0] == (
        "Brookfield"
    )
