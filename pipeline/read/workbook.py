"""Published bytes -> workbook of grids, recognised by content alone."""

from pipeline.errors import RefusedFileError
from pipeline.read.delimited import read_delimited
from pipeline.read.excel import read_sheets
from pipeline.read.grid import Workbook
from pipeline.read.limits import DEFAULT_LIMITS, Limits
from pipeline.read.text import decode_text


def read_workbook(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Workbook:
    """Every grid of strings that the bytes hold.

    Raises RefusedFileError with the structural cause when the bytes are no table at all, are
    damaged or protected, or go beyond the limits.
    """
    if not data:
        raise RefusedFileError("The file is empty (0 bytes); download it again.")
    if len(data) > limits.max_bytes:
        raise RefusedFileError(
            f"The file has {len(data):,} bytes and the limit is {limits.max_bytes:,}."
        )
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return Workbook("xlsx", None, tuple(read_sheets(data, limits)))
    text, encoding = decode_text(data)
    return Workbook("csv", encoding, (read_delimited(text, limits),))
