"""Excel and OpenDocument workbooks -> grids, by calamine."""

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
from pipeline.read.cells import column_of_strings
from pipeline.read.grid import Grid, frame_of_columns
from pipeline.read.limits import Limits


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
    return Grid(sheet.name, _frame(sheet), is_hidden)


def _frame(sheet: CalamineSheet) -> pl.DataFrame:
    rows = sheet.to_python(skip_empty_area=False)
    return frame_of_columns([column_of_strings(values) for values in zip_longest(*rows)])
