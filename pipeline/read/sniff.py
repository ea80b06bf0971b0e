"""What bytes are, by their content alone."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping

from pipeline.errors import RefusedFileError

# All that zipfile raises over damaged archives.
ZIP_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ValueError,
    OSError,
    EOFError,
    RuntimeError,
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# OLE directory entries are named in UTF-16.
_OLE_KINDS: Mapping[str, str] = {
    "EncryptedPackage": "protected",
    "WordDocument": "a Word document",
    "PowerPoint Document": "a PowerPoint presentation",
    "__substg1.0_": "an Outlook message",
    "Workbook": "xls",
    "Book": "xls",
}
_PACKAGE_KINDS: tuple[tuple[str, str], ...] = (
    (r"xl/workbook.*\.bin", "xlsb"),
    (r"xl/.*workbook.*\.xml", "xlsx"),
    (r"word/document.*\.xml", "a Word document"),
    (r"ppt/presentation.*\.xml", "a PowerPoint presentation"),
)
_OTHER_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"{\\rtf", "a rich text document"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x00\x01\x00\x00Standard Jet DB", "an Access database"),
    (b"\x00\x01\x00\x00Standard ACE DB", "an Access database"),
)
# The first record of a bare Excel 2, 3 or 4 sheet.
_OLD_EXCEL = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
_HTML_START = re.compile(
    rb"(?:<\?xml[^>]*>|<!--.*?-->|\s)*"
    rb"<(?:!doctype\s+html|html|head|meta|link|body|table|title|script|style|div|p|br|hr|h[1-6]|"
    rb"center|font|b|strong|span|section|article|main|header|form|noscript|img|a|ul)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML_START = re.compile(rb"\s*<(?:\?xml\b|[A-Za-z_][\w.:-]*(?:\s[^<>]*)?/?>)")
_JSON_START = re.compile(rb'\s*(?:\{\s*["}]|\[\s*(?:[\[{"\]]|-?\d))')
_SPREADSHEET_XML = b"urn:schemas-microsoft-com:office:spreadsheet"
_MHTML_START = re.compile(rb"\s*MIME-Version:", re.IGNORECASE)
_ZIP_END = b"PK\x05\x06"
_BLANKS = b"\0 \t\r\n"
_CONTROLS = bytes(range(9)) + bytes(range(14, 32))


def content_kind(data: bytes) -> str:
    """One of xlsx, xlsb, xls, ods, pdf, zip, gzip, text.

    Raises RefusedFileError that names what the bytes are when they can hold no grid.
    """
    if not data[:1024].strip(_BLANKS) and not data.strip(_BLANKS):
        raise RefusedFileError(
            f"The file is empty ({len(data):,} bytes without any text); download it again."
        )
    if data.startswith(b"PK\x03\x04"):
        return _zip_kind(data)
    if data.startswith(_OLE):
        return _ole_kind(data)
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"\x1f\x8b"):
        return "gzip"
    for signature, name in _OTHER_SIGNATURES:
        if data.startswith(signature):
            raise RefusedFileError(f"The file is {name}, not a table of payments.")
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        raise RefusedFileError("The file is a WebP image, not a table of payments.")
    if data.startswith(_OLD_EXCEL):
        raise RefusedFileError("The file is a sheet of Excel 2 to 4; save it as xlsx or csv.")
    return "text"


def refuse_binary(data: bytes, text: bytes) -> None:
    """Raises RefusedFileError when decoded text is no text; `data` is what it was decoded from."""
    sample = text[:100_000]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls <= 0.01 * len(sample):
        return
    if _ZIP_END in data[-70_000:]:
        raise RefusedFileError(
            "The file is the end of a workbook or zip whose beginning is missing; "
            "download it again."
        )
    raise RefusedFileError("The file is binary data of no known kind, not a table of payments.")


def open_zip(data: bytes) -> zipfile.ZipFile:
    """The zip directory of `data`; raises RefusedFileError when it is damaged or cut short."""
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except ZIP_FAULTS as error:
        raise RefusedFileError(
            f"The workbook or zip is damaged or cut short ({error}); download it again."
        ) from error


def _zip_kind(data: bytes) -> str:
    with open_zip(data) as package:
        names = [name.replace("\\", "/").lower() for name in package.namelist()]
        if "mimetype" in names or "content.xml" in names:
            return _open_document_kind(package)
    for pattern, kind in _PACKAGE_KINDS:
        if any(re.fullmatch(pattern, name) for name in names):
            if kind.startswith("a "):
                raise RefusedFileError(f"The file is {kind}, not a table of payments.")
            return kind
    return "zip"


def _open_document_kind(package: zipfile.ZipFile) -> str:
    if _is_encrypted(package):
        raise RefusedFileError(
            "The workbook is protected by a password; ask the publisher for an open copy."
        )
    if "mimetype" not in package.namelist() or package.getinfo("mimetype").file_size > 200:
        return "ods"
    try:
        mimetype = package.read("mimetype").decode("ascii", errors="replace").strip()
    except ZIP_FAULTS as error:
        raise RefusedFileError(
            f"The OpenDocument file is damaged ({error}); download it again."
        ) from error
    if "opendocument" in mimetype and "spreadsheet" not in mimetype:
        raise RefusedFileError(
            f"The file is an OpenDocument file but no spreadsheet ({mimetype[:80]})."
        )
    return "ods" if "opendocument" in mimetype else "zip"


def _is_encrypted(package: zipfile.ZipFile) -> bool:
    """Whether the manifest of an OpenDocument file gives a cipher for its content."""
    try:
        with package.open("META-INF/manifest.xml") as manifest:
            return b"encryption-data" in manifest.read(100_000)
    except (KeyError, *ZIP_FAULTS):
        return False


def _ole_kind(data: bytes) -> str:
    for name, kind in _OLE_KINDS.items():
        if _has_ole_entry(data, name):
            if kind == "protected":
                raise RefusedFileError(
                    "The workbook is protected by a password; ask the publisher for an open copy."
                )
            if kind.startswith("a"):
                raise RefusedFileError(f"The file is {kind}, not a table of payments.")
            return kind
    raise RefusedFileError("The file is an OLE container without a workbook, or is cut short.")


def _has_ole_entry(data: bytes, name: str) -> bool:
    """Whether a directory entry begins with the name; entries are 128 bytes long and aligned."""
    sought = name.encode("utf-16-le")
    place = data.find(sought, 512)
    while place >= 0:
        if place % 128 == 0:
            return True
        place = data.find(sought, place + 1)
    return False


def text_kind(text: bytes) -> str:
    """One of html, spreadsheet-xml, delimited.

    Raises RefusedFileError when the text is a JSON or XML answer or a saved web archive.
    """
    head = text[:4_000]
    if _HTML_START.match(head):
        return "html"
    if _XML_START.match(head):
        if _SPREADSHEET_XML in text[:64_000]:
            return "spreadsheet-xml"
        raise RefusedFileError(
            f"The file is an XML answer, not a table of payments: {_first_words(text)}"
        )
    if _JSON_START.match(head):
        raise RefusedFileError(
            f"The file is a JSON answer, not a table of payments: {_first_words(text)}"
        )
    if _MHTML_START.match(head):
        raise RefusedFileError("The file is a saved web archive (MHTML); save it as xlsx or csv.")
    return "delimited"


def _first_words(text: bytes) -> str:
    return " ".join(text[:400].decode(errors="replace").split())[:120]
