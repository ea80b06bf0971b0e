"""Whatever the bytes: a workbook or a refusal, soon, and never a crash."""

import io
import random
import time
import zipfile
from contextlib import suppress

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import RefusedFileError
from pipeline.normalise.reading import read_payments
from pipeline.read import read_workbook
from tests.read.pdf_writer import PdfPage, pdf_of


def small_workbook() -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    for number in range(30):
        book.active.append([f"Supplier {number}", number, "01/04/2024"])
    book.save(out)
    return out.getvalue()


def small_pdf() -> bytes:
    page = PdfPage()
    for number in range(30):
        page.text(40, 700 - 14 * number, f"Supplier {number}")
        page.text(200, 700 - 14 * number, f"{number}.00")
        page.line(30, 695 - 14 * number, 300, 695 - 14 * number)
    return pdf_of(page)


SEEDS = {
    "csv": b'Supplier,Date,Amount\n"Smith, J",01/04/2024,"\xa31,234.50"\n' * 20,
    "utf-16": ("Supplier\tAmount\n" + "Acme\t£1.00\n" * 20).encode("utf-16"),
    "html": b"<html><table><tr><td>Supplier<td>Amount<tr><td>Acme<td>1.00</table>" * 5,
    "xlsx": small_workbook(),
    "pdf": small_pdf(),
}


def read_or_refuse(data: bytes) -> None:
    start = time.process_time()
    with suppress(RefusedFileError):
        assert read_workbook(data).grids
    assert time.process_time() - start < 30


def mutated(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    match chance.randrange(4):
        case 0:
            return data[:at]
        case 1:
            return data[at:]
        case 2:
            return data[:at] + chance.randbytes(chance.randrange(1, 60)) + data[at:]
        case _:
            spoiled = bytearray(data)
            for _ in range(chance.randrange(1, 20)):
                spoiled[chance.randrange(len(data))] = chance.randrange(256)
            return bytes(spoiled)


@pytest.mark.parametrize("kind", SEEDS)
def test_spoiled_files_are_read_or_refused(kind):
    chance = random.Random(kind)  # noqa: S311 - mutations that can be repeated
    for _ in range(60):
        read_or_refuse(mutated(SEEDS[kind], chance))


@given(st.binary(max_size=400))
@settings(max_examples=150)
def test_any_bytes_are_read_or_refused(data):
    read_or_refuse(data)


@given(st.text(st.sampled_from('",;\t|\n\rab£ '), max_size=200))
@settings(max_examples=200)
def test_any_mix_of_quotes_and_delimiters_is_read_or_refused(text):
    read_or_refuse(text.encode())


@pytest.mark.parametrize(
    "data",
    [
        b"a" * 20_000_000,
        b'"' * 5_000_000,
        b'"a\n' * 500_000,
        b'","\n' * 500_000,
        b'a"b,"c\n' * 200_000,
        b"\n" * 10_000_000,
        b"<" * 1_000_000,
        b"<html>" + b"<div>" * 500_000,
        b"{" * 1_000_000,
        b"\0a" * 1_000_000,
    ],
    ids=lambda data: repr(data[:12]),
)
def test_endless_repetition_ends_soon(data):
    start = time.process_time()
    read_or_refuse(data)
    assert time.process_time() - start < 10


def test_a_workbook_of_very_many_columns_is_refused_soon():
    """One row of 100,000 cells once took minutes: each column became a frame's own."""
    book = openpyxl.Workbook()
    out = io.BytesIO()
    book.save(out)
    again = io.BytesIO()
    cells = b"<row>" + b"<c><v>1</v></c>" * 100_000 + b"</row>"
    with zipfile.ZipFile(out) as package, zipfile.ZipFile(again, "w") as wide:
        for name in package.namelist():
            content = package.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b"<sheetData/>", b"<sheetData>" + cells + b"</sheetData>")
                content = content.replace(
                    b"<sheetData></sheetData>", b"<sheetData>" + cells + b"</sheetData>"
                )
                assert cells in content
            wide.writestr(name, content)
    with pytest.raises(RefusedFileError, match="100,000 columns and the limit is 16,384"):
        read_workbook(again.getvalue())


def test_more_odd_rows_than_there_is_time_for_are_refused():
    data = b"Date,Supplier,Amount\n" + b",Total,5.00\n" * 800_000
    summary = read_payments(data).summary
    assert summary.status == "refused"
    assert "800,001 of its rows lack a date, supplier or amount" in (summary.reason or "")


def test_an_unforeseen_fault_refuses_the_file_and_says_so(monkeypatch):
    def fails(*_):
        raise ZeroDivisionError("nobody foresaw it")

    monkeypatch.setattr("pipeline.normalise.reading.plan_sheets", fails)
    summary = read_payments(b"Date,Supplier,Amount\n01/04/2024,Acme Ltd,1.00\n").summary
    assert summary.status == "refused"
    assert "ZeroDivisionError: nobody foresaw it" in (summary.reason or "")


def test_headings_that_change_without_end_are_refused():
    data = (
        b"Date,Supplier,Amount\n01/04/2024,A Ltd,1.00\nSupplier,Date,Amount\nB Ltd,01/04/2024,2.0\n"
    )
    summary = read_payments(data * 1_000).summary
    assert summary.status == "refused"
    assert "its headings change 2,000 times and the limit is 500" in (summary.reason or "")


def test_a_superscript_digit_is_no_year():
    data = "Month,Year,Supplier,Amount\nAUGUST,202³,A Ltd,1.00\nAUGUST,2023,B Ltd,2.00\n".encode()
    summary = read_payments(data).summary
    assert (summary.status, summary.payments, summary.first_date) == ("payments", 2, "2023-08-01")
