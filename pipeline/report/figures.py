"""A figure on a page: the rows of one query, its words for people, its csv and the query itself."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipeline.compare import band, pounds
from pipeline.report.charts import Trend
from pipeline.report.downloads import write_csv

Row = dict[str, Any]
BANDS = {
    "town": "in the town",
    "rest_of_county": "rest of the county area",
    "rest_of_region": "rest of the region",
    "rest_of_uk": "elsewhere in the UK",
    "unknown": "not known",
}
BASES = {"net": "net of VAT", "gross": "gross of VAT", "unknown": "VAT not stated"}


@dataclass(frozen=True)
class Cell:
    """What a table prints; `order` sorts it where the words do not, `trend` is drawn above."""

    text: str
    href: str | None = None
    order: str | None = None
    trend: Trend | None = None


@dataclass(frozen=True)
class Table:
    """A table as printed; columns are (heading, whether of numbers)."""

    caption: str
    columns: list[tuple[str, bool]]
    rows: list[list[Cell]]


@dataclass(frozen=True)
class Figure:
    """A table with the download of all its rows and the query that gives them again."""

    table: Table
    csv: str
    query: str
    more: int = 0


class Figures:
    """Runs queries on the published database and writes their rows as csv beside the pages."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, database_path: Path, site: Path
    ) -> None:
        self.database_path = database_path
        self._connection = connection
        self._site = site

    def rows(self, sql: str) -> list[Row]:
        """The rows of a query, by name of column."""
        cursor = self._connection.execute(sql)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def download(self, name: str, sql: str) -> list[Row]:
        """The rows of a query, also written to data/<name>.csv."""
        cursor = self._connection.execute(sql)
        names = [column[0] for column in cursor.description or []]
        rows = cursor.fetchall()
        self.write(name, names, rows)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def write(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Write data/<name>.csv."""
        write_csv(self._site / "data" / f"{name}.csv", columns, rows)

    def script(self, name: str, data: Any) -> None:  # noqa: ANN401
        """Write data/<name>.js, which a page opened from disk may load where it may not fetch."""
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str)
        path = self._site / "data" / f"{name}.js"
        path.write_text(f"window.anchorspend = {text};\n", encoding="utf-8")

    def figure(
        self,
        name: str,
        caption: str,
        sql: str,
        columns: Sequence[tuple[str, bool]],
        cells: Callable[[Row], Sequence[str | Cell]],
        keep: Callable[[Row], bool] = lambda _: True,
    ) -> tuple[Figure, list[Row]]:
        """A figure of the rows kept, and those rows; its csv holds every row."""
        rows = self.download(name, sql)
        kept = [row for row in rows if keep(row)]
        table = Table(
            caption,
            list(columns),
            [
                [cell if isinstance(cell, Cell) else Cell(cell) for cell in cells(row)]
                for row in kept
            ],
        )
        return Figure(table, f"data/{name}.csv", sql.strip(), len(rows) - len(kept)), kept


def quoted(text: str) -> str:
    """A literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def money(amount: Decimal) -> str:
    """Pounds as a reader takes them in: £750m, £1.2m, £24,000."""
    size = abs(amount)
    sign = "-" if amount < 0 else ""
    if size >= 1_000_000:
        places = Decimal(1) if size >= 100_000_000 else Decimal("0.1")
        return f"{sign}£{(size / 1_000_000).quantize(places, ROUND_HALF_UP):,}m"
    return f"{sign}£{pounds(size)}"


def money_cell(amount: Decimal | None) -> Cell:
    """Pounds in a table, sorted by their size."""
    return Cell("-") if amount is None else Cell(money(amount), order=str(amount))


def share_cell(low: float | None, high: float | None) -> Cell:
    """A band, sorted by its lower end."""
    text = band(low, high)
    whole = text.split(" to ")
    return Cell(whole[0] if len(set(whole)) == 1 else text, order=str(-1 if low is None else low))


def worded(name: str) -> str:
    """A name of a mart's value as words: rest_of_county is rest of county."""
    return name.replace("_", " ")


def sentence_case(name: str) -> str:
    """SIC sections are printed in capitals; SIC itself is an abbreviation."""
    return name.capitalize() if name.isupper() else name[:1].upper() + name[1:]
