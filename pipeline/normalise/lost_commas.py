"""Puts right rows that lost a comma between two cells, or gained one within an amount."""

import re

import polars as pl

from pipeline.normalise.columns import Sources

_DAY = r"\d{1,2}[/.\-]\d{1,2}[/.\-](?:19|20)\d{2}"
_MONEY = r"(\(?-?£?[\d,]+(?:\.\d+)?\)?)"
# Lambeth 2012-06: "25/06/2012684.4", "Catch2228/05/2012" and "Academy2129/05/2012740".
_DATE_AND_AMOUNT = re.compile(rf"({_DAY}){_MONEY}")
_NAME_AND_DATE = re.compile(r"(.*\S)(\d{2}[/.\-]\d{2}[/.\-](?:19|20)\d{2})")
_NAME_DATE_AND_AMOUNT = re.compile(rf"(.*\S)(\d{{2}}[/.\-]\d{{2}}[/.\-](?:19|20)\d{{2}}){_MONEY}")


_THOUSANDS = re.compile(r"[£(\-]{0,2}\d{1,3}")
_REST_OF_AMOUNT = re.compile(r"\d{3}(?:\.\d+)?\)?")


def join_torn_amounts(
    cells: pl.DataFrame, width: int, sources: Sources
) -> tuple[pl.DataFrame, int]:
    """The cells with amounts put together that an unquoted comma tore, and in how many rows.

    "1" and "234.50" beside it were 1,234.50. Only rows with a cell beyond the `width` of the
    header are looked at.
    """
    amount = sources.amount
    if amount is None or cells.width <= width or amount + 1 >= cells.width:
        return cells, 0
    repaired: dict[int, list[str | None]] = {}
    for position in cells.to_series(width).is_not_null().arg_true().to_list():
        row = list(cells.row(position))
        while row[width] is not None and _is_torn(row[amount], row[amount + 1]):
            row = [*row[:amount], f"{row[amount]},{row[amount + 1]}", *row[amount + 2 :], None]
        if row[width] is None:
            repaired[position] = row
    return _with_rows(cells, repaired), len(repaired)


def _is_torn(cell: str | None, following: str | None) -> bool:
    if cell is None or following is None:
        return False
    head = cell.rpartition(",")[2]
    return bool(_THOUSANDS.fullmatch(head) and _REST_OF_AMOUNT.fullmatch(following))


def _with_rows(cells: pl.DataFrame, rows: dict[int, list[str | None]]) -> pl.DataFrame:
    if not rows:
        return cells
    keys = list(rows)
    return pl.DataFrame(
        [
            series.scatter(keys, [rows[key][index] for key in keys])
            for index, series in enumerate(cells.get_columns())
        ]
    )


def split_glued_cells(
    cells: pl.DataFrame, amounts: pl.Series, sources: Sources
) -> tuple[pl.DataFrame, int]:
    """The cells with glued ones taken apart, and how many rows that concerned.

    Only rows that are one cell short and whose amount does not parse are looked at.
    """
    date, supplier = sources.date, sources.supplier
    if date is None:
        return cells, 0
    width = cells.width
    short = amounts.is_null() & cells.to_series(width - 1).is_null()
    positions = short.arg_true().to_list()
    repaired: dict[int, list[str | None]] = {}
    for position in positions:
        row = list(cells.row(position))
        whole = _split(row, date, _DATE_AND_AMOUNT)
        if whole is None and supplier is not None and supplier + 1 == date:
            whole = _split(row, supplier, _NAME_AND_DATE)
            if whole is None:
                whole = _split(row, supplier, _NAME_DATE_AND_AMOUNT)
        if whole is not None:
            repaired[position] = whole
    return _with_rows(cells, repaired), len(repaired)


def _split(row: list[str | None], column: int, pattern: re.Pattern[str]) -> list[str | None] | None:
    cell = row[column]
    found = pattern.fullmatch(cell) if cell else None
    if found is None:
        return None
    lost = len(found.groups()) - 1
    if any(cell is not None for cell in row[len(row) - lost :]):
        return None
    return [*row[:column], *found.groups(), *row[column + 1 : len(row) - lost]]
