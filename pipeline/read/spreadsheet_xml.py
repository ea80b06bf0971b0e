"""Excel's 2003 XML, mostly published under the name .xls -> grids."""

import io
import re
from itertools import zip_longest

import lxml.etree  # type: ignore[import-untyped]

from pipeline.errors import RefusedFileError
from pipeline.read.cells import text_of_number
from pipeline.read.grid import Grid, frame_of_strings
from pipeline.read.limits import Limits

# Scripts that write such files by hand forget to escape the names of firms.
_BARE_AMPERSAND = re.compile(rb"&(?!#?\w{1,8};)")
_NAMESPACE = "{urn:schemas-microsoft-com:office:spreadsheet}"


def read_spreadsheet_xml(text: bytes, limits: Limits) -> list[Grid]:
    """Every worksheet of the UTF-8 text, whatever encoding it says it is in.

    Raises RefusedFileError when it is damaged or too large.
    """
    if len(text) > limits.max_markup_bytes:
        raise RefusedFileError(
            f"The XML has {len(text):,} bytes and the limit is {limits.max_markup_bytes:,}."
        )
    parser = lxml.etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False
    )
    escaped = _BARE_AMPERSAND.sub(b"&amp;", text.strip())
    try:
        document = lxml.etree.parse(io.BytesIO(escaped), parser)
    except lxml.etree.XMLSyntaxError as error:
        raise RefusedFileError(
            f"The Excel XML is damaged or cut short ({error}); download it again."
        ) from error
    return [_read_sheet(sheet, limits) for sheet in document.iter(f"{_NAMESPACE}Worksheet")]


def _read_sheet(sheet: lxml.etree._Element, limits: Limits) -> Grid:
    rows: list[list[str]] = []
    cells = 0
    for row in sheet.iter(f"{_NAMESPACE}Row"):
        missing = _position(row, len(rows) + 1) - len(rows) - 1
        values: list[str] = []
        if cells + missing <= limits.max_sheet_cells:
            rows.extend([[] for _ in range(missing)])
            values = _values(row, limits)
        cells += missing + len(values)
        if cells > limits.max_sheet_cells:
            raise RefusedFileError(
                f"A sheet of the XML has more than {limits.max_sheet_cells:,} cells, the limit."
            )
        rows.append(values)
    is_hidden = any(
        (option.text or "").startswith("SheetHidden") or (option.text or "") == "SheetVeryHidden"
        for option in sheet.iter("{urn:schemas-microsoft-com:office:excel}Visible")
    )
    return Grid(sheet.get(f"{_NAMESPACE}Name", ""), frame_of_strings(zip_longest(*rows)), is_hidden)


def _values(row: lxml.etree._Element, limits: Limits) -> list[str]:
    values: list[str] = []
    for cell in row.iterchildren(f"{_NAMESPACE}Cell"):
        position = _position(cell, len(values) + 1)
        if position > limits.max_columns:
            raise RefusedFileError(
                f"A row of the XML has {position:,} columns; the limit is {limits.max_columns:,}."
            )
        values.extend([""] * (position - len(values) - 1))
        values.append(_text_of(cell.find(f"{_NAMESPACE}Data")))
        merged = cell.get(f"{_NAMESPACE}MergeAcross", "0")
        values.extend([""] * min(int(merged) if merged.isdecimal() else 0, 1_000))
    return values


def _position(element: lxml.etree._Element, following: int) -> int:
    """The 1-based row or column that the element names, else the one that follows."""
    index = element.get(f"{_NAMESPACE}Index", "")
    return max(int(index[:9]), following) if index.isdecimal() else following


def _text_of(data: lxml.etree._Element | None) -> str:
    if data is None:
        return ""
    text = "".join(data.itertext())
    match data.get(f"{_NAMESPACE}Type"):
        case "Number":
            return text_of_number(text)
        case "DateTime":
            return text.removesuffix(".000").removesuffix("T00:00:00").replace("T", " ")
        case "Boolean":
            return "TRUE" if text == "1" else "FALSE"
    return text
