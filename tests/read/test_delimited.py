import csv
import io

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import RefusedFileError
from pipeline.read import Limits, read_workbook
from pipeline.read.delimited import find_dialect
from pipeline.read.quotes import Dialect

HEADINGS = ["Supplier", "Date", "Amount", "Description"]
DELIMITERS = [",", ";", "\t", "|"]
words = st.text(
    st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters='œ\ufffd,;\t|"\r\n')
    | st.sampled_from('"\n '),
    max_size=12,
)
tables = st.lists(st.lists(words, min_size=4, max_size=4), min_size=3, max_size=12)


def cells_of(data: bytes) -> list[tuple[str | None, ...]]:
    (grid,) = read_workbook(data).grids
    assert grid.frame["row_number"].to_list() == list(range(1, grid.frame.height + 1))
    return grid.frame.drop("row_number").rows()


def written(rows, delimiter=",", line_end="\n", quoting=csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows(rows)
    return out.getvalue()


def as_read(rows) -> list[tuple[str | None, ...]]:
    """What a reader should make of the rows: stripped, empty as null, trailing nulls cut."""
    stripped = [[cell.strip() or None for cell in row] for row in rows]
    width = max(at + 1 for row in stripped for at, cell in enumerate(row) if cell)
    return [tuple((row + [None] * width)[:width]) for row in stripped]


@given(
    tables,
    st.sampled_from(DELIMITERS),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_rows_come_back_as_they_were_written(table, delimiter, line_end, quoting):
    rows = [HEADINGS, *table]
    if line_end == "\r":
        quoting = csv.QUOTE_ALL  # Python's writer quotes a line feed only in files that use it.
    text = written(rows, delimiter, line_end, quoting)
    assert cells_of(text.encode()) == as_read(rows)


@given(tables, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]))
def test_rows_survive_every_unicode_encoding(table, encoding):
    rows = [HEADINGS, *table, ["The last row is plain English text"] * 4]
    assert cells_of(written(rows).encode(encoding)) == as_read(rows)


@given(st.lists(st.lists(st.text(alphabet="ab£é–’€ ,", max_size=9), min_size=4, max_size=4)))
def test_rows_survive_cp1252(table):
    rows = [HEADINGS, *table, ["£1,234.50", "café", "it’s", "10 – 12"]]
    assert cells_of(written(rows).encode("cp1252")) == as_read(rows)


@settings(max_examples=15)
@given(tables, st.integers(min_value=2_000, max_value=20_000))
def test_large_texts_are_cut_as_pythons_csv_module_cuts_them(table, times):
    rows = [HEADINGS, *(table * (times // len(table)))]
    text = written(rows)
    assert cells_of(text.encode()) == as_read(list(csv.reader(io.StringIO(text, newline=""))))


def test_blank_records_count_in_the_row_numbers():
    assert cells_of(b"\n\na,b\n\n1,2\n") == [
        (None, None),
        (None, None),
        ("a", "b"),
        (None, None),
        ("1", "2"),
    ]


def test_ragged_rows_are_padded_and_never_cut():
    rows = [",".join(map(str, range(width))) for width in (3, 3, 3, 40, 1)]
    cells = cells_of("\n".join(rows).encode())
    assert [sum(cell is not None for cell in row) for row in cells] == [3, 3, 3, 40, 1]


def test_empty_columns_at_the_right_are_cut():
    assert cells_of(b"a,b,,,\n1,2,,,\n") == [("a", "b"), ("1", "2")]


def test_lines_of_a_report_writer_stay_rows():
    text = "FORMAT CIAXLONE REPORT\nLIST\nSupplier,Date,Amount\nA,01/04/2024,1.00\nfooter\n"
    assert cells_of(text.encode())[0] == ("FORMAT CIAXLONE REPORT", None, None)


def test_thousands_commas_do_not_make_a_tab_file_a_comma_file():
    text = "Supplier\tAmount\n" + "Acme\t1,234.50\n" * 5
    assert cells_of(text.encode())[1] == ("Acme", "1,234.50")


def test_one_wide_line_does_not_make_a_tables_width():
    text = b"Supplier;Amount\n" + b"Acme;1,234.50\n" * 5 + b"a note, with, many, commas, in it\n"
    assert find_dialect(text + b"B;2.00\n") == Dialect(b";", 2)
    ragged = b"a,b\n" * 5 + b"a,b,c,d,e\n"
    assert find_dialect(ragged + b"a,b\n").width == 2


def test_lines_that_are_quoted_whole_are_cut_all_the_same():
    text = '"Supplier,Date,Amount"\n"""Smith, J"",01/04/2024,5.00"\n"Acme,02/04/2024,6.00"\n'
    assert cells_of(text.encode()) == [
        ("Supplier", "Date", "Amount"),
        ("Smith, J", "01/04/2024", "5.00"),
        ("Acme", "02/04/2024", "6.00"),
    ]


def test_a_separator_line_for_excel_is_a_row_and_decides_the_delimiter():
    assert cells_of(b"sep=;\na,1;b,2\nc,3;d,4\n") == [
        ("sep=", None),
        ("a,1", "b,2"),
        ("c,3", "d,4"),
    ]


def test_a_million_columns_are_refused():
    with pytest.raises(RefusedFileError, match="columns"):
        read_workbook(b"," * 1_000_000 + b"\n")


def test_more_cells_than_the_limit_are_refused():
    with pytest.raises(RefusedFileError, match="limit is 99 cells"):
        read_workbook(b"a,b\n" * 100, Limits(max_text_cells=99))
    with pytest.raises(RefusedFileError, match="limit for repairing such is 99"):
        read_workbook(b'a,"b\n' * 100, Limits(max_repaired_cells=99))


def test_one_wide_record_among_many_is_refused_before_it_widens_them_all():
    with pytest.raises(RefusedFileError, match="of up to 10,001 columns"):
        read_workbook(b"a,b,c\n" * 100_000 + b"1," * 10_000)


def test_all_columns_are_strings():
    (grid,) = read_workbook(b"a,1\nb,2.50\n").grids
    assert grid.frame.schema == {"row_number": pl.Int64, "0": pl.String, "1": pl.String}


def test_a_record_glued_to_the_next_over_a_line_end_is_read_all_the_same():
    """Polars counts more fields in it than the cutting line by line does."""
    record = '1,2,3,"a\nb",5,6,7,8,9\n'
    glued = '1,2,3,"a\nb",5,6,7,8,91,2,3,"a\nb",5,6,7,8,9\n'
    assert any("91" in map(str, row) for row in cells_of((record * 3 + glued + record).encode()))
