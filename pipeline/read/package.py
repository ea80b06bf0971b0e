"""What lies in the zip package of an OOXML or OpenDocument workbook, before calamine opens it."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import lxml.etree  # type: ignore[import-untyped]

from pipeline.errors import RefusedFileError
from pipeline.read.limits import Limits
from pipeline.read.sniff import open_zip
from pipeline.read.zipped import check_unpacked_size

# A reference to a cell right of column BZ or below row 99,999: the rectangle may be large.
_FAR_CELL = re.compile(rb"""r\s*=\s*["'](?:(?:[C-Zc-z][A-Za-z]|[A-Za-z]{3,})\d|[A-Za-z]*\d{6})""")
_ERROR_CELL = re.compile(
    rb'<(?:\w+:)?c ([^>]*?\bt="e"[^>]*)>'
    rb"(?:<(?:\w+:)?f[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>))?"
    rb"<(?:\w+:)?v>([^<]{1,40})<"
)
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_MOST_TEXT = 500_000_000


@dataclass(frozen=True)
class ErrorCell:
    """A cell that shows an error such as #REF!, which calamine reports as empty; 0-based."""

    row: int
    column: int
    text: str


@dataclass(frozen=True)
class Package:
    """Whether reading the workbook is sure to stay small, and its error cells by sheet name."""

    is_small: bool
    errors: dict[str, list[ErrorCell]]


def inspect_package(data: bytes, limits: Limits) -> Package:
    """Unpacks every member once, checking its size and sum.

    Raises RefusedFileError when the package is damaged, or larger than it says or than the limits.
    """
    is_small = True
    sheets_with_errors: dict[str, list[ErrorCell]] = {}
    parts: dict[str, bytes] = {}
    cells_of_text = longest_text = 0
    with open_zip(data) as package:
        check_unpacked_size(package, limits)
        for member in package.infolist():
            content = _unpacked(data, member)
            name = member.filename.replace("\\", "/").lstrip("/")
            if name.endswith((".rels", "workbook.xml")):
                parts[name] = content
            elif name.lower().endswith("sharedstrings.xml"):
                longest_text = max(map(len, content.split(b"si>")))
            elif name.endswith(".xml") and b"sheetData" in content[:100_000]:
                is_small = is_small and _FAR_CELL.search(content) is None
                cells_of_text += content.count(b't="s"')
                if b't="e"' in content:
                    sheets_with_errors[name] = list(_error_cells(content))
    is_small = is_small and cells_of_text * longest_text < _MOST_TEXT
    return Package(is_small, _by_sheet_name(sheets_with_errors, parts))


def _unpacked(data: bytes, member: zipfile.ZipInfo) -> bytes:
    try:
        name_length, extra_length = struct.unpack_from("<HH", data, member.header_offset + 26)
        start = member.header_offset + 30 + name_length + extra_length
        packed = data[start : start + member.compress_size]
        if member.compress_type == zipfile.ZIP_DEFLATED:
            # One byte more than promised tells a directory that lies.
            content = zlib.decompressobj(-15).decompress(packed, member.file_size + 1)
        elif member.compress_type == zipfile.ZIP_STORED:
            content = packed
        else:
            raise RefusedFileError(
                "The workbook is packed in a way that workbooks are not; save it again as xlsx."
            )
    except (zlib.error, struct.error) as error:
        raise _damaged(member) from error
    if len(content) != member.file_size or zlib.crc32(content) != member.CRC:
        raise _damaged(member)
    return content


def _damaged(member: zipfile.ZipInfo) -> RefusedFileError:
    return RefusedFileError(
        f"The workbook is damaged in its part {member.filename[:80]!r}; download it again."
    )


def _error_cells(sheet: bytes) -> Iterator[ErrorCell]:
    for match in _ERROR_CELL.finditer(sheet):
        place = _PLACE.search(match[1])
        if place:
            column = 0
            for letter in place[1]:
                column = column * 26 + letter - ord("A") + 1
            yield ErrorCell(int(place[2]) - 1, column - 1, match[2].decode(errors="replace"))


def _by_sheet_name(
    by_path: dict[str, list[ErrorCell]], parts: dict[str, bytes]
) -> dict[str, list[ErrorCell]]:
    """The error cells under the names that xl/workbook.xml gives the parts."""
    if not by_path or "xl/workbook.xml" not in parts:
        return {}
    parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        book = lxml.etree.fromstring(parts["xl/workbook.xml"], parser)
        relations = lxml.etree.fromstring(parts["xl/_rels/workbook.xml.rels"], parser)
    except (lxml.etree.XMLSyntaxError, KeyError):
        return {}
    targets = {
        relation.get("Id"): relation.get("Target", "").removeprefix("/xl/")
        for relation in relations
    }
    names: dict[str, list[ErrorCell]] = {}
    for sheet in book.iter("{*}sheet"):
        identifiers = [value for key, value in sheet.attrib.items() if key.endswith("}id")]
        for identifier in identifiers:
            path = f"xl/{targets.get(identifier, '')}"
            if path in by_path:
                names[sheet.get("name", "")] = by_path[path]
    return names
