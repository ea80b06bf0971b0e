"""How payments are printed: columns, dates, pounds, encodings, what stands above and below."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import polars as pl
import yaml

from pipeline.demo.generator.workbook import Cell

HERE = Path(__file__).parent
DEPARTMENTS = ("Corporate", "Communities", "Operations", "Estates")
SERVICES = ("Support", "Front Line", "Assets", "Commissioning", "Projects")


@dataclass(frozen=True)
class Layout:
    """A shape of files; `columns` are heading and what is printed, `total` a heading to add up."""

    columns: tuple[tuple[str, str], ...]
    dates: str = "%d/%m/%Y"
    pounds: str = ""
    encoding: str = "utf-8"
    delimiter: str = ","
    preamble: tuple[str, ...] = ()
    total: str | None = None

    @property
    def headings(self) -> list[str]:
        """The headings in order."""
        return [heading for heading, _ in self.columns]


def read_layouts() -> dict[str, Layout]:
    """The layouts of layouts.yml by name."""
    entries = yaml.safe_load((HERE / "layouts.yml").read_text(encoding="utf-8"))
    layouts = {}
    for name, one in entries.items():
        columns, preamble = tuple(one.pop("columns").items()), tuple(one.pop("preamble", ()))
        layouts[name] = Layout(columns=columns, preamble=preamble, **one)
    return layouts


def as_delimited(layout: Layout, payments: pl.DataFrame, body: str) -> bytes:
    """The payments as a text file of this layout."""
    printed = payments.select(_printed_columns(layout, body))
    out = io.StringIO()
    width = len(layout.columns)
    for line in layout.preamble:
        out.write(line + layout.delimiter * (width - 1) + "\r\n")
    named = [heading or None for heading in layout.headings]
    heading = pl.DataFrame([named], schema=printed.schema, orient="row")
    options = {
        "separator": layout.delimiter,
        "include_header": False,
        "line_terminator": "\r\n",
        "quote_style": "necessary",
    }
    out.write(heading.write_csv(**options))  # type: ignore[call-overload]
    out.write(printed.write_csv(**options))  # type: ignore[call-overload]
    if layout.total:
        total = payments.select(pl.col("amount_pence").sum()).select(pounds_text(layout.pounds))
        at = layout.headings.index(layout.total)
        cells = ["Total", *[""] * (width - 1)]
        cells[at] = f'"{total.item()}"'
        out.write(layout.delimiter.join(cells) + "\r\n")
    return out.getvalue().encode(layout.encoding, errors="replace")


def as_cells(layout: Layout, payments: pl.DataFrame, body: str) -> list[Sequence[Cell]]:
    """The heading and the payments as cells of a sheet, with real dates and numbers."""
    texts = payments.select(_printed_columns(layout, body))
    columns: list[list[Cell]] = [list(column) for column in texts.iter_columns()]
    for place, (_, what) in enumerate(layout.columns):
        if what == "date":
            columns[place] = [
                day if shown else None
                for day, shown in payments.select("true_date", ~pl.col("is_undated")).iter_rows()
            ]
        elif what == "amount":
            columns[place] = [Decimal(pence) / 100 for pence in payments["amount_pence"]]
    return [layout.headings, *(list(row) for row in zip(*columns, strict=True))]


def pounds_text(style: str) -> pl.Expr:
    """Pence as 1234.50, with "," as 1,234.50, with "£" as £1,234.50, with "()" as (1234.50)."""
    pence = pl.col("amount_pence")
    size = pence.abs()
    whole = size // 100
    text = whole.cast(pl.String)
    if style in (",", "£"):
        for power in (3, 6):
            over = whole >= 10**power
            text = (
                pl.when(over)
                .then(
                    text.str.head(-(power + power // 3 - 1))
                    + ","
                    + text.str.tail(power + power // 3 - 1)
                )
                .otherwise(text)
            )
    if style == "£":
        text = "£" + text
    text = text + "." + (size % 100).cast(pl.String).str.zfill(2)
    credit = "(" + text + ")" if style == "()" else "-" + text
    return pl.when(pence < 0).then(credit).otherwise(text)


# Every month of a body is printed alike, and saying how takes longer than printing it.
@cache
def _printed_columns(layout: Layout, body: str) -> tuple[pl.Expr, ...]:
    """What stands in each column, as text, under its place as a name."""
    return tuple(
        _printed(what, layout, body).alias(f"{place}")
        for place, (_, what) in enumerate(layout.columns)
    )


def _printed(what: str, layout: Layout, body: str) -> pl.Expr:
    """What stands in a column, as text."""
    number = pl.col("line_number")
    if what == "date":
        return pl.when(~pl.col("is_undated")).then(pl.col("true_date").dt.strftime(layout.dates))
    if what == "amount":
        return pounds_text(layout.pounds)
    expressions = {
        "name": pl.col("printed_name"),
        "category": pl.col("printed_category"),
        "description": pl.col("printed_description"),
        "department": _one_of(DEPARTMENTS, number),
        "service": _one_of(SERVICES, number // 3),
        "transaction": transaction(),
        "invoice": "INV" + (number * 7919 % 999_983).cast(pl.String),
        "supplier_id": "S" + (pl.col("organisation") + 1000).cast(pl.String),
        "vat_number": pl.col("vat_number"),
        "postcode": pl.col("printed_postcode"),
        "code": "C" + (100 + number % 17).cast(pl.String),
        "card": pl.when("is_card").then(pl.lit("Yes")).otherwise(pl.lit("No")),
        "sort": pl.lit("Trade Creditor"),
        "family": pl.lit("Invented Health"),
        "body": pl.lit(body),
        "zero": pl.lit("0.00"),
        "blank": pl.lit(None, pl.String),
    }
    return expressions[what]


def transaction() -> pl.Expr:
    """The number that a publisher gives a payment, such as T2021-000012, each once."""
    number = pl.col("line_number").cast(pl.String).str.zfill(6)
    return "T" + pl.col("financial_year").str.head(4) + "-" + number


def _one_of(texts: tuple[str, ...], number: pl.Expr) -> pl.Expr:
    return (number % len(texts)).replace_strict(dict(enumerate(texts)), return_dtype=pl.String)
