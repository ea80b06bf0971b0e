"""One refusal for every kind of bytes that hold no payments, each named as what it is."""

import gzip
import io
import zipfile

import openpyxl
import pytest

from pipeline.errors import RefusedFileError
from pipeline.read import Limits, read_workbook
from pipeline.read.sniff import content_kind

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


def ole_with(stream: str) -> bytes:
    return OLE + stream.encode("utf-16-le") + b"\0" * 512


def package_with(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr(name, "<document/>")
    return out.getvalue()


def open_document(mimetype: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", mimetype)
        package.writestr("content.xml", "<content/>")
    return out.getvalue()


def encrypted_open_document() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", bytes(range(256)))
        package.writestr("META-INF/manifest.xml", "<file-entry><encryption-data/></file-entry>")
    return out.getvalue()


def workbook() -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    for number in range(300):
        book.active.append([f"Supplier {number}", number])
    book.save(out)
    return out.getvalue()


REFUSALS = {
    "zero bytes": (b"", "empty (0 bytes"),
    "only white space": (b"\r\n \0\n", "empty (5 bytes"),
    "json error": (b'{"error": {"code": 404, "message": "Not found"}}', "JSON answer"),
    "json list": (b'[{"a": 1}]', "JSON answer"),
    "xml error": (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "XML answer"),
    "web archive": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", "web archive"),
    "png": (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "PNG image"),
    "jpeg": (b"\xff\xd8\xff\xe0" + b"\0" * 50, "JPEG image"),
    "gif": (b"GIF89a" + b"\0" * 50, "GIF image"),
    "webp": (b"RIFF\x10\0\0\0WEBPVP8 ", "WebP image"),
    "rich text": (b"{\\rtf1 payments}", "rich text"),
    "rar": (b"Rar!\x1a\x07\x00", "RAR archive"),
    "7z": (b"7z\xbc\xaf\x27\x1c\0", "7-Zip archive"),
    "parquet": (b"PAR1....PAR1", "Parquet"),
    "access database": (b"\0\1\0\0Standard Jet DB\0", "Access database"),
    "excel 4 sheet": (b"\x09\x04\x06\x00\0\0\x10\0" + b"\0" * 20, "Excel 2 to 4"),
    "protected ods": (encrypted_open_document(), "protected by a password"),
    "protected workbook": (ole_with("EncryptedPackage"), "protected by a password"),
    "old word document": (ole_with("WordDocument"), "Word document"),
    "outlook message": (ole_with("__substg1.0_0037001F"), "Outlook message"),
    "ole without workbook": (OLE, "without a workbook"),
    "damaged xls": (ole_with("Workbook"), "damaged or cut short"),
    "word document": (package_with("word/document.xml"), "Word document"),
    "presentation": (package_with("ppt/presentation.xml"), "PowerPoint presentation"),
    "open document text": (
        open_document("application/vnd.oasis.opendocument.text"),
        "no spreadsheet",
    ),
    "truncated workbook": (workbook()[:3_000], "cut short"),
    "workbook without its beginning": (workbook()[1_000:], "beginning is missing"),
    "truncated gzip": (gzip.compress(b"Supplier,Amount\n" * 99)[:-20], "gzip file is damaged"),
    "damaged pdf": (b"%PDF-1.7\n%nothing else\n%%EOF\n", "pdf is damaged"),
    "cut pdf": (b"%PDF-1.7\n1 0 obj\n", "cut short"),
    "random bytes": (bytes(range(256)) * 8, "binary data"),
}


@pytest.mark.parametrize(("data", "cause"), REFUSALS.values(), ids=REFUSALS.keys())
def test_bytes_without_payments_are_refused_as_what_they_are(data, cause):
    with pytest.raises(RefusedFileError) as refusal:
        read_workbook(data)
    assert cause in str(refusal.value)


@pytest.mark.parametrize(("data", "cause"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refusal_is_one_short_sentence(data, cause):
    with pytest.raises(RefusedFileError) as refusal:
        read_workbook(data)
    assert str(refusal.value).startswith("The ")
    assert len(str(refusal.value)) < 300
    assert "\n" not in str(refusal.value)


def test_a_file_beyond_the_limit_is_refused_unread():
    with pytest.raises(RefusedFileError, match="limit is 10"):
        read_workbook(b"a,b\n" * 5, Limits(max_bytes=10))


def test_a_gzipped_table_is_read():
    assert read_workbook(gzip.compress(b"Supplier,Amount\nAcme,1\n")).format == "csv"


def test_a_csv_that_begins_like_markup_is_still_a_csv():
    table = b"<500,Supplier,Amount\n1,Acme,2.00\n2,Best,3.00\n"
    assert read_workbook(table).grids[0].frame.height == 3
    assert read_workbook(b"[Redacted],Supplier,Amount\n1,Acme,2\n").grids[0].frame.height == 2


def test_a_cell_that_names_a_word_document_makes_no_word_document():
    workbook = OLE + "Workbook".encode("utf-16-le") + b"\0" * 200
    assert content_kind(workbook + "see WordDocument".encode("utf-16-le")) == "xls"
