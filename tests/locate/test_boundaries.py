import polars as pl

from pipeline.locate.boundaries import TOWN_BOUNDARIES, boundaries_of_towns
from pipeline.registers.schema import BOUNDARIES, POSTCODES, table_path

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
