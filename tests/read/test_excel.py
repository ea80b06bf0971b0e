import datetime as dt
import io
import re
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import numbers

from pipeline.errors import RefusedFileError
from pipeline.read import Limits, read_workbook
from pipeline.read.cells import column_of_strings, text_of_number


def workbook_of(*sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(row)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(data: bytes, change) -> bytes:
    """The package with `change(name, content)` in place of each member's content."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out.getvalue()


def rows_of(data: bytes, sheet: int = 0) -> list[tuple[str | None, ...]]:
    return read_workbook(data).grids[sheet].frame.drop("row_number").rows()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("  Acme Ltd\xa0", "Acme Ltd"),
        ("two\nlines", "two\nlines"),
        ("   ", None),
        (105, "105"),
        (105.0, "105"),
        (1234.5, "1234.5"),
        (1e21, "1000000000000000000000"),
        (1.5e-7, "0.00000015"),
        (-20.25, "-20.25"),
        (True, "TRUE"),
        (dt.datetime(2024, 4, 1), "2024-04-01"),
        (dt.datetime(2024, 4, 1, 13, 30), "2024-04-01 13:30:00"),
        (45383, "45383"),
        ("01/04/2024", "01/04/2024"),
    ],
)
def test_a_cell_is_the_text_a_person_would_copy(value, text):
    data = workbook_of([["heading", "x"], [value, "x"]])
    assert rows_of(data)[1] == (text, "x")


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.integers(-(10**9), 10**9),
            st.decimals(-(10**7), 10**7, places=2).map(float),
            st.text(st.characters(codec="ascii", exclude_categories=["C"]), min_size=1),
        ),
        min_size=1,
        max_size=20,
    )
)
@settings(max_examples=40)
def test_mixed_columns_keep_every_cell(values):
    data = workbook_of([[value, "x"] for value in values])
    expected = [
        value.strip() or None
        if isinstance(value, str)
        else None
        if value is None
        else text_of_number(repr(value))
        for value in values
        if not (isinstance(value, str) and value.startswith("="))
    ]
    read = [
        row[0]
        for row, value in zip(rows_of(data), values, strict=True)
        if not (isinstance(value, str) and value.startswith("="))
    ]
    assert read == expected


@pytest.mark.parametrize("others", [[], ["text"], ["text", True, None]])
def test_floats_keep_every_digit_whatever_else_is_in_the_column(others):
    values = [0.1 + 0.2, 1e-7, -1e21, 105.0, *others]
    texts = ["0.30000000000000004", "0.0000001", "-1000000000000000000000", "105"]
    assert column_of_strings(values).to_list()[:4] == texts


def test_a_moment_just_short_of_midnight_is_the_next_day():
    moment = dt.datetime(2024, 3, 31, 23, 59, 59, 999_999)
    assert column_of_strings([moment]).to_list() == ["2024-04-01"]


def test_row_numbers_are_those_of_the_sheet():
    book = openpyxl.Workbook()
    book.active["C4"] = "Supplier"
    book.active["D6"] = 5
    frame = read_workbook(saved(book)).grids[0].frame
    assert frame.filter(frame["2"] == "Supplier")["row_number"].to_list() == [4]
    assert frame.filter(frame["3"] == "5")["row_number"].to_list() == [6]


def test_rows_hidden_by_a_filter_count():
    book = openpyxl.Workbook()
    for number in range(5):
        book.active.append([f"row {number}", number])
    book.active.row_dimensions[3].hidden = True
    assert len(rows_of(saved(book))) == 5


def test_hidden_sheets_are_marked():
    book = openpyxl.Workbook()
    book.active.append(["a", 1])
    for state in ("hidden", "veryHidden"):
        sheet = book.create_sheet(state)
        sheet.append(["b", 2])
        sheet.sheet_state = state
    grids = read_workbook(saved(book)).grids
    assert [(grid.name, grid.is_hidden) for grid in grids] == [
        ("Sheet", False),
        ("hidden", True),
        ("veryHidden", True),
    ]


def test_errors_are_read_as_their_text():
    book = openpyxl.Workbook()
    book.active.append(["Supplier", "Amount"])
    book.active.append(["Acme", None])
    book.active["B2"].value = "#REF!"
    book.active["B2"].data_type = "e"
    assert rows_of(saved(book))[1] == ("Acme", "#REF!")


def test_serial_numbers_beside_real_dates_stay_numbers():
    book = openpyxl.Workbook()
    book.active.append(["Date", "Amount"])
    book.active.append([dt.date(2024, 4, 1), 1])
    book.active.append([45384, 2])
    book.active["A2"].number_format = numbers.FORMAT_DATE_DDMMYY
    assert [row[0] for row in rows_of(saved(book))] == ["Date", "2024-04-01", "45384"]


def test_strict_ooxml_is_read():
    def strict(name: str, content: bytes) -> bytes:
        for old, new in (
            (
                rb"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                rb"http://purl.oclc.org/ooxml/spreadsheetml/main",
            ),
            (
                rb"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                rb"http://purl.oclc.org/ooxml/officeDocument/relationships",
            ),
        ):
            content = re.sub(re.escape(old), new, content)
        return content

    data = repacked(workbook_of([["Supplier", "Amount"], ["Acme", 12.5]]), strict)
    assert rows_of(data) == [("Supplier", "Amount"), ("Acme", "12.5")]


def test_a_workbook_is_an_xlsx_by_its_content():
    assert read_workbook(workbook_of([["a", 1]])).format == "xlsx"


def test_sheets_with_far_cells_are_read_without_their_rectangle():
    book = openpyxl.Workbook()
    book.active.append(["Supplier", "Amount"])
    for number in range(200):
        book.active.append([f"Supplier {number}", number])
    book.active["ZZ3"] = "stray"
    frame = read_workbook(saved(book), Limits(max_sheet_cells=10_000)).grids[0].frame
    assert frame.height == 201
    assert frame["701"].drop_nulls().to_list() == ["stray"]


def test_two_cells_at_the_ends_of_the_sheet_are_refused():
    book = openpyxl.Workbook()
    book.active["A1"] = "a"
    book.active["XFD1048576"] = "b"
    with pytest.raises(RefusedFileError, match="memory"):
        read_workbook(saved(book))


def test_a_truncated_workbook_is_refused():
    data = workbook_of([["Supplier", "Amount"]] * 50)
    with pytest.raises(RefusedFileError, match="cut short"):
        read_workbook(data[: len(data) // 2])


def test_a_workbook_with_a_damaged_part_is_refused():
    data = bytearray(workbook_of([["Supplier", "Amount"]] * 50))
    data[data.index(b"xl/worksheets/sheet1.xml") + 60] ^= 0xFF
    with pytest.raises(RefusedFileError, match="damaged"):
        read_workbook(bytes(data))


def test_a_workbook_that_unpacks_to_far_more_than_its_size_is_refused():
    data = repacked(
        workbook_of([["a", 1]]),
        lambda name, content: content + b" " * 60_000_000 if "sheet1" in name else content,
    )
    with pytest.raises(RefusedFileError, match="times its size"):
        read_workbook(data)


def test_a_directory_that_lies_about_sizes_is_refused():
    data = bytearray(workbook_of([["a", "b" * 5_000]]))
    central = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/worksheets/sheet1.xml"))
    data[central + 24 : central + 28] = (100).to_bytes(4, "little")
    with pytest.raises(RefusedFileError, match="damaged"):
        read_workbook(bytes(data))


def test_entities_that_expand_without_end_do_no_harm():
    bomb = b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 1_000 + b'">'
    for this, last in zip("bcdefgh", "abcdefg", strict=True):
        bomb += f'<!ENTITY {this} "{f"&{last};" * 10}">'.encode()
    bomb += b"]>"

    def armed(name: str, content: bytes) -> bytes:
        if "sheet1" not in name:
            return content
        head, _, rest = content.partition(b"<worksheet")
        return head + bomb + b"<worksheet" + rest.replace(b"<v>0</v>", b"<v>&h;</v>")

    data = repacked(workbook_of([["a", 0]]), armed)
    try:
        grids = read_workbook(data).grids
    except RefusedFileError:
        return
    assert sum(grid.frame.estimated_size() for grid in grids) < 100_000


def test_more_sheets_than_the_limit_are_refused():
    data = workbook_of(*([[["a", 1]]] * 5))
    with pytest.raises(RefusedFileError, match="5 sheets"):
        read_workbook(data, Limits(max_sheets=4))
