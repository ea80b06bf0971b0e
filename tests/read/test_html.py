import pytest

from pipeline.errors import RefusedFileError
from pipeline.read import read_workbook

PAGE = """<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>"""


def rows_of(body: str) -> list[tuple[str | None, ...]]:
    (grid,) = read_workbook(PAGE.format(title="Spend", body=body).encode()).grids
    return grid.frame.drop("row_number").rows()


def test_a_table_of_a_page_is_a_grid():
    rows = rows_of(
        "<table><tr><th>Supplier<th>Amount<tr><td> Acme &amp;\n Sons <td>&pound;1,234.50</table>"
    )
    assert rows == [("Supplier", "Amount"), ("Acme & Sons", "£1,234.50")]


def test_a_break_is_a_line_of_the_cell():
    rows = rows_of("<table><tr><td>a<td>b<tr><td>Acme<br/>Ltd<td>1</table>")
    assert rows[1] == ("Acme\nLtd", "1")


def test_cells_that_span_leave_the_others_in_their_columns():
    rows = rows_of(
        "<table><tr><td colspan=2>both<td>c<tr><td rowspan=2>tall<td>1<td>2<tr><td>3<td>4</table>"
    )
    assert rows == [("both", None, "c"), ("tall", "1", "2"), ("tall", "3", "4")]


def test_a_number_that_spans_rows_counts_once():
    rows = rows_of("<table><tr><td>Acme<td rowspan=2>&pound;1,000.00<tr><td>Brook</table>")
    assert rows == [("Acme", "£1,000.00"), ("Brook", None)]


def test_tables_for_layout_are_passed_over_for_those_within():
    inner = "<table><tr><td>Supplier<td>Amount<tr><td>Acme<td>1</table>"
    assert rows_of(f"<table><tr><td>menu<td>{inner}</table>")[0] == ("Supplier", "Amount")


def test_a_table_in_the_cell_of_a_list_is_part_of_the_cell():
    inner = "<table><tr><td>Rep<td>airs</table>"
    row = f"<tr><td>Acme<td>{inner}<td>1.00"
    assert rows_of(f"<table><tr><td>Supplier<td>For<td>Amount{row}{row}</table>")[1:] == [
        ("Acme", "Repairs", "1.00"),
        ("Acme", "Repairs", "1.00"),
    ]


def test_what_is_kept_out_of_sight_for_sorting_is_left_out():
    day = '<span style="display: none">20240401</span>01/04/2024'
    assert rows_of(f"<table><tr><td>a<td>b<tr><td>{day}<td>1</table>")[1] == ("01/04/2024", "1")


@pytest.mark.parametrize("before", ["", "<font face=Arial>Report</font>", "<h2>Spend</h2>", "<br>"])
def test_a_table_without_a_page_around_it_is_read(before):
    rows = "<tr><td>Supplier</td><td>Amount</td></tr><tr><td>A</td><td>1</td></tr>"
    assert read_workbook(f"{before}<table border=1>{rows}".encode()).format == "html"


def test_a_page_that_breaks_off_within_a_row_is_refused():
    rows = "<tr><td>Supplier</td><td>Amount</td></tr><tr><td>A</td><td>1</td></tr>"
    page = PAGE.format(title="Spend", body=f"<table>{rows * 9}</table>").encode()
    with pytest.raises(RefusedFileError, match="breaks off within a table"):
        read_workbook(page[:-60])


@pytest.mark.parametrize(
    ("title", "body", "cause"),
    [
        ("Page not found", "<p>Sorry</p>", "titled 'Page not found' without a table"),
        ("Access Denied", "<h1>Access Denied</h1>", "titled 'Access Denied'"),
        ("Just a moment...", "<div id=cf-chl></div>", "checks for robots"),
        ("", "<script src=/_Incapsula_Resource></script>", "checks for robots"),
        ("Menu", "<table><tr><td>only one cell</td></tr></table>", "without a table"),
    ],
)
def test_a_page_without_a_table_is_refused_as_what_it_is(title, body, cause):
    with pytest.raises(RefusedFileError, match=cause):
        read_workbook(PAGE.format(title=title, body=body).encode())


def test_endless_spans_and_nesting_do_no_harm():
    wide = '<table><tr><td colspan="999999999" rowspan="999999999">a<td>b</tr><tr><td>c</table>'
    assert len(rows_of(wide)) == 2
    with pytest.raises(RefusedFileError):
        read_workbook(b"<html>" + b"<table><tr><td>" * 20_000)
