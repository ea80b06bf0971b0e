"""Builds the DuckDB file beside the published one, swaps it in, and opens it for reading."""

import fcntl
import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipeline.changed_rows import CHANGED_ROWS, MartChange, compare_marts, write_changes
from pipeline.errors import AnchorspendError
from pipeline.sql_models import (
    ModelResult,
    SqlProject,
    TestResult,
    build_models,
    count_rows,
    run_tests,
    source_files,
)
from pipeline.sql_models.sql_text import identifier, literal
from pipeline.whole_files import written_whole

BUILD_RECORD = "build.parquet"

# Switches off files, extensions, the network and Python's own variables.
# DuckDB takes a process started without a file, as those of a pool are, for a person.
_NO_PROGRESS_BAR = "set enable_progress_bar = false"
_ONLY_THIS_DATABASE: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False
}


class BrokenBuildError(AnchorspendError):
    """Tests of severity error failed, so the database was not published."""

    def __init__(self, broken: list[TestResult]) -> None:
        self.broken = broken
        lines = [
            f"The database was not published and the one before it is unchanged, because"
            f" {len(broken)} test{'s' if len(broken) > 1 else ''} failed; put the data or the"
            " model right and build again:"
        ]
        for test in broken:
            subject = f"{test.model}: " if test.model else ""
            lines.append(f"  {subject}{test.test_name}: {test.failures} offending rows, such as")
            lines.extend(f"    {_shown_row(row)}" for row in test.sample)
        super().__init__("\n".join(lines))


def _shown_row(row: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in row.items())


@dataclass(frozen=True)
class BuildReport:
    """What a build did; `skipped` when the published database already holds this digest."""

    skipped: bool
    source_digest: str
    seconds: float
    models: list[ModelResult] = field(default_factory=list)
    tests: list[TestResult] = field(default_factory=list)
    changes: list[MartChange] = field(default_factory=list)

    @property
    def warnings(self) -> list[TestResult]:
        """The tests of severity warn that failed."""
        return [test for test in self.tests if test.failures]


