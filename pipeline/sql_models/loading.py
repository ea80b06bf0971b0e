"""Reads the folder of SQL models and refuses one that contradicts itself."""

import csv
import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath

import duckdb

from pipeline.errors import AnchorspendError
from pipeline.sql_models.project import (
    LAYERS,
    SEEDS,
    RowTest,
    Seed,
    SqlModel,
    SqlProject,
    Table,
    yaml_file_of,
)
from pipeline.sql_models.row_tests import (
    NAME,
    CustomSql,
    Relationships,
    Severity,
    SumEquals,
    incomplete_keys,
    repeated_keys,
)
from pipeline.sql_models.sql_text import (
    SourceName,
    SqlText,
    refuse_other_than_macros,
    refuse_other_than_queries,
    refuse_unknown_names,
)
from pipeline.sql_models.yaml_files import (
    ModelYaml,
    SeedYaml,
    SingularTestYaml,
    SourcesYaml,
    SourceYaml,
    read_yaml,
)


def load_project(root: Path) -> SqlProject:
    """The SQL project in a folder; AnchorspendError names the file that breaks its rules."""
    project = read_project(root)
    _refuse_wrong_sql(root, project.digest)
    return project


def read_project(root: Path) -> SqlProject:
    """As load_project, but for what is wrong within a query: to show it, not to run it."""
    if not root.is_dir():
        raise AnchorspendError(f"There is no folder of SQL models at {root}.")
    return _read(root, _digest(root))


# A night asks for the same files several times.
@lru_cache(maxsize=4)
def _read(root: Path, digest: str) -> SqlProject:
    _refuse_strange_files(root)
    sources = _load_sources(root)
    seeds = {seed.name: seed for seed in _load_seeds(root)}
    models: dict[str, SqlModel] = {}
    for model in _load_models(root):
        twin = models.get(model.name) or seeds.get(model.name)
        if twin is not None:
            raise AnchorspendError(
                f"{model.sql.file}: the name {model.name} is taken by"
                f" {twin.sql.file if isinstance(twin, SqlModel) else twin.file}; rename one."
            )
        models[model.name] = model
    tables: dict[str, Table] = {**seeds, **_parents_first(models)}
    project = SqlProject(
        root=root,
        tables=tables,
        sources=sources,
        macros=tuple(_read_sql(root, path) for path in _files(root / "macros", ".sql")),
        row_tests=tuple(_row_tests(root, tables)),
        digest=digest,
    )
    _refuse_wrong_names(project)
    return project


def _shown(root: Path, path: Path) -> str:
    return f"{root.name}/{path.relative_to(root).as_posix()}"


def _files(folder: Path, suffix: str) -> list[Path]:
    return sorted(folder.glob(f"*{suffix}"))


_SUFFIXES = {
    **dict.fromkeys(LAYERS, (".sql", ".yml")),
    SEEDS: (".csv", ".yml"),
    "tests": (".sql", ".yml"),
    "macros": (".sql",),
}


def _refuse_strange_files(root: Path) -> None:
    for path in sorted(root.iterdir()):
        if path.name.startswith(".") or path.name in {"sources.yml", "README.md"}:
            continue
        if not path.is_dir() or path.name not in _SUFFIXES:
            raise AnchorspendError(
                f"{_shown(root, path)} has no place among the SQL models;"
                f" there are sources.yml, README.md and the folders {', '.join(_SUFFIXES)}."
            )
        _refuse_strange_files_in(root, path)


def _refuse_strange_files_in(root: Path, folder: Path) -> None:
    suffixes = _SUFFIXES[folder.name]
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name == "README.md":
            continue
        if path.suffix not in suffixes or not path.is_file():
            raise AnchorspendError(f"{_shown(root, path)} is not a {' or '.join(suffixes)} file.")
        if not NAME.fullmatch(path.stem):
            raise AnchorspendError(
                f"{_shown(root, path)}: a file is named in small letters, digits and underscores."
            )
        for suffix in suffixes:
            if not path.with_suffix(suffix).is_file():
                raise AnchorspendError(
                    f"{_shown(root, path)} has no {path.stem}{suffix} beside it; write one."
                )


def _read_sql(root: Path, path: Path) -> SqlText:
    try:
        template = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise AnchorspendError(f"{_shown(root, path)} is not UTF-8 text.") from error
    return SqlText(template.strip().removesuffix(";"), _shown(root, path))


def _load_sources(root: Path) -> dict[SourceName, SourceYaml]:
    path = root / "sources.yml"
    if not path.is_file():
        return {}
    shown = _shown(root, path)
    declared = read_yaml(path, shown, SourcesYaml)
    sources = {
        (group, name): source
        for group, entries in declared.items()
        for name, source in entries.items()
    }
    for (group, name), source in sources.items():
        pattern = PurePosixPath(source.path)
        if pattern.is_absolute() or ".." in pattern.parts or pattern.suffix != ".parquet":
            raise AnchorspendError(
                f"{shown}: {group}.{name}.path must be a .parquet pattern below the warehouse."
            )
    return sources


def _load_models(root: Path) -> Iterator[SqlModel]:
    for layer in LAYERS:
        for path in _files(root / layer, ".sql"):
            beside = path.with_suffix(".yml")
            shown = _shown(root, beside)
            yaml = read_yaml(beside, shown, ModelYaml)
            _refuse_unknown_columns(shown, yaml)
            yield SqlModel(path.stem, layer, _read_sql(root, path), yaml)


