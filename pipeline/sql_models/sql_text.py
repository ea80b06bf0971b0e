"""SQL with ref() and source() in it: what it reads, how it compiles, and what is refused."""

import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from pipeline.errors import AnchorspendError

_REF = re.compile(r"""\{\{\s*ref\(\s*['"]([^'"]*)['"]\s*\)\s*\}\}""")
_SOURCE = re.compile(r"""\{\{\s*source\(\s*['"]([^'"]*)['"]\s*,\s*['"]([^'"]*)['"]\s*\)\s*\}\}""")
_OTHER_JINJA = re.compile(r"\{\{.*|\{%.*|\{#.*")
_CREATES_A_MACRO = re.compile(r"(\s*--[^\n]*\n)*\s*create\s+or\s+replace\s+macro\s", re.IGNORECASE)

SourceName = tuple[str, str]


def identifier(name: str) -> str:
    """The name quoted as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | int | bool) -> str:
    """The value as an SQL literal."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value).lower()


def reference(table: str) -> str:
    """The ref() that stands for a model or seed in SQL not yet compiled."""
    return f"{{{{ ref('{table}') }}}}"


@dataclass(frozen=True)
class SqlText:
    """SQL with ref() and source() still in it, and the file it stands in for messages."""

    template: str
    file: str

    @property
    def refs(self) -> tuple[str, ...]:
        """The models and seeds it reads, in order of name."""
        return tuple(sorted(set(_REF.findall(self.template))))

    @property
    def sources(self) -> tuple[SourceName, ...]:
        """The sources it reads, in order of name."""
        return tuple(sorted(set(_SOURCE.findall(self.template))))

    def compiled(
        self, table: Callable[[str], str], source: Callable[[SourceName], str] = str
    ) -> str:
        """The SQL with every ref() and source() replaced by what the functions give."""
        with_tables = _REF.sub(lambda match: table(match[1]), self.template)
        return _SOURCE.sub(lambda match: source((match[1], match[2])), with_tables)


def refuse_unknown_names(
    text: SqlText, tables: Collection[str], sources: Collection[SourceName]
) -> None:
    """AnchorspendError for a ref() or source() without a target, and for any other Jinja."""
    for name in text.refs:
        if name not in tables:
            raise AnchorspendError(f"{text.file}: ref('{name}') is no model or seed.")
    for group, name in text.sources:
        if (group, name) not in sources:
            raise AnchorspendError(f"{text.file}: source('{group}', '{name}') is not declared.")
    rest = text.compiled(lambda _: "", lambda _: "")
    if jinja := _OTHER_JINJA.search(rest):
        raise AnchorspendError(
            f"{text.file}: only ref('x') and source('s', 't') are understood, not {jinja[0]!r}."
        )


def _parsable(text: SqlText, schemas: dict[str, str]) -> str:
    return text.compiled(
        lambda name: f"{identifier(schemas[name])}.{identifier(name)}",
        lambda _: "read_parquet('source.parquet')",
    )


def refuse_other_than_macros(
    connection: duckdb.DuckDBPyConnection, text: SqlText, schemas: dict[str, str]
) -> None:
    """AnchorspendError unless the text is `create or replace macro` statements only."""
    try:
        statements = connection.extract_statements(_parsable(text, schemas))
    except duckdb.Error as error:
        raise AnchorspendError(f"{text.file} is not valid SQL: {in_one_line(error)}.") from error
    for statement in statements:
        if not _CREATES_A_MACRO.match(statement.query):
            raise AnchorspendError(
                f"{text.file}: only `create or replace macro` statements belong in macros/."
            )


def refuse_other_than_queries(
    connection: duckdb.DuckDBPyConnection, texts: Sequence[SqlText], schemas: dict[str, str]
) -> None:
    """AnchorspendError unless each text is one query that reads tables through ref() alone.

    A table read by its bare name would be missing from the order in which models are built.
    """
    # One question for all of them: DuckDB looks for pandas again with every parameter it is given.
    trees = connection.execute(
        "select json_serialize_sql(unnest(?::varchar[]))",
        [[_parsable(text, schemas) for text in texts]],
    ).fetchall()
    for text, (tree,) in zip(texts, trees, strict=True):
        _refuse_other_than_one_query(text, json.loads(tree), schemas)


def _refuse_other_than_one_query(
    text: SqlText, tree: dict[str, Any], schemas: dict[str, str]
) -> None:
    if tree["error"]:
        raise AnchorspendError(f"{text.file} is not one query: {tree['error_message']}.")
    if len(tree["statements"]) != 1:
        raise AnchorspendError(
            f"{text.file} holds {len(tree['statements'])} statements; it must be one query."
        )
    nodes = list(_nodes(tree))
    named_here = {
        entry["key"].lower() for node in nodes for entry in node.get("cte_map", {}).get("map", [])
    }
    through_ref = {(schemas[name], name) for name in text.refs}
    for node in nodes:
        if node.get("type") != "BASE_TABLE":
            continue
        schema, name = node["schema_name"], node["table_name"]
        if (schema, name) not in through_ref and (schema or name.lower() not in named_here):
            written = f"{schema}.{name}" if schema else name
            raise AnchorspendError(
                f"{text.file} reads {written} by its bare name; write {reference(name)}."
            )


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
    if isinstance(tree, dict):
        yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for value in tree:
            yield from _nodes(value)


def in_one_line(error: Exception) -> str:
    """What DuckDB says, with the line of SQL it points at and without its general advice."""
    paragraphs = str(error).strip().split("\n\n")
    pointed_at = [part.splitlines()[0] for part in paragraphs[1:] if part.startswith("LINE ")]
    return " ".join(" ".join([paragraphs[0], *pointed_at]).split()).rstrip(".")
