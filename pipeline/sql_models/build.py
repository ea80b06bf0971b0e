"""Builds the models as tables and views on one connection, and runs their tests there."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipeline.errors import AnchorspendError
from pipeline.sql_models.loading import refuse_different_columns
from pipeline.sql_models.project import (
    LAYERS,
    SEEDS,
    RowTest,
    Seed,
    SqlModel,
    SqlProject,
    Table,
    file_of,
    yaml_file_of,
)
from pipeline.sql_models.row_tests import Severity
from pipeline.sql_models.sql_text import SourceName, SqlText, identifier, in_one_line, literal

SHOWN_ROWS = 5


@dataclass(frozen=True)
class ModelResult:
    """A seed or model that was built, its rows and the seconds it took."""

    name: str
    rows: int
    seconds: float


@dataclass(frozen=True)
class TestResult:
    """What a test found: the number of offending rows, the first of them, and the query for all."""

    __test__ = False

    test_name: str
    model: str | None
    column: str | None
    severity: Severity
    failures: int
    sample: list[dict[str, Any]]
    sql: str


def source_files(project: SqlProject, source: SourceName, warehouse: Path) -> list[Path]:
    """The Parquet files behind a source, sorted; AnchorspendError when there is none."""
    declared = project.sources[source]
    files = sorted(warehouse.resolve().glob(declared.path))
    if not files:
        raise AnchorspendError(
            f"There is no {declared.path} below {warehouse}: run `{declared.made_by}` first."
        )
    return files


def build_models(
    connection: duckdb.DuckDBPyConnection,
    project: SqlProject,
    warehouse: Path,
    select: Collection[str] | None = None,
    on_built: Callable[[ModelResult], None] = lambda _: None,
) -> list[ModelResult]:
    """Build seeds and models, commented, parents first; `select` takes parents along.

    Macros that read no table come first, so that models can use them; macros with a ref() come
    last. AnchorspendError names the Parquet file that cannot be used, or the file of a model that
    does not run or whose columns differ from its YAML.
    """
    wanted = project.with_parents(select)
    _refuse_broken_sources(connection, project, warehouse, wanted)
    for schema in (SEEDS, *LAYERS):
        connection.execute(f"create schema if not exists {identifier(schema)}")
    for macro in project.macros:
        if not macro.refs:
            _execute(connection, macro, _compiled(project, macro, warehouse))
    results = []
    for name, table in project.tables.items():
        if name in wanted:
            results.append(_build_table(connection, project, table, warehouse))
            on_built(results[-1])
    # One transaction: outside of one DuckDB writes its log for each statement.
    described = [line for name in wanted for line in _comments(project, project.tables[name])]
    connection.execute("; ".join(["begin", *described, "commit"]))
    for macro in project.macros:
        if macro.refs and wanted.issuperset(macro.refs):
            _execute(connection, macro, _compiled(project, macro, warehouse))
    return results


def _refuse_broken_sources(
    connection: duckdb.DuckDBPyConnection,
    project: SqlProject,
    warehouse: Path,
    wanted: Collection[str],
) -> None:
    used = {
        source
        for name, model in project.models.items()
        if name in wanted
        for source in model.sql.sources
    }
    for source in sorted(used):
        declared = project.sources[source]
        files = source_files(project, source, warehouse)
        for path, columns in _columns_of(connection, files, declared.made_by).items():
            if missing := declared.columns.keys() - columns:
                raise AnchorspendError(
                    f"{path} has no column {', '.join(sorted(missing))}: delete it and run"
                    f" `{declared.made_by}` to write it anew."
                )


def _columns_of(
    connection: duckdb.DuckDBPyConnection, files: Sequence[Path], made_by: str
) -> dict[Path, set[str]]:
    """The columns of each Parquet file; AnchorspendError names the one that is not readable."""
    columns: dict[Path, set[str]] = {path: set() for path in files}
    try:
        rows = connection.execute(
            f"select file_name, name from parquet_schema({_list_of(files)})"
        ).fetchall()
    except duckdb.Error as error:
        if len(files) == 1:
            raise AnchorspendError(
                f"{files[0]} is not readable: delete it and run `{made_by}` ({in_one_line(error)})."
            ) from error
        # DuckDB does not always say which of many files it could not read.
        for path in files:
            columns |= _columns_of(connection, [path], made_by)
        return columns
    for path, name in rows:
        columns[Path(path)].add(name)
    return columns


def _list_of(files: Sequence[Path]) -> str:
    return f"[{', '.join(literal(str(file)) for file in files)}]"


def _read_source(project: SqlProject, source: SourceName, warehouse: Path) -> str:
    return f"read_parquet({_list_of(source_files(project, source, warehouse))})"


def _compiled(project: SqlProject, text: SqlText, warehouse: Path) -> str:
    return text.compiled(project.qualified, lambda source: _read_source(project, source, warehouse))


def _query(project: SqlProject, table: Table, warehouse: Path) -> str:
    if isinstance(table, SqlModel):
        return _compiled(project, table.sql, warehouse)
    return _read_seed(table)


def _read_seed(seed: Seed) -> str:
    types = ", ".join(
        f"{literal(name)}: {literal(column.type)}" for name, column in seed.yaml.columns.items()
    )
    return (
        f"select * from read_csv({literal(str(seed.path.resolve()))}, auto_detect = false,"
        " header = true, delim = ',', quote = '\"', escape = '\"', nullstr = '',"
        f" columns = {{{types}}})"
    )


def _execute(connection: duckdb.DuckDBPyConnection, text: SqlText, sql: str) -> None:
    try:
        connection.execute(sql)
    except duckdb.Error as error:
        raise AnchorspendError(f"{text.file} does not run: {in_one_line(error)}.") from error


def _build_table(
    connection: duckdb.DuckDBPyConnection, project: SqlProject, table: Table, warehouse: Path
) -> ModelResult:
    started = time.perf_counter()
    query = _query(project, table, warehouse)
    qualified = project.qualified(table.name)
    file = file_of(table)
    kind = _kind(table)
    try:
        columns = [row[0] for row in connection.execute(f"describe {query}").fetchall()]
        refuse_different_columns(file, yaml_file_of(table), columns, list(table.yaml.columns))
        connection.execute(f"create or replace {kind} {qualified} as {query}")
    except duckdb.Error as error:
        raise AnchorspendError(f"{file} does not run: {in_one_line(error)}.") from error
    rows = count_rows(connection, qualified)
    return ModelResult(table.name, rows, time.perf_counter() - started)


def _kind(table: Table) -> str:
    return table.yaml.config.materialized if isinstance(table, SqlModel) else "table"


def _comments(project: SqlProject, table: Table) -> Iterator[str]:
    """Statements that leave the descriptions of the YAML in the database."""
    qualified = project.qualified(table.name)
    yield f"comment on {_kind(table)} {qualified} is {literal(table.yaml.description.strip())}"
    for name, column in table.yaml.columns.items():
        described = literal(column.description.strip())
        yield f"comment on column {qualified}.{identifier(name)} is {described}"


def count_rows(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    """How many rows a table or query has."""
    [(rows,)] = connection.execute(f"select count(*) from {relation}").fetchall()
    return int(rows)


def run_tests(
    connection: duckdb.DuckDBPyConnection,
    project: SqlProject,
    select: Collection[str] | None = None,
) -> list[TestResult]:
    """Run every test whose tables are built: all of them, or those of `select` and its parents."""
    built = project.with_parents(select)
    return [
        _run_test(connection, project, test)
        for test in project.row_tests
        if built.issuperset(test.sql.refs)
    ]


def _run_test(
    connection: duckdb.DuckDBPyConnection, project: SqlProject, test: RowTest
) -> TestResult:
    sql = test.sql.compiled(project.qualified)
    try:
        failures = count_rows(connection, f"(\n{sql}\n)")
        sample = _first_rows(connection, sql) if failures else []
    except duckdb.Error as error:
        raise AnchorspendError(
            f"{test.sql.file}: {test.name} does not run: {in_one_line(error)}."
        ) from error
    return TestResult(test.name, test.table, test.column, test.severity, failures, sample, sql)


def _first_rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    cursor = connection.execute(f"select * from (\n{sql}\n) order by all limit {SHOWN_ROWS}")
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def compiled_sql(project: SqlProject, model: str, warehouse: Path) -> str:
    """The SQL of one model that runs as it stands in any DuckDB client, whatever it has open."""
    project.with_parents([model])
    database = literal(str(warehouse.resolve() / "anchorspend.duckdb"))
    return (
        f"attach if not exists {database} as anchorspend (read_only);\n"
        "use anchorspend;\n"
        f"{_query(project, project.tables[model], warehouse)};\n"
    )
