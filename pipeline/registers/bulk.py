"""Reads bulk csv and JSON through DuckDB, which holds a part of a file in memory at a time."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import polars as pl

from pipeline.registers.published import RegisterRefusedError

READING_MEMORY = "1GB"


def csv_columns(
    path: Path,
    plain: Path,
    headings: list[str],
    wanted: Mapping[str, str],
    parquet: Path,
    has_heading: bool = True,
) -> pl.LazyFrame:
    """Some columns of an unpacked csv as text, by their new names; blanks are null.

    Without a heading in the file `headings` stand for its columns in order.

    Polars 2.1 holds a csv whole while it streams it: 2.4 GB for BasicCompanyData, where this
    takes a tenth. Raises RegisterRefusedError naming the line where the csv is not well formed.
    """
    columns = ", ".join(f"{_text(heading)}: 'VARCHAR'" for heading in headings)
    selected = ", ".join(
        f"nullif(trim({_name(heading)}), '') as {_name(name)}" for name, heading in wanted.items()
    )
    _copy(
        path,
        plain,
        f"select {selected} from read_csv({_text(str(plain))}, columns = {{{columns}}},"
        f" header = {has_heading}, auto_detect = false, delim = ',', quote = '\"', escape = '\"',"
        " null_padding = false)",
        parquet,
    )
    return pl.scan_parquet(parquet)


def json_records(path: Path, plain: Path, fields: Mapping[str, str], parquet: Path) -> pl.LazyFrame:
    """Some fields of an unpacked JSON list of objects, with their DuckDB types.

    Raises RegisterRefusedError where the list is not whole.
    """
    columns = ", ".join(f"{_text(name)}: '{kind}'" for name, kind in fields.items())
    _copy(
        path,
        plain,
        f"select * from read_json({_text(str(plain))}, columns = {{{columns}}}, format = 'array')",
        parquet,
    )
    return pl.scan_parquet(parquet)


def _copy(path: Path, plain: Path, query: str, parquet: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"set memory_limit = '{READING_MEMORY}'")
        try:
            connection.execute(f"copy ({query}) to {_text(str(parquet))} (format parquet)")
        except duckdb.Error as fault:
            reason = str(fault).splitlines()[0].replace(str(plain), path.name).strip(" .")
            raise RegisterRefusedError(
                f"{path.name} is cut short or damaged ({reason}): download it again."
            ) from fault


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _name(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'
