"""Csv files that a spreadsheet opens as what they hold, never as formulas."""

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

_STARTS_FORMULA = re.compile(r"[=+\-@\t\r\n]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)


def defused(value: Any) -> Any:  # noqa: ANN401
    """A cell that no spreadsheet runs: text that starts a formula gets a quote mark before it."""
    if not isinstance(value, str) or _NUMBER.fullmatch(value):
        return value
    return f"'{value}" if _STARTS_FORMULA.match(value.lstrip(" ")) else value


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows with every cell defused; with a mark by which Excel knows UTF-8."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        writer.writerows([defused(cell) for cell in row] for row in rows)
