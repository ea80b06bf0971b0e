"""What a build changed in the marts, row by row of their grain, against the database before it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl

from pipeline.sql_models import SqlModel
from pipeline.sql_models.sql_text import identifier, literal
from pipeline.whole_files import written_whole

CHANGED_ROWS = "changed_rows.parquet"
SHOWN_MARTS = 5
# The names that marts give to the pounds of a row, of which none has two.
_POUNDS = ("amount_gbp", "total_gbp")

# By mart, the type of each of its columns.
Types = dict[str, dict[str, str]]


@dataclass(frozen=True)
class MartChange:
    """How a mart differs from the one before: counts are None where none could be compared."""

    mart_name: str
    rows_after: int
    compared_with: datetime | None = None
    rows_before: int | None = None
    rows_added: int | None = None
    rows_removed: int | None = None
    rows_changed: int | None = None
    gbp_before: Decimal | None = None
    gbp_after: Decimal | None = None
    not_compared_reason: str | None = None

    @property
    def differing_rows(self) -> int:
        """Rows added, removed or changed; 0 where none could be compared."""
        return sum(filter(None, (self.rows_added, self.rows_removed, self.rows_changed)))


_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "mart_name": pl.String,
    "rows_after": pl.Int64,
    "compared_with": pl.Datetime("us", "UTC"),
    "rows_before": pl.Int64,
    "rows_added": pl.Int64,
    "rows_removed": pl.Int64,
    "rows_changed": pl.Int64,
    "gbp_before": pl.Decimal(38, 4),
    "gbp_after": pl.Decimal(38, 4),
    "not_compared_reason": pl.String,
}


def write_changes(changes: Sequence[MartChange], warehouse: Path) -> None:
    """Write the changes where the SQL reads them."""
    frame = pl.DataFrame([asdict(one) for one in changes], schema=_SCHEMA)
    with written_whole(warehouse / CHANGED_ROWS) as beside:
        frame.write_parquet(beside)


def compare_marts(after: Path, before: Path, marts: Collection[SqlModel]) -> list[MartChange]:
    """Compare marts of a database that nobody has open with those of the database before it.

    A database before that is missing or broken is a reason given, not an error: it is compared on
    a connection of its own, so that whatever is wrong with it stays there.
    """
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"set temp_directory = {literal(f'{after}.tmp')}")
        connection.execute(f"attach {literal(str(after))} as after (read_only)")
        types_before: Types = {}
        reason, compared_with = None, None
        if not before.is_file():
            reason = "there was no database before"
        elif before.with_name(f"{before.name}.wal").exists():
            reason = "the database before was opened for writing"
        else:
            try:
                connection.execute(f"attach {literal(str(before))} as before (read_only)")
                [(compared_with,)] = connection.execute(
                    "select built_at from before.marts.about"
                ).fetchall()
                types_before = _types(connection, "before")
            except (duckdb.Error, ValueError):
                reason = "the database before is not sound"
        types_after = _types(connection, "after")
        return [
            _compare(
                connection,
                mart,
                types_before.get(mart.name, {}),
                types_after[mart.name],
                compared_with,
                reason,
            )
            for mart in marts
        ]


def _compare(
    connection: duckdb.DuckDBPyConnection,
    mart: SqlModel,
    before: dict[str, str],
    after: dict[str, str],
    compared_with: datetime | None,
    reason: str | None,
) -> MartChange:
    [(rows_after,)] = connection.execute(f"select count(*) from after.marts.{mart.name}").fetchall()
    if reason is None:
        try:
            if not before:
                reason = "the database before has no such mart"
            elif not before.keys() >= set(mart.yaml.grain):
                reason = "the mart before has another grain"
            else:
                [counts] = connection.execute(_comparison(mart, before, after)).fetchall()
                return MartChange(mart.name, rows_after, compared_with, *counts)
        except duckdb.Error:
            reason = "the database before is not sound"
    return MartChange(mart.name, rows_after, not_compared_reason=reason)


def _types(connection: duckdb.DuckDBPyConnection, database: str) -> Types:
    types: Types = {}
    for mart, column, type_ in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns()"
        f" where database_name = {literal(database)} and schema_name = 'marts'"
        " order by table_name, column_index"
    ).fetchall():
        types.setdefault(mart, {})[column] = type_
    return types


def _comparison(mart: SqlModel, before: dict[str, str], after: dict[str, str]) -> str:
    """Two hashes of 64 bits stand for a row, so that ten million are joined in little memory.

    Among as many keys two are taken for one another in one build of 400,000.
    """
    key = ", ".join(map(identifier, mart.yaml.grain))
    common = ", ".join(
        identifier(name) for name, type_ in after.items() if before.get(name) == type_
    )
    pounds = next((name for name in _POUNDS if name in after), None)

    def hashed(database: str, columns: dict[str, str]) -> str:
        gbp = identifier(pounds) if pounds in columns else "null::decimal(38, 4)"
        return (
            f"(select hash({key}) as key, hash({common}) as content, {gbp} as gbp"
            f" from {database}.marts.{identifier(mart.name)})"
        )

    return (
        "select count(old.key), count(*) filter (old.key is null),"
        " count(*) filter (new.key is null), count(*) filter (old.content <> new.content),"
        " sum(old.gbp)::decimal(38, 4), sum(new.gbp)::decimal(38, 4)"
        f" from {hashed('before', before)} as old full join {hashed('after', after)} as new"
        " on old.key = new.key"
    )


def change_sentences(changes: Sequence[MartChange]) -> Iterator[str]:
    """A sentence on each mart that changed, the most changed first, and how many more there are."""
    reasons = {change.not_compared_reason for change in changes}
    if len(reasons) == 1 and None not in reasons:
        yield f"Not compared with the database before: {reasons.pop()}."
        return
    changed = sorted(
        (change for change in changes if change.differing_rows or change.not_compared_reason),
        key=lambda change: (-change.differing_rows, change.mart_name),
    )
    for change in changed[:SHOWN_MARTS]:
        yield _sentence(change)
    if len(changed) > SHOWN_MARTS:
        yield f"{len(changed) - SHOWN_MARTS} more marts changed: see marts.changed_rows."


def _sentence(change: MartChange) -> str:
    if change.not_compared_reason:
        return f"{change.mart_name}: not compared, {change.not_compared_reason}."
    rows = (
        f"{change.mart_name}: {change.rows_added:,} rows added, {change.rows_removed:,} removed, "
        f"{change.rows_changed:,} changed"
    )
    if change.gbp_before is None or change.gbp_after is None:
        return f"{rows}."
    return f"{rows}; £{change.gbp_before:,.2f} before, £{change.gbp_after:,.2f} now."
