"""What a SQL project consists of: tables, their tests, sources and macros, and who reads whom."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from pipeline.errors import AnchorspendError
from pipeline.sql_models.row_tests import (
    Severity,
)
from pipeline.sql_models.sql_text import (
    SourceName,
    SqlText,
    identifier,
)
from pipeline.sql_models.yaml_files import (
    ModelYaml,
    SeedYaml,
    SourceYaml,
)

LAYERS = ("staging", "intermediate", "marts")
SEEDS = "seeds"


@dataclass(frozen=True)
class RowTest:
    """A query for the rows that break a rule; `table` and `column` are None where none is named.

    It `is_written_out` by somebody, or put together here from a rule's name and quoted columns.
    """

    name: str
    table: str | None
    column: str | None
    severity: Severity
    description: str
    sql: SqlText
    is_written_out: bool


@dataclass(frozen=True)
class SqlModel:
    """One SELECT and what its YAML says about the table it becomes."""

    name: str
    schema: str
    sql: SqlText
    yaml: ModelYaml


@dataclass(frozen=True)
class Seed:
    """A small CSV file that is part of the project and becomes a table."""

    name: str
    path: Path
    file: str
    yaml: SeedYaml
    schema: str = SEEDS


Table = SqlModel | Seed


@dataclass(frozen=True)
class SqlProject:
    """Everything in the folder of SQL models, read and found consistent.

    `tables` holds the seeds and then the models, parents before children; `digest` changes with
    every byte of every file.
    """

    root: Path
    tables: Mapping[str, Table]
    sources: Mapping[SourceName, SourceYaml]
    macros: tuple[SqlText, ...]
    row_tests: tuple[RowTest, ...]
    digest: str

    @cached_property
    def models(self) -> dict[str, SqlModel]:
        """The models by name, parents before children."""
        return {name: table for name, table in self.tables.items() if isinstance(table, SqlModel)}

    def qualified(self, table: str) -> str:
        """The table's name in the database, quoted."""
        return f"{identifier(self.tables[table].schema)}.{identifier(table)}"

    def with_parents(self, select: Collection[str] | None) -> set[str]:
        """The selected tables and all that they are built from; None selects everything."""
        if select is None:
            return set(self.tables)
        wanted: set[str] = set()
        waiting = list(select)
        while waiting:
            name = waiting.pop()
            if name not in self.tables:
                raise AnchorspendError(
                    f"There is no model {name!r}: `anchorspend sql --models` lists them."
                )
            table = self.tables[name]
            if name not in wanted and isinstance(table, SqlModel):
                waiting.extend(table.sql.refs)
            wanted.add(name)
        return wanted

    def made_from(self, source_path: str) -> set[str]:
        """The models that read this source, themselves or through their parents."""
        made: set[str] = set()
        for name, model in self.models.items():
            paths = {self.sources[source].path for source in model.sql.sources}
            if source_path in paths or not made.isdisjoint(model.sql.refs):
                made.add(name)
        return made


def file_of(table: Table) -> str:
    """The .sql or .csv file of a table, for messages."""
    return table.sql.file if isinstance(table, SqlModel) else table.file


def yaml_file_of(table: Table) -> str:
    """The .yml file of a table, for messages."""
    return str(PurePosixPath(file_of(table)).with_suffix(".yml"))


def describe_models(project: SqlProject) -> list[Table]:
    """The models and then the seeds, what analysts rely on first: marts down to seeds, by name."""
    order = ("marts", "intermediate", "staging", SEEDS)
    return sorted(
        project.tables.values(), key=lambda table: (order.index(table.schema), table.name)
    )


@dataclass(frozen=True)
class Macro:
    """A macro as an analyst calls it, and the comment above it."""

    call: str
    description: str


_MACRO = re.compile(
    r"((?:--[^\n]*\n)*)\s*create\s+or\s+replace\s+macro\s+(\w+\([^)]*\))", re.IGNORECASE
)


def describe_macros(project: SqlProject) -> list[Macro]:
    """The macros that queries may use, by name."""
    return sorted(
        (
            Macro(call, " ".join(line.lstrip("- ") for line in comment.splitlines()))
            for text in project.macros
            for comment, call in _MACRO.findall(text.template)
        ),
        key=lambda macro: macro.call,
    )


@dataclass(frozen=True)
class Parents:
    """What a model reads directly."""

    models: tuple[str, ...]
    seeds: tuple[str, ...]
    sources: tuple[SourceName, ...]


def model_dependencies(project: SqlProject) -> dict[str, Parents]:
    """The direct parents of every model, for lineage."""
    return {
        name: Parents(
            models=tuple(ref for ref in model.sql.refs if ref in project.models),
            seeds=tuple(ref for ref in model.sql.refs if ref not in project.models),
            sources=model.sql.sources,
        )
        for name, model in project.models.items()
    }