@dataclass(frozen=True)
class QueryResult:
    """The column names and the rows of a query."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


@dataclass(frozen=True)
class PublishedTable:
    """A table or view: comment, and name, type and comment of each column."""

    schema: str
    name: str
    comment: str
    columns: list[tuple[str, str, str]]


def describe_tables(connection: duckdb.DuckDBPyConnection) -> list[PublishedTable]:
    """Every table and view in the database, by schema and name."""
    columns = connection.execute(
        "select schema_name, table_name, column_name, data_type, coalesce(comment, '')"
        " from duckdb_columns() where not internal order by schema_name, table_name, column_index"
    ).fetchall()
    return [
        PublishedTable(
            schema,
            name,
            comment,
            [column[2:] for column in columns if column[:2] == (schema, name)],
        )
        for schema, name, comment in _catalogue(connection)
    ]


def count_tables(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """The rows of every table and view in the database by its name; each view is run for it."""
    return {
        name: count_rows(connection, f"{identifier(schema)}.{identifier(name)}")
        for schema, name, _ in _catalogue(connection)
    }


def _catalogue(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """Schema, name and comment of every table and view."""
    return connection.execute(
        "select schema_name, table_name, coalesce(comment, '') from duckdb_tables() union all"
        " select schema_name, view_name, coalesce(comment, '') from duckdb_views()"
        " where not internal order by all"
    ).fetchall()


def source_digest(project: SqlProject, warehouse: Path, anchorspend_version: str) -> str:
    """One sha256 over all that decides the figures.

    That is the bytes of every Parquet file the models read, every file of the SQL project, and the
    versions of anchorspend and DuckDB. AnchorspendError when a source has no file.
    """
    digest = hashlib.sha256()
    for part in (project.digest, anchorspend_version, duckdb.__version__):
        digest.update(f"{part}\n".encode())
    used = {source for model in project.models.values() for source in model.sql.sources}
    for source in sorted(used):
        if project.sources[source].path in {BUILD_RECORD, CHANGED_ROWS}:
            continue
        for path in source_files(project, source, warehouse):
            with path.open("rb") as content:
                of_file = hashlib.file_digest(content, "sha256").hexdigest()
            name = path.relative_to(warehouse.resolve()).as_posix()
            digest.update(f"{source[0]}.{source[1]} {name} {of_file}\n".encode())
    return digest.hexdigest()


def build_database(
    database_path: Path,
    project: SqlProject,
    warehouse: Path,
    anchorspend_version: str,
    on_built: Callable[[ModelResult], None] = lambda _: None,
) -> BuildReport:
    """Build and test every model, then put the new database in place of the old one.

    Readers of the old file keep it; whoever opens next gets the new one. BrokenBuildError when a
    test of severity error fails, AnchorspendError when a model does not run; in both cases, and
    when the process dies, the published file stays as it was.
    """
    started = time.perf_counter()
    database_path.parent.mkdir(parents=True, exist_ok=True)
    building = database_path.with_name(f"{database_path.stem}.building.duckdb")
    with _only_builder(building):
        digest = source_digest(project, warehouse, anchorspend_version)
        if published_digest(database_path) == digest:
            return BuildReport(True, digest, time.perf_counter() - started)
        _write_build_record(warehouse, anchorspend_version, digest)
        _remove_database(building)
        try:
            models, changes, tests = _build(building, database_path, project, warehouse, on_built)
            _publish(building, database_path)
        finally:
            _remove_database(building)
    return BuildReport(False, digest, time.perf_counter() - started, models, tests, changes)


@contextmanager
def _only_builder(building: Path) -> Iterator[None]:
    """Hold the right to build; the system gives it back when the process dies, however it dies."""
    with building.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AnchorspendError(
                f"Another process is building {building.parent}: wait until it has ended."
            ) from error
        yield


def _write_build_record(warehouse: Path, anchorspend_version: str, digest: str) -> None:
    record = pl.DataFrame(
        {
            "built_at": [datetime.now(UTC)],
            "anchorspend_version": [anchorspend_version],
            "source_digest": [digest],
        }
    )
    with written_whole(warehouse / BUILD_RECORD) as beside:
        record.write_parquet(beside)


def _wal_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.wal")


def _remove_database(database: Path) -> None:
    database.unlink(missing_ok=True)
    _wal_of(database).unlink(missing_ok=True)
    shutil.rmtree(database.with_name(f"{database.name}.tmp"), ignore_errors=True)


def _build(
    building: Path,
    before: Path,
    project: SqlProject,
    warehouse: Path,
    on_built: Callable[[ModelResult], None],
) -> tuple[list[ModelResult], list[MartChange], list[TestResult]]:
    """Build all models and test them.

    Those about what changed come last, when the others can be compared; BrokenBuildError when a
    test of severity error fails.
    """
    about_changes = project.made_from(CHANGED_ROWS)
    about_the_build = project.made_from(BUILD_RECORD)
    others = project.tables.keys() - about_changes
    with _writing(building) as connection:
        models = build_models(connection, project, warehouse, others, on_built)
    changes: list[MartChange] = []
    if about_changes:
        compared = [
            model
            for name, model in project.models.items()
            if model.schema == "marts" and name in others - about_the_build
        ]
        changes = compare_marts(building, before, compared)
        write_changes(changes, warehouse)
    with _writing(building) as connection:
        if about_changes:
            models += build_models(connection, project, warehouse, about_changes, on_built)
        tests = run_tests(connection, project)
        if broken := [test for test in tests if test.failures and test.severity == "error"]:
            raise BrokenBuildError(broken)
        connection.execute("checkpoint")
    return models, changes, tests


@contextmanager
def _writing(building: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(building) as connection:
        # Otherwise a time would fall on another day where the machine lives in another zone.
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(_NO_PROGRESS_BAR)
        yield connection


def _publish(building: Path, database_path: Path) -> None:
    # DuckDB 1.5 replays a .wal that lies beside a database without asking whose it is.
    _wal_of(building).unlink(missing_ok=True)
    _wal_of(database_path).unlink(missing_ok=True)
    building.chmod(0o444)
    building.replace(database_path)


def published_digest(database_path: Path) -> str | None:
    """The source digest in the published database, or None where there is no sound one."""
    try:
        with open_database(database_path) as connection:
            row = connection.execute("select source_digest from marts.about").fetchone()
    except (AnchorspendError, duckdb.Error):
        return None
    return str(row[0]) if row else None


def open_database(database_path: Path) -> duckdb.DuckDBPyConnection:
    """A connection that reads the published database and nothing else on this machine.

    AnchorspendError says what to do when the file is missing, broken or locked.
    """
    return _open(database_path, _ONLY_THIS_DATABASE)


def open_for_export(database_path: Path, folder: Path) -> duckdb.DuckDBPyConnection:
    """The same, but COPY may write to one folder; its files may also be read."""
    # DuckDB takes allowed_directories only once it runs, and only while access is still on.
    connection = _open(database_path, {})
    connection.execute(f"set allowed_directories = [{literal(str(folder.resolve()))}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _open(
    database_path: Path, config: dict[str, str | bool | int | float | list[str]]
) -> duckdb.DuckDBPyConnection:
    if not database_path.is_file():
        raise AnchorspendError(
            f"There is no database at {database_path}: run `anchorspend run` first."
        )
    if _wal_of(database_path).exists():
        raise AnchorspendError(
            f"{database_path} was opened for writing, so its figures may be changed: close that"
            " program and run `anchorspend run` to build it anew."
        )
    try:
        connection = duckdb.connect(database_path, read_only=True, config=config)
        connection.execute(_NO_PROGRESS_BAR)
    except duckdb.Error as error:
        cause = str(error).splitlines()[0]
        if "lock" in cause.lower() and "Conflicting" in cause:
            raise AnchorspendError(
                f"{database_path} is held by another program that writes to it: close that"
                f" program and try again ({cause})."
            ) from error
        raise AnchorspendError(
            f"{database_path} is not a sound DuckDB {duckdb.__version__} database: delete it and"
            f" run `anchorspend run` ({cause})."
        ) from error
    return connection


def query(database_path: Path, sql: str) -> QueryResult:
    """The result of SQL that a person gives: it can neither write nor touch another file.

    AnchorspendError carries DuckDB's own words about wrong SQL.
    """
    with open_database(database_path) as connection:
        try:
            cursor = connection.execute(sql)
            columns = [column[0] for column in cursor.description or []]
            return QueryResult(columns, cursor.fetchall() if columns else [])
        except duckdb.Error as error:
            raise AnchorspendError(f"DuckDB refuses this query: {error}") from error
