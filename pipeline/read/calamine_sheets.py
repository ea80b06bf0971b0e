"""Sheets by calamine; run as a script, in a process of its own with bounded memory.

calamine lays out the whole rectangle between a sheet's outermost cells, and a damaged or hostile
file can name a far one: the allocation then fails and takes the process with it. So this module
imports nothing of the package, and reads a workbook from its standard input when it is a script.
"""

import datetime as dt
import io
import pickle
import resource
import sys
from dataclasses import dataclass
from itertools import chain

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

Value = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta
Rows = list[list[Value]]
Sheet = tuple[str, bool, Rows]


class UnreadableWorkbookError(Exception):
    """What calamine has against the workbook, as a sentence without its end."""


@dataclass(frozen=True)
class Bounds:
    """The most sheets, and the most cells of one, that are read."""

    sheets: int
    cells: int


def read_sheets(data: bytes, bounds: Bounds) -> list[Sheet]:
    """Name, whether hidden, and rows of values of every worksheet, from its first row and column.

    Raises UnreadableWorkbookError.
    """
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            sheets = [
                sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet
            ]
            if len(sheets) > bounds.sheets:
                raise UnreadableWorkbookError(
                    f"has {len(sheets):,} sheets and the limit is {bounds.sheets:,}"
                )
            return [
                (
                    sheet.name,
                    sheet.visible != SheetVisibleEnum.Visible,
                    _rows(workbook.get_sheet_by_name(sheet.name), bounds),
                )
                for sheet in sheets
            ]
    except PasswordError as error:
        raise UnreadableWorkbookError(
            "is protected by a password; ask the publisher for an open copy"
        ) from error
    except BaseException as error:
        # calamine's parser panics on some damaged files, which pyo3 raises past Exception.
        is_panic = type(error).__name__ == "PanicException"
        if not is_panic and not isinstance(error, CalamineError | OSError | MemoryError):
            raise
        cause = "" if is_panic else f" ({error})"
        raise UnreadableWorkbookError(
            f"is damaged or cut short{cause}; download it again"
        ) from error


def _rows(sheet: CalamineSheet, bounds: Bounds) -> Rows:
    if sheet.total_height * sheet.total_width <= bounds.cells:
        return sheet.to_python(skip_empty_area=False)
    # iter_rows leaves out the empty columns on the left, but not the empty rows above.
    first_column = sheet.start[1] if sheet.start else 0
    rows: Rows = []
    cells = 0
    for row in sheet.iter_rows():
        filled = next((at for at in range(len(row), 0, -1) if row[at - 1] != ""), 0)
        rows.append(list(chain([""] * first_column, row[:filled])) if filled else [])
        cells += filled
        if cells > bounds.cells:
            raise UnreadableWorkbookError(
                f"has more cells in sheet {sheet.name!r} than the limit of {bounds.cells:,}"
            )
    return rows


def _main() -> None:
    memory, seconds, sheets, cells = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer: list[Sheet] | str = read_sheets(sys.stdin.buffer.read(), Bounds(sheets, cells))
    except UnreadableWorkbookError as error:
        answer = str(error)
    pickle.dump(answer, sys.stdout.buffer, protocol=5)


if __name__ == "__main__":
    _main()
