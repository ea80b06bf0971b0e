import pytest

from pipeline.errors import RefusedFileError
from pipeline.read import read_workbook

BOOK = """<?xml version="1.0"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:x="urn:schemas-microsoft-com:office:excel"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="Spend"><Table>{rows}</Table></Worksheet></Workbook>"""


def rows_of(rows: str) -> list[tuple[str | None, ...]]:
    (grid,) = read_workbook(BOOK.format(rows=rows).encode()).grids
    assert grid.name == "Spend"
    return grid.frame.drop("row_number").rows()


def cell(kind: str, text: str, attributes: str = "") -> str:
    return f'<Cell {attributes}><Data ss:Type="{kind}">{text}</Data></Cell>'


def test_values_are_read_by_their_type():
    rows = rows_of(
        "<Row>"
        + cell("String", "Acme &amp; Sons")
        + cell("Number", "1234.50")
        + cell("Number", "1.5E3")
        + cell("DateTime", "2024-04-01T00:00:00.000")
        + cell("DateTime", "2024-04-01T13:30:00.000")
        + cell("Boolean", "1")
        + cell("Error", "#REF!")
        + "</Row>"
    )
    assert rows == [
        ("Acme & Sons", "1234.50", "1500", "2024-04-01", "2024-04-01 13:30:00", "TRUE", "#REF!")
    ]


def test_cells_and_rows_keep_the_places_that_they_name():
    row = cell("String", "a") + cell("String", "d", 'ss:Index="4"')
    rows = rows_of(f'<Row>{row}</Row><Row ss:Index="3">{cell("String", "x")}</Row>')
    assert rows == [("a", None, None, "d"), (None,) * 4, ("x", None, None, None)]


def test_a_place_beyond_all_sheets_is_refused():
    with pytest.raises(RefusedFileError, match="limit"):
        rows_of(f'<Row ss:Index="999999999">{cell("String", "x")}</Row>')


def test_a_cut_document_is_refused():
    data = BOOK.format(rows="<Row></Row>").encode()[:-40]
    with pytest.raises(RefusedFileError, match="cut short"):
        read_workbook(data)


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("cp1252", "utf-8"), ("cp1252", "windows-1252"), ("utf-16", "utf-16"), ("utf-8-sig", "utf-8")],
)
def test_the_bytes_say_the_encoding_not_the_document(encoding, said):
    row = f"<Row>{cell('String', 'Café & Søn')}{cell('Number', '1')}</Row>"
    text = BOOK.format(rows=row).replace('"1.0"', f'"1.0" encoding="{said}"')
    (grid,) = read_workbook(text.encode(encoding)).grids
    assert grid.frame.drop("row_number").rows() == [("Café & Søn", "1")]


def test_blanks_and_comments_may_come_first():
    text = "\r\n" + BOOK.format(rows=f"<Row>{cell('String', 'a')}{cell('String', 'b')}</Row>")
    text = text.replace("<Workbook", f"<!--{'-x' * 5_000}--><Workbook")
    assert read_workbook(text.encode()).format == "xml"
