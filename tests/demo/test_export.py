"""The export of the hand-written world against its database and the rules of Data Package 2."""

import hashlib
import json
import re
import shutil
import subprocess

import duckdb
import polars as pl
import pytest

from pipeline import export
from pipeline.errors import AnchorspendError
from pipeline.export import export_marts
from pipeline.settings import SQL_ROOT
from pipeline.sql_models import load_project
from pipeline.warehouse import open_for_export
from tests.demo.hand_written import WORLD

PERSON = "Mr A N Other"
# https://datapackage.org/standard/table-schema/#field-types
FRICTIONLESS_TYPES = {
    "string": (pl.String,),
    "boolean": (pl.Boolean,),
    "integer": (pl.Int32, pl.Int64),
    "number": (pl.Decimal, pl.Float64),
    "date": (pl.Date,),
    "datetime": (pl.Datetime,),
    "array": (pl.List,),
}


@pytest.fixture(scope="module")
def project():
    return load_project(SQL_ROOT)


@pytest.fixture(scope="module")
def exported(world_settings, project, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported") / "marts"
    export_marts(world_settings.database_path, project, folder)
    return folder


@pytest.fixture
def old(exported, tmp_path):
    """An export that is there already."""
    return shutil.copytree(exported, tmp_path / "old")


@pytest.fixture(scope="module")
def package(exported):
    return json.loads((exported / "datapackage.json").read_text(encoding="utf-8"))


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def contents(folder):
    return {path.name: sha256(path) for path in folder.iterdir()}


def test_every_mart_holds_the_rows_of_the_database(exported, world_settings, project):
    marts = [name for name, model in project.models.items() if model.schema == "marts"]
    assert {path.stem for path in exported.glob("*.parquet")} == set(marts)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{world_settings.database_path}' as published (read_only)")
        for mart in marts:
            table, file = f"published.marts.{mart}", f"'{exported / mart}.parquet'"
            query = (
                f"select (select count(*) from {table}) - (select count(*) from {file}),"
                f" (select count(*) from (from {table} except all from {file}))"
            )
            assert connection.execute(query).fetchone() == (0, 0), mart


def test_the_package_describes_each_file_by_the_rules_of_the_standard(exported, package, project):
    names = [resource["name"] for resource in package["resources"]]
    assert len(names) == len(set(names)) > 30
    for resource in package["resources"]:
        assert re.fullmatch(r"[-a-z0-9._/]+", resource["name"])
        assert resource["type"] == "table"
        assert (resource["format"], resource["mediatype"]) == (
            "parquet",
            "application/vnd.apache.parquet",
        )
        assert re.fullmatch(r"[a-z_]+\.parquet", resource["path"])
        path = exported / resource["path"]
        assert resource["bytes"] == path.stat().st_size
        assert resource["hash"] == f"sha256:{sha256(path)}"
        yaml = project.models[resource["name"]].yaml
        assert resource["description"] == yaml.description.strip()
        frame = pl.read_parquet(path)
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == frame.columns == list(yaml.columns)
        for field in fields:
            assert field["description"] == yaml.columns[field["name"]].description.strip()
            assert isinstance(frame.schema[field["name"]], FRICTIONLESS_TYPES[field["type"]])
        key = resource["schema"]["primaryKey"]
        assert key == yaml.grain
        assert not any(frame[column].has_nulls() for column in key)
        assert not frame.select(key).is_duplicated().any()


def test_the_package_says_what_it_is_when_it_was_made_and_whose_data_it_holds(package):
    assert package["name"] == "anchorspend"
    assert package["version"].startswith("0.")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", package["created"])
    assert package["licenses"] == [{"title": "invented", "name": "invented"}]
    assert package["sources"] == [
        {"title": f"{town} Council", "licence": "invented", "attribution": "invented data"}
        for town in ("Marlhaven", "Thornley")
    ]
    assert "Contains OS data © Crown copyright" in package["description"]
    assert "No licence" not in package["description"]


@pytest.mark.parametrize(
    ("paid", "licences", "unlicensed"),
    [
        ([], None, None),
        ([("Bay Council", None, None, None)], None, "the files of Bay Council."),
        (
            [("Bay Council", "https://bay.example", "Open Government Licence v3.0", "Thanks.")],
            [
                {
                    "title": "Open Government Licence v3.0",
                    "name": "OGL-UK-3.0",
                    "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/"
                    "version/3/",
                }
            ],
            None,
        ),
        (
            [("Bay Council", None, "as we please / 2024", None)],
            [{"title": "as we please / 2024", "name": "as-we-please-2024"}],
            None,
        ),
    ],
)
def test_licences_are_those_that_publishers_state(paid, licences, unlicensed):
    with duckdb.connect() as connection:
        connection.execute(
            "create schema marts; create table marts.about as"
            " select now() as built_at, '1' as anchorspend_version;"
            " create table marts.publishers (publisher_name text, landing_page text, licence text,"
            " attribution text, payment_rows int); create table marts.towns as"
            " from (values ('Preston', false), ('Saltmere', true)) as t(town_name, is_invented)"
        )
        for row in [*paid, ("Paid Nothing Council", None, "another", None)]:
            rows = 0 if row[0].startswith("Paid Nothing") else 1
            connection.execute("insert into marts.publishers values (?, ?, ?, ?, ?)", [*row, rows])
        package = export._describe_package(connection)
    assert package.get("licenses") == licences
    assert ("sources" in package) == bool(paid)
    assert ("No licence is known" in package["description"]) == bool(unlicensed)
    assert (unlicensed or "") in package["description"]
    assert "Invented, with all their bodies and payments: Saltmere." in package["description"]


def test_sha256sum_finds_every_file_sound_and_a_changed_one_not(exported, old):
    check = ["sha256sum", "--strict", "-c", "SHA256SUMS"]
    sound = subprocess.run(check, cwd=old, capture_output=True, text=True)
    assert sound.returncode == 0
    checked = {line.removesuffix(": OK") for line in sound.stdout.splitlines()}
    assert checked == {path.name for path in exported.iterdir()} - {"SHA256SUMS"}
    (old / "payments.parquet").write_bytes(b"another")
    assert subprocess.run(check, cwd=old, capture_output=True).returncode != 0


def test_no_person_is_named(exported):
    published = "".join(
        path.read_text(encoding="cp1252") for path in sorted((WORLD / "files").rglob("*.csv"))
    )
    assert PERSON in published
    told = [
        text
        for path in exported.glob("*.parquet")
        for column in pl.read_parquet(path).select(pl.col(pl.String)).iter_columns()
        for text in column.drop_nulls().unique()
    ]
    assert "individual" in told
    assert not [text for text in told if PERSON.casefold() in text.casefold()]


class KilledError(BaseException):
    """Nothing in the product catches it, so that nothing is tidied up, as when a process dies."""


def test_an_export_that_dies_leaves_the_old_one_and_the_next_is_clean(
    old, world_settings, project, monkeypatch
):
    before = contents(old)
    write = export._write_mart

    def die_at_files(connection, mart, *more):
        if mart.name == "files":
            raise KilledError
        return write(connection, mart, *more)

    monkeypatch.setattr(export, "_write_mart", die_at_files)
    with pytest.raises(KilledError):
        export_marts(world_settings.database_path, project, old)
    assert contents(old) == before
    assert (old.parent / "old.building" / "about.parquet").exists()

    monkeypatch.undo()
    (old / "mart_of_an_older_version.parquet").write_bytes(b"PAR1")
    export_marts(world_settings.database_path, project, old)
    assert contents(old).keys() == before.keys()
    assert {path.name for path in old.parent.iterdir()} == {"old"}


@pytest.mark.parametrize("name", ["mine", "mine.building", "mine.before"])
@pytest.mark.parametrize("file", ["thesis.docx", "own.parquet"])
def test_a_folder_of_other_things_is_left_alone(world_settings, project, tmp_path, name, file):
    if (name, file) in {("mine.building", "own.parquet"), ("mine.before", "own.parquet")}:
        return  # what an export that died leaves there
    (tmp_path / name).mkdir()
    (tmp_path / name / file).write_text("years of work")
    with pytest.raises(AnchorspendError, match="holds other things than an export"):
        export_marts(world_settings.database_path, project, tmp_path / "mine")
    assert (tmp_path / name / file).read_text() == "years of work"


def test_a_database_of_other_models_is_refused(world_settings, project, tmp_path):
    newer = {**project.tables}
    del newer["towns"]
    with pytest.raises(AnchorspendError, match="run `anchorspend run` first"):
        export_marts(
            world_settings.database_path,
            type(project)(project.root, newer, project.sources, project.macros, (), project.digest),
            tmp_path / "marts",
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "sql",
    [
        "copy marts.towns to '{outside}/stolen.parquet'",
        "copy marts.towns to '{folder}/../stolen.parquet'",
        "copy marts.towns to '{folder}beside/stolen.parquet'",
        "select * from read_text('{outside}/secret.txt')",
        "set enable_external_access = true",
        "set allowed_directories = ['/']",
        "delete from marts.towns",
    ],
)
def test_the_export_can_write_nowhere_but_to_its_folder(world_settings, tmp_path, sql):
    folder, outside = tmp_path / "folder", tmp_path / "outside"
    for one in (folder, outside, tmp_path / "folderbeside"):
        one.mkdir()
    (outside / "secret.txt").write_text("secret")
    with open_for_export(world_settings.database_path, folder) as connection:
        connection.execute(f"copy marts.towns to '{folder}/towns.parquet'")
        with pytest.raises(duckdb.Error, match=r"disabled|locked|read-only"):
            connection.execute(sql.format(folder=folder, outside=outside))
    assert not list(tmp_path.rglob("stolen*"))