def _load_seeds(root: Path) -> Iterator[Seed]:
    for path in _files(root / SEEDS, ".csv"):
        beside = path.with_suffix(".yml")
        shown = _shown(root, beside)
        yaml = read_yaml(beside, shown, SeedYaml)
        _refuse_unknown_columns(shown, yaml)
        with path.open(encoding="utf-8", newline="") as lines:
            header = next(csv.reader(lines), [])
        refuse_different_columns(_shown(root, path), shown, header, list(yaml.columns))
        yield Seed(path.stem, path, _shown(root, path), yaml)


def _refuse_unknown_columns(shown: str, yaml: ModelYaml | SeedYaml) -> None:
    summed = [test.column for test in yaml.tests if isinstance(test, SumEquals)]
    for column in (*yaml.grain, *summed):
        if column not in yaml.columns:
            raise AnchorspendError(f"{shown}: {column} is not among its columns.")


def refuse_different_columns(
    shown: str, yaml_shown: str, actual: list[str], declared: list[str]
) -> None:
    """AnchorspendError with the difference unless both lists are equal, order included."""
    if actual == declared:
        return
    missing = [column for column in declared if column not in actual]
    extra = [column for column in actual if column not in declared]
    repeated = sorted({column for column in actual if actual.count(column) > 1})
    differences = [
        f"{label} {', '.join(columns)}"
        for label, columns in (
            (f"only in {yaml_shown}:", missing),
            (f"only in {shown}:", extra),
            ("given twice:", repeated),
        )
        if columns
    ] or [f"the order differs: {', '.join(actual)} against {', '.join(declared)}"]
    raise AnchorspendError(
        f"{shown} and {yaml_shown} disagree on the columns; {'; '.join(differences)}."
    )


def _parents_first(models: Mapping[str, SqlModel]) -> dict[str, SqlModel]:
    graph = {
        name: [parent for parent in model.sql.refs if parent in models]
        for name, model in models.items()
    }
    try:
        return {name: models[name] for name in TopologicalSorter(graph).static_order()}
    except CycleError as error:
        # graphlib lists a cycle from child to parent.
        circle = " <- ".join(error.args[1])
        raise AnchorspendError(
            f"{models[error.args[1][0]].sql.file}: the models refer to each other in a circle:"
            f" {circle}."
        ) from error


def _row_tests(root: Path, tables: Mapping[str, Table]) -> Iterator[RowTest]:
    for table in tables.values():
        yield from _tests_of_table(table, tables)
    for path in _files(root / "tests", ".sql"):
        beside = path.with_suffix(".yml")
        yaml = read_yaml(beside, _shown(root, beside), SingularTestYaml)
        sql = _read_sql(root, path)
        yield RowTest(path.stem, None, None, yaml.severity, yaml.description, sql, True)


def _tests_of_table(table: Table, tables: Mapping[str, Table]) -> Iterator[RowTest]:
    file = yaml_file_of(table)
    grain = table.yaml.grain
    key = ", ".join(grain)
    rules: list[tuple[str, str | None, Severity, str, str]] = [
        ("grain_is_unique", None, "error", f"One row per {key}.", repeated_keys(table.name, grain)),
        (
            "grain_is_complete",
            None,
            "error",
            f"Every row has {key}.",
            incomplete_keys(table.name, grain),
        ),
    ]
    for column, described in table.yaml.columns.items():
        for test in described.tests:
            if isinstance(test, Relationships):
                _refuse_unknown_target(file, test.to, test.field, tables)
            sql = test.offending_rows(table.name, column)
            name = test.test_name(column)
            rules.append((name, column, test.severity, test.rule, sql))
    for table_test in table.yaml.tests:
        if isinstance(table_test, SumEquals):
            _refuse_unknown_target(file, table_test.to, table_test.to_column, tables)
        sql = table_test.offending_rows(table.name).strip().removesuffix(";")
        description = table_test.rule
        rules.append((table_test.test_name(), None, table_test.severity, description, sql))
    written_out = {test.test_name() for test in table.yaml.tests if isinstance(test, CustomSql)}
    seen: set[str] = set()
    for name, test_column, severity, description, sql in rules:
        if name in seen:
            raise AnchorspendError(f"{file}: there are two tests {name}; remove or rename one.")
        seen.add(name)
        text = SqlText(sql, file)
        is_written_out = name in written_out
        yield RowTest(name, table.name, test_column, severity, description, text, is_written_out)


def _refuse_unknown_target(file: str, to: str, column: str, tables: Mapping[str, Table]) -> None:
    if to not in tables:
        raise AnchorspendError(f"{file}: a test refers to {to}, which is no model or seed.")
    if column not in tables[to].yaml.columns:
        raise AnchorspendError(f"{file}: a test refers to {to}.{column}, which is no column.")


def _written_queries(project: SqlProject) -> list[SqlText]:
    queries = [model.sql for model in project.models.values()]
    return queries + [test.sql for test in project.row_tests if test.is_written_out]


def _refuse_wrong_names(project: SqlProject) -> None:
    for text in (*project.macros, *_written_queries(project)):
        refuse_unknown_names(text, project.tables, project.sources)
    for test in project.row_tests:
        if test.sql.sources:
            raise AnchorspendError(f"{test.sql.file}: a test reads models by ref(), no source().")
    for model in project.models.values():
        # The published database is one file: the Parquet behind a source does not travel with it.
        if model.yaml.config.materialized == "view" and model.sql.sources:
            raise AnchorspendError(
                f"{model.sql.file}: a view reads models by ref(), no source(); make it a table."
            )


@lru_cache(maxsize=4)
def _refuse_wrong_sql(root: Path, digest: str) -> None:
    project = _read(root, digest)
    schemas = {name: table.schema for name, table in project.tables.items()}
    with duckdb.connect() as connection:
        for text in project.macros:
            refuse_other_than_macros(connection, text, schemas)
        refuse_other_than_queries(connection, _written_queries(project), schemas)


def _digest(root: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()
