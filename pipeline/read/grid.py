"""The grids of strings that every published format is turned into."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

ROW_NUMBER = "row_number"


@dataclass(frozen=True)
class Grid:
    """One sheet, table or text file as strings.

    `frame` holds `row_number` (Int64, the 1-based row of the sheet or record of the text, blank
    ones counted) and the String columns "0", "1", ...; a cell without visible text is null.
    """

    name: str
    frame: pl.DataFrame
    is_hidden: bool = False


@dataclass(frozen=True)
class Workbook:
    """What one published file holds: its format by content, its encoding if text, its grids."""

    format: str
    encoding: str | None
    grids: tuple[Grid, ...]
    warnings: tuple[str, ...] = ()


def tidy_frame(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with cells stripped of outer white space, empty ones null, no empty last column."""
    frame = without_empty_tail(frame)
    cells = pl.all().exclude(ROW_NUMBER)
    frame = frame.select(pl.col(ROW_NUMBER).cast(pl.Int64), cells.str.strip_chars())
    is_empty = frame.select((cells == "").any()).row(0)
    emptied = [name for name, has in zip(frame.columns[1:], is_empty, strict=True) if has]
    if emptied:
        frame = frame.with_columns(
            pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in emptied
        )
    return without_empty_tail(frame)


def without_empty_tail(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame without the columns at its right edge that hold nothing at all."""
    width = frame.width
    while width > 2 and frame.to_series(width - 1).null_count() == frame.height:
        width -= 1
    return frame if width == frame.width else frame.select(frame.columns[:width])


def frame_of_columns(columns: Iterable[pl.Series]) -> pl.DataFrame:
    """Columns of strings as a grid's frame, rows numbered from 1."""
    named = {str(index): column for index, column in enumerate(columns)}
    if not named:
        return pl.DataFrame(schema={ROW_NUMBER: pl.Int64, "0": pl.String})
    return tidy_frame(pl.DataFrame(named).with_row_index(ROW_NUMBER, offset=1))


def frame_of_strings(columns: Iterable[Sequence[str | None]]) -> pl.DataFrame:
    """As frame_of_columns, from plain sequences."""
    return frame_of_columns(pl.Series(values, dtype=pl.String) for values in columns)
