"""Published bytes -> workbook of grids, recognised by content alone."""

import gzip
import io
import zlib

from pipeline.errors import RefusedFileError
from pipeline.read.delimited import read_delimited
from pipeline.read.excel import read_excel
from pipeline.read.grid import Workbook
from pipeline.read.html import read_html
from pipeline.read.limits import DEFAULT_LIMITS, FILE_MB, Limits
from pipeline.read.pdf import read_pdf
from pipeline.read.sniff import content_kind, refuse_binary, text_kind
from pipeline.read.spreadsheet_xml import read_spreadsheet_xml
from pipeline.read.text import decode_text, with_line_feeds
from pipeline.read.zipped import read_zip


def read_workbook(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Workbook:
    """Every grid of strings that the bytes hold.

    Raises RefusedFileError with the structural cause when the bytes are no table at all, are
    damaged or protected, or go beyond the limits.
    """
    if len(data) > limits.max_bytes:
        raise RefusedFileError(
            f"The file has {len(data):,} bytes and the limit is {limits.max_bytes:,}: split it, or "
            f"set {FILE_MB}."
        )
    kind = content_kind(data)
    if kind == "text":
        return _read_text(data, limits)
    if kind == "zip":
        return read_zip(data, limits, read_workbook)
    if kind == "gzip":
        return _read_gzip(data, limits)
    if kind == "pdf":
        return Workbook("pdf", None, tuple(read_pdf(data, limits)))
    return Workbook(kind, None, tuple(read_excel(data, kind, limits)))


def _read_text(data: bytes, limits: Limits) -> Workbook:
    text, encoding = decode_text(data)
    refuse_binary(data, text)
    match text_kind(text):
        case "html":
            return Workbook("html", encoding, tuple(read_html(with_line_feeds(text), limits)))
        case "spreadsheet-xml":
            grids = read_spreadsheet_xml(with_line_feeds(text), limits)
            return Workbook("xml", None, tuple(grids))
    return Workbook("csv", encoding, (read_delimited(text, limits),))


def _read_gzip(data: bytes, limits: Limits) -> Workbook:
    try:
        with gzip.open(io.BytesIO(data)) as packed:
            unpacked = packed.read(limits.max_bytes + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise RefusedFileError(
            f"The gzip file is damaged or cut short ({error}); download it again."
        ) from error
    if unpacked.startswith(b"\x1f\x8b"):
        raise RefusedFileError("The file is a gzip within a gzip; unpack it first.")
    return read_workbook(unpacked, limits)
