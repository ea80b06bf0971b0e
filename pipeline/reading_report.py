"""What `anchorspend read` prints of a file: what was understood, counted and left out."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.errors import AnchorspendError, RefusedFileError
from pipeline.normalise.amounts import amount_from_text
from pipeline.normalise.layout import BlockLayout
from pipeline.normalise.reading import (
    NO_EXCEPTIONS,
    Reading,
    ReadingExceptions,
    Summary,
    read_payments,
)
from pipeline.read import Grid, Workbook, read_workbook
from pipeline.read.grid import ROW_NUMBER
from pipeline.read.limits import Limits
from pipeline.registry.load import load_registry
from pipeline.settings import Settings

_SHOWN_PAYMENTS = 3
_BASES = {
    "net": "net of VAT",
    "gross": "VAT included",
    "unknown": "nothing says whether with VAT",
}
_CLASSES = {
    "blank": "nothing is printed in it",
    "total": "it prints a sum of other rows, which would count them twice",
    "header": "it holds headings",
    "note": "it is text around the payments, without an amount",
}


def read_files(
    files: Sequence[Path], publisher_id: str | None, settings: Settings
) -> Iterator[tuple[Path, Reading]]:
    """Read each file with the exceptions of a publisher, if one is named.

    Raises AnchorspendError where a file cannot be opened or the publisher is not known.
    """
    exceptions = exceptions_of(publisher_id, settings)
    for path in files:
        yield path, read_payments(bytes_of(path), exceptions)


def exceptions_of(publisher_id: str | None, settings: Settings) -> ReadingExceptions:
    """The reading exceptions of a publisher, or none; AnchorspendError where it is not known."""
    if publisher_id is None:
        return NO_EXCEPTIONS
    publishers = load_registry(
        settings.registry, built_in=settings.has_built_in_registry
    ).publishers
    if publisher_id not in publishers:
        raise AnchorspendError(
            f"There is no publisher {publisher_id!r}: `anchorspend status` lists those known."
        )
    return ReadingExceptions(headers=dict(publishers[publisher_id].headers))


def bytes_of(path: Path) -> bytes:
    """What a file holds; AnchorspendError where it cannot be opened."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise AnchorspendError(
            f"{path} cannot be opened ({error.strerror}): check its name and the rights on it."
        ) from error


def _about_layouts(reading: Reading) -> list[str]:
    """Header rows and columns, once for sheets that are laid out alike."""
    alike: dict[tuple[object, ...], list[BlockLayout]] = {}
    for layout in reading.layouts:
        uses = tuple((use.heading, use.became) for use in layout.columns)
        alike.setdefault((layout.header_rows, uses), []).append(layout)
    lines = []
    for layouts in alike.values():
        first = layouts[0]
        rows = " and ".join(map(str, first.header_rows))
        where = f" in {', '.join(repr(one.sheet) for one in layouts)}" if first.sheet else ""
        lines.append(f"  headings in row {rows}{where}" if rows else f"  no headings{where}")
        lines += [
            f"    {use.heading or f'column {use.position}'} -> {use.became}"
            for use in first.columns
            if use.became != "nothing"
        ]
    return lines


def as_text(path: Path, reading: Reading) -> str:
    """For a person."""
    summary = reading.summary
    if summary.status == "refused":
        return f"{path}: refused: {summary.reason}"
    excluded = ", ".join(
        f"{rows:,} {kind} ({_pounds(summary.excluded_gbp[kind])})"
        for kind, rows in summary.excluded.items()
        if rows
    )
    several = len(summary.sheets) > 1
    lines = [
        f"{path}: {summary.kind}, {summary.format}"
        + (f" in {summary.encoding}" if summary.encoding else ""),
        f"  {summary.rows:,} rows = {summary.payments:,} payments + "
        f"{sum(summary.excluded.values()):,} left out + {summary.rejected:,} rejected",
        f"  left out: {excluded or 'nothing'}",
        f"  total {_pounds(summary.total_gbp)}, {_BASES[summary.amount_basis]}; "
        + _about_printed_total(summary),
        f"  amount from {summary.amount_column!r}, supplier from {summary.supplier_column!r}, "
        + (f"date from {summary.date_column!r}" if summary.date_column else "no column of days"),
        f"  {_about_days(summary)}; {summary.negative:,} negative, "
        f"{summary.redacted:,} redacted, {summary.undated:,} without a day",
    ]
    lines += _about_layouts(reading)
    if any(summary.sheets):
        lines.append(f"  sheets: {', '.join(summary.sheets)}")
    lines += [f"  warning: {warning}" for warning in summary.warnings]
    lines += [
        f"  row {row['row_number']}"
        + (f" of {row['sheet']!r}" if several else "")
        + f": {_payment(row)}"
        for row in reading.payments.head(_SHOWN_PAYMENTS).iter_rows(named=True)
    ]
    return "\n".join(lines)


def _pounds(amount: Decimal | str) -> str:
    return f"£{Decimal(amount):,.2f}"


def _about_printed_total(summary: Summary) -> str:
    if summary.printed_total_gbp is None:
        return "the file prints no total"
    if summary.printed_total_gbp == summary.total_gbp:
        return "the file prints the same total"
    return f"the file prints {_pounds(summary.printed_total_gbp)}"


