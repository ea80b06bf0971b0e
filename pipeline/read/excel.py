"""Excel and OpenDocument workbooks -> grids, by calamine."""

import datetime as dt
import decimal
import io
from itertools import zip_longest

import polars as pl
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    ZipError,
)

from pipeline.errors import RefusedFileError
from pipeline.read.grid import ROW_NUMBER, Grid, tidy_frame
from pipeline.read.limits import Limits

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta


def read_sheets(data: bytes, limits: Limits) -> list[Grid]:
    """Every worksheet of a workbook, hidden ones marked.

    Raises RefusedFileError for a protected or damaged workbook, or one beyond the limits.
    """
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            sheets = [
                sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet
            ]
            if len(sheets) > limits.max_sheets:
                raise RefusedFileError(
                    f"The workbook has {len(sheets):,} sheets; the limit is {limits.max_sheets:,}."
                )
            return [
                _read_sheet(
                    workbook.get_sheet_by_name(sheet.name),
                    sheet.visible != SheetVisibleEnum.Visible,
                    limits,
                )
                for sheet in sheets
            ]
    except PasswordError as error:
        raise RefusedFileError(
            "The workbook is protected by a password; ask the publisher for an open copy."
        ) from error
    except (CalamineError, ZipError) as error:
        raise RefusedFileError(
            f"The workbook is damaged or cut short ({error}); download it again."
        ) from error


def _read_sheet(sheet: CalamineSheet, is_hidden: bool, limits: Limits) -> Grid:
    if sheet.total_height * sheet.total_width > limits.max_sheet_cells:
        raise RefusedFileError(
            f"Sheet {sheet.name!r} spans {sheet.total_height:,} rows by {sheet.total_width:,} "
            f"columns and the limit is {limits.max_sheet_cells:,} cells."
        )
    return Grid(sheet.name, frame_of_rows(sheet.to_python(skip_empty_area=False)), is_hidden)


def frame_of_rows(rows: list[list[Cell]]) -> pl.DataFrame:
    """Rows of cell values as the strings a person would copy out of the sheet."""
    columns = {
        str(index): column_of_strings(values) for index, values in enumerate(zip_longest(*rows))
    }
    if not columns:
        return pl.DataFrame(schema={ROW_NUMBER: pl.Int64, "0": pl.String})
    return tidy_frame(pl.DataFrame(columns).with_row_index(ROW_NUMBER, offset=1))


def column_of_strings(values: tuple[Cell, ...]) -> pl.Series:
    """One column of cell values as strings, numbers in the shortest exact decimal form."""
    types = set(map(type, values))
    if types == {str}:
        return pl.Series(values, dtype=pl.String)
    return pl.Series(list(map(text_of_cell, values)), dtype=pl.String)


def text_of_cell(value: Cell) -> str:
    """The cell as text: 105, 1234.5, TRUE, 2024-04-01, 2024-04-01 13:30:00."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _text_of_float(value)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    return str(value)


def _text_of_float(value: float) -> str:
    text = repr(value)
    if "e" in text:
        text = f"{decimal.Decimal(text):f}"
    return text.removesuffix(".0")
