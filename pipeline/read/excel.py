"""Excel and OpenDocument workbooks -> grids, by calamine."""

import datetime
import io
import pickle
import subprocess
import sys
from itertools import zip_longest

from pipeline.errors import RefusedFileError
from pipeline.read import calamine_sheets
from pipeline.read.calamine_sheets import Bounds, Rows, Sheet, UnreadableWorkbookError
from pipeline.read.cells import column_of_strings
from pipeline.read.grid import Grid, frame_of_columns
from pipeline.read.limits import FILE_CELLS, FILE_SECONDS, Limits
from pipeline.read.package import ErrorCell, inspect_package


def read_excel(data: bytes, kind: str, limits: Limits) -> list[Grid]:
    """Every worksheet of a workbook, hidden ones marked; `kind` is xlsx, xlsb, xls or ods.

    Raises RefusedFileError for a protected or damaged workbook, or one beyond the limits.
    """
    errors: dict[str, list[ErrorCell]] = {}
    is_small = False
    if kind != "xls":
        package = inspect_package(data, limits)
        errors = package.errors
        # Only in OOXML's text is it cheap to see how far a sheet's cells reach.
        is_small = package.is_small and kind == "xlsx"
    try:
        sheets = _in_this_process(data, limits) if is_small else _in_own_process(data, limits)
    except UnreadableWorkbookError as error:
        raise RefusedFileError(f"The workbook {error}.") from error
    return [_grid(sheet, errors.get(sheet[0], []), limits) for sheet in sheets]


def _in_this_process(data: bytes, limits: Limits) -> list[Sheet]:
    return calamine_sheets.read_sheets(data, Bounds(limits.max_sheets, limits.max_sheet_cells))


def _in_own_process(data: bytes, limits: Limits) -> list[Sheet]:
    """The same from a process that may fail for want of memory or time without harm."""
    bounds = (
        limits.max_workbook_memory,
        max(int(limits.max_seconds), 1),
        limits.max_sheets,
        limits.max_sheet_cells,
    )
    command = [sys.executable, "-I", calamine_sheets.__file__, *map(str, bounds)]
    try:
        finished = subprocess.run(  # noqa: S603 - our own script; the data is its standard input
            command, input=data, capture_output=True, timeout=limits.max_seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableWorkbookError(
            f"takes longer to read than the limit of {limits.max_seconds:g} s ({FILE_SECONDS})"
        ) from error
    if finished.returncode != 0:
        raise UnreadableWorkbookError(
            f"is damaged, or needs more than {limits.max_workbook_memory:,} bytes of memory or "
            f"{limits.max_seconds:g} s, the limits, to read"
        )
    answer = _Answer(io.BytesIO(finished.stdout)).load()
    if isinstance(answer, str):
        raise UnreadableWorkbookError(answer)
    return answer  # type: ignore[no-any-return]


class _Answer(pickle.Unpickler):
    """Loads plain values and dates, and nothing else."""

    def find_class(self, module: str, name: str) -> object:
        if module == "datetime" and name in ("date", "datetime", "time", "timedelta"):
            return getattr(datetime, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no cell value")


def _grid(sheet: Sheet, errors: list[ErrorCell], limits: Limits) -> Grid:
    name, is_hidden, rows = sheet
    _put_errors(rows, errors)
    width = max(map(len, rows), default=0)
    if width > limits.max_columns:
        raise RefusedFileError(
            f"Sheet {name!r} has {width:,} columns and the limit is {limits.max_columns:,}."
        )
    if len(rows) * width > limits.max_text_cells:
        raise RefusedFileError(
            f"Sheet {name!r} spans {len(rows):,} rows by {width:,} columns and the limit is "
            f"{limits.max_text_cells:,} cells: split it, or set {FILE_CELLS}."
        )
    columns = [column_of_strings(values) for values in zip_longest(*rows)]
    return Grid(name, frame_of_columns(columns), is_hidden)


def _put_errors(rows: Rows, errors: list[ErrorCell]) -> None:
    for cell in errors:
        if cell.row < len(rows) and cell.column < len(rows[cell.row]):
            rows[cell.row][cell.column] = cell.text
