"""Published bytes -> grids of strings, header rows and the rows that are payments."""

from pipeline.read.grid import Grid, Workbook
from pipeline.read.limits import DEFAULT_LIMITS, Limits
from pipeline.read.workbook import read_workbook

__all__ = ["DEFAULT_LIMITS", "Grid", "Limits", "Workbook", "read_workbook"]