def _about_days(summary: Summary) -> str:
    if summary.first_date is None:
        return "no dates"
    return f"{summary.first_date} to {summary.last_date}"


def _payment(row: dict[str, Any]) -> str:
    """Day (or month), name and pounds of a payment in one line."""
    day, month = row["payment_date"], row["payment_month"]
    when = day.isoformat() if day else f"{month:%Y-%m}" if month else "undated"
    return f"{when}, {row['supplier_name'] or '(no name)'}, {_pounds(row['amount_gbp'])}"


def explain_row(
    data: bytes,
    exceptions: ReadingExceptions = NO_EXCEPTIONS,
    row_number: int = 1,
    sheet: str | None = None,
) -> str:
    """What became of one row, counted from 1 as published, in some lines for a person.

    Raises AnchorspendError where there is no such sheet or row, or no sheet is named where the
    file has several.
    """
    reading = read_payments(data, exceptions)
    summary = reading.summary
    try:
        workbook = read_workbook(data, Limits.from_environment())
    except RefusedFileError as refusal:
        return f"The file was refused as a whole: {refusal}"
    grid = _grid(workbook, reading, sheet)
    cells = grid.frame.filter(pl.col(ROW_NUMBER) == row_number)
    if cells.is_empty():
        raise AnchorspendError(
            f"There is no row {row_number}: the rows go from {grid.frame.item(0, 0)} to "
            f"{grid.frame.item(-1, 0)}."
        )
    place = f"row {row_number}" + (f" of sheet {grid.name!r}" if grid.name else "")
    encoding = f" in {workbook.encoding}" if workbook.encoding else ""
    lines = [f"{place} of a file of the format {workbook.format}{encoding}"]
    if summary.status == "refused":
        return "\n".join(
            [*lines, *_bare_cells(cells), f"The file was refused as a whole: {summary.reason}"]
        )
    layout = next(
        (
            block
            for block in reading.layouts
            if block.sheet == grid.name and block.first_row <= row_number <= block.last_row
        ),
        None,
    )
    if layout is None:
        about = [warning for warning in summary.warnings if repr(grid.name) in warning]
        return "\n".join([*lines, *_bare_cells(cells), *about])
    lines.append(_about_headings(layout))
    lines += _cells_and_uses(cells, layout)
    return "\n".join([*lines, *_outcome(reading, grid.name, row_number)])


def _grid(workbook: Workbook, reading: Reading, sheet: str | None) -> Grid:
    grids = {grid.name: grid for grid in workbook.grids if grid.frame.height}
    read = reading.summary.sheets or list(grids)
    if sheet is None and len(read) == 1:
        sheet = read[0]
    if sheet is None or sheet not in grids:
        names = ", ".join(repr(name) for name in grids)
        raise AnchorspendError(f"Name one of the file's sheets with --sheet: {names}.")
    return grids[sheet]


def _about_headings(layout: BlockLayout) -> str:
    if not layout.header_rows:
        return "  no row of headings: columns were recognised by their content"
    return f"  headings from row {' and '.join(map(str, layout.header_rows))}"


def _bare_cells(cells: pl.DataFrame) -> list[str]:
    return [
        f"  column {column}: {cell}" for column, cell in enumerate(cells.row(0)) if column and cell
    ]


def _cells_and_uses(cells: pl.DataFrame, layout: BlockLayout) -> list[str]:
    row = cells.row(0)[1:]
    uses = {use.position: use for use in layout.columns}
    lines = []
    for position, cell in enumerate(row, start=1):
        use = uses.get(position)
        if cell is None and (use is None or use.became in ("other", "nothing")):
            continue
        heading = f"{use.heading!r}" if use and use.heading else f"column {position}"
        became = use.became if use else "nothing"
        parsed = ""
        if became == "amount_gbp" and cell is not None:
            amount = amount_from_text(cell)
            parsed = f" = £{amount:,.2f}" if amount is not None else " (not an amount)"
        lines.append(f"  {heading}: {cell or '(blank)'} -> {became}{parsed}")
    return lines


def _outcome(reading: Reading, sheet: str, row_number: int) -> list[str]:
    here = (pl.col("sheet") == sheet) & (pl.col(ROW_NUMBER) == row_number)
    for payment in reading.payments.filter(here).rows(named=True):
        flags = [
            flag
            for flag in ("is_redacted", "is_card", "repeated_total_suspected")
            if payment[flag] is True
        ]
        return [
            f"It is a payment: {_payment(payment)}, {_BASES[payment['amount_basis']]}"
            + (f" ({', '.join(flags)})" if flags else "")
        ]
    for rejected in reading.rejected.filter(here).rows(named=True):
        value = "" if rejected["value"] is None else f": {rejected['value']!r}"
        return [f"It was rejected: {rejected['reason']} ({rejected['column_name']!r}{value})"]
    for excluded in reading.excluded.filter(here).rows(named=True):
        pounds = excluded["amount_gbp"]
        amount = f" (£{pounds:,.2f})" if pounds is not None else ""
        return [
            f"It is no payment but a {excluded['class']}{amount}: {_CLASSES[excluded['class']]}"
        ]
    raise AssertionError(f"row {row_number} of sheet {sheet!r} is not accounted for")
