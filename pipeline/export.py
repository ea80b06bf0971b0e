"""Writes every mart as Parquet with a Frictionless Data Package (datapackage.org, version 2)."""

import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipeline.errors import AnchorspendError
from pipeline.registers.attribution import ATTRIBUTION
from pipeline.replacing import before_of, building_of, replace_folder
from pipeline.sql_models import SqlProject
from pipeline.sql_models.sql_text import identifier, literal
from pipeline.warehouse import PublishedTable, describe_tables, open_for_export

PACKAGE, CHECKSUMS = "datapackage.json", "SHA256SUMS"
_PROFILES = "https://datapackage.org/profiles/2.0"

# Frictionless types by DuckDB type without its width.
_TYPES = {
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "HUGEINT": "integer",
    "DECIMAL": "number",
    "DOUBLE": "number",
    "DATE": "date",
    "TIMESTAMP WITH TIME ZONE": "datetime",
    "VARCHAR[]": "array",
}
# Names and addresses of licences as the Open Definition lists them, by what publishers write.
_LICENCES = {
    "Open Government Licence v3.0": {
        "name": "OGL-UK-3.0",
        "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    }
}


@dataclass(frozen=True)
class Export:
    """Where an export lies, and the marts and bytes in it."""

    folder: Path
    marts: int
    bytes: int


def export_marts(database_path: Path, project: SqlProject, folder: Path) -> Export:
    """Write every mart of the published database, a datapackage.json and SHA256SUMS to a folder.

    The folder is replaced whole once all is written. AnchorspendError where it holds other things,
    or where the database was built from other models than those of `project`.
    """
    folder = folder.resolve()
    _refuse_other_things(folder)
    beside = building_of(folder)
    shutil.rmtree(beside, ignore_errors=True)
    with open_for_export(database_path, beside) as connection:
        marts = [table for table in describe_tables(connection) if table.schema == "marts"]
        _refuse_other_models(marts, project)
        beside.mkdir(parents=True)
        resources = [
            _write_mart(connection, mart, project.models[mart.name].yaml.grain, beside)
            for mart in marts
        ]
        package = _describe_package(connection) | {"resources": resources}
    text = json.dumps(package, indent=2, ensure_ascii=False) + "\n"
    (beside / PACKAGE).write_text(text, encoding="utf-8")
    files = sorted(beside.iterdir())
    sums = "".join(f"{_sha256(path)}  {path.name}\n" for path in files)
    (beside / CHECKSUMS).write_text(sums, encoding="utf-8")
    size = sum(path.stat().st_size for path in files)
    replace_folder(folder)
    return Export(folder, len(marts), size)


def _refuse_other_things(folder: Path) -> None:
    for one in (folder, building_of(folder), before_of(folder)):
        names = {path.name for path in one.iterdir()} if one.exists() else set()
        others = {name for name in names - {PACKAGE, CHECKSUMS} if not name.endswith(".parquet")}
        if others or (one == folder and names and CHECKSUMS not in names):
            raise AnchorspendError(
                f"{one} holds other things than an export, which would be lost: give a new folder."
            )


def _refuse_other_models(marts: list[PublishedTable], project: SqlProject) -> None:
    in_database = {mart.name: [name for name, *_ in mart.columns] for mart in marts}
    in_project = {
        name: list(model.yaml.columns)
        for name, model in project.models.items()
        if model.schema == "marts"
    }
    if in_database != in_project:
        raise AnchorspendError(
            "The database was built from other models than those here: run `anchorspend run` first."
        )


def _write_mart(
    connection: duckdb.DuckDBPyConnection, mart: PublishedTable, grain: list[str], folder: Path
) -> dict[str, Any]:
    path = folder / f"{mart.name}.parquet"
    # Sums of counts are HUGEINT in DuckDB, which it would write to Parquet as floating point.
    whole = [identifier(name) for name, type_, _ in mart.columns if type_ == "HUGEINT"]
    exactly = ", ".join(f"{name}::bigint as {name}" for name in whole)
    columns = f"* replace ({exactly})" if whole else "*"
    table = f"{identifier(mart.schema)}.{identifier(mart.name)}"
    connection.execute(
        f"copy (select {columns} from {table}) to {literal(str(path))}"
        " (format parquet, compression zstd)"
    )
    return {
        "$schema": f"{_PROFILES}/dataresource.json",
        "name": mart.name,
        "type": "table",
        "title": mart.name.replace("_", " ").capitalize(),
        "description": mart.comment,
        "path": path.name,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{_sha256(path)}",
        "schema": {
            "$schema": f"{_PROFILES}/tableschema.json",
            "fields": [
                {"name": name, "type": _TYPES[_without_width(type_)], "description": description}
                for name, type_, description in mart.columns
            ],
            "primaryKey": grain,
        },
    }


def _without_width(type_: str) -> str:
    return re.sub(r"\(.*?\)", "", type_)


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _describe_package(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    [(built_at, version)] = connection.execute(
        "select strftime(built_at at time zone 'UTC', '%Y-%m-%dT%H:%M:%SZ'), anchorspend_version"
        " from marts.about"
    ).fetchall()
    paid = connection.execute(
        "select publisher_name, landing_page, licence, attribution from marts.publishers"
        " where payment_rows > 0 order by publisher_name"
    ).fetchall()
    towns = connection.execute(
        "select town_name, is_invented from marts.towns order by town_name"
    ).fetchall()
    licences = sorted({licence for _, _, licence, _ in paid if licence})
    unlicensed = [name for name, _, licence, _ in paid if not licence]
    description = [
        "Payments that UK public bodies published, whom they paid, where those are, and what stays"
        " in each town.",
        ATTRIBUTION,
    ]
    if invented := [name for name, is_invented in towns if is_invented]:
        description.append(f"Invented, with all their bodies and payments: {', '.join(invented)}.")
    if unlicensed:
        description.append(f"No licence is known for the files of {', '.join(unlicensed)}.")
    package: dict[str, Any] = {
        "$schema": f"{_PROFILES}/datapackage.json",
        "name": "anchorspend",
        "title": "anchorspend: public spending and the share that stays in each town",
        "description": " ".join(description),
        "version": version,
        "created": built_at,
    }
    # The profile allows no empty list of either.
    if licences:
        package["licenses"] = [_licence(licence) for licence in licences]
    if paid:
        package["sources"] = [
            _given(title=name, path=page, licence=licence, attribution=attribution)
            for name, page, licence, attribution in paid
        ]
    return package


def _licence(text: str) -> Mapping[str, str]:
    as_name = re.sub(r"[^A-Za-z0-9._]+", "-", text).strip("-") or "other"
    return {"title": text, "name": as_name} | _LICENCES.get(text, {})


def _given(**properties: str | None) -> dict[str, str]:
    return {name: value for name, value in properties.items() if value is not None}
