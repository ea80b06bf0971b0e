import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.read import read_workbook
from pipeline.read.delimited import read_delimited
from pipeline.read.limits import DEFAULT_LIMITS
from pipeline.read.quotes import Dialect, is_plain, quotes_are_proper

HEADER = "Supplier,Date,Amount,Note\n"
GOOD = "Acme Ltd,01/04/2024,10.00,x\n"


def rows_of(text: str) -> list[tuple[str | None, ...]]:
    (grid,) = read_workbook(text.encode()).grids
    return grid.frame.drop("row_number").rows()


@pytest.mark.parametrize(
    ("line", "first_cell"),
    [
        ('"Acme Ltd,01/04/2024,10.00,x', '"Acme Ltd'),
        ('Acme "Best" Ltd,01/04/2024,10.00,x', 'Acme "Best" Ltd'),
        ('"Acme "Best" Ltd",01/04/2024,10.00,x', 'Acme "Best" Ltd'),
        ('"Acme "Best, Really" Ltd",01/04/2024,10.00,x', 'Acme "Best, Really" Ltd'),
        ('"Acme" Ltd,01/04/2024,10.00,x', '"Acme" Ltd'),
        ('6" pipe,01/04/2024,10.00,x', '6" pipe'),
        (' "Smith, J",01/04/2024,10.00,x', "Smith, J"),
    ],
)
def test_a_stray_quote_spoils_no_other_cell(line, first_cell):
    rows = rows_of(HEADER + GOOD * 3 + line + "\n" + GOOD * 3)
    assert len(rows) == 8
    assert rows[4] == (first_cell, "01/04/2024", "10.00", "x")
    assert rows[5] == ("Acme Ltd", "01/04/2024", "10.00", "x")


def test_two_stray_quotes_far_apart_do_not_swallow_the_rows_between():
    opening = '"Acme,01/04/2024,10.00,x\n'
    closing = 'Acme,01/04/2024,10.00,x"\n'
    rows = rows_of(HEADER + opening + GOOD * 200 + closing)
    assert len(rows) == 203


def test_a_cell_may_go_on_over_lines_beside_a_stray_quote_elsewhere():
    text = HEADER + GOOD * 3 + '"Acme\nTrading\nLtd",01/04/2024,10.00,x\n' + '6"" pipe"",1,2,3\n'
    rows = rows_of(text)
    assert rows[4] == ("Acme\nTrading\nLtd", "01/04/2024", "10.00", "x")
    assert len(rows) == 6


def test_a_quote_that_never_closes_at_the_end_of_the_file():
    rows = rows_of(HEADER + GOOD * 3 + '"Acme,01/04/2024,10.00,x')
    assert rows[-1] == ('"Acme', "01/04/2024", "10.00", "x")


def test_a_cell_of_very_many_lines_was_opened_by_a_stray_quote():
    dialect = Dialect(b",", 4)
    assert quotes_are_proper(b'"Acme' + b"\nLtd" * 39 + b'",b,c,d\n', dialect)
    assert not quotes_are_proper(b'"Acme' + b"\nLtd" * 41 + b'",b,c,d\n', dialect)


def are_proper_byte_by_byte(text: str) -> bool:
    """By a machine of states: a quote opens only at a border, and closes only before one."""
    state = "border"
    for char in f"{text}\n":
        if state == "within":
            state = "closed" if char == '"' else "within"
        elif state == "closed" and char == '"':
            state = "within"
        elif char in ",\n":
            state = "border"
        elif char == '"' and state == "border":
            state = "within"
        elif char == '"' or state == "closed":
            return False
        else:
            state = "plain"
    return state == "border"


FIELDS = st.text('",a£ ', max_size=5) | st.text("a£ ").map('"{}"'.format) | st.just('"a ""b"""')


@given(st.lists(st.lists(FIELDS, min_size=1, max_size=4).map(",".join), max_size=4).map("\n".join))
def test_quotes_are_proper_as_a_machine_of_states_says(text):
    # What stands between lines is left out: there whole records tell a stray quote.
    if all(line.count('"') % 2 == 0 for line in text.split("\n")):
        assert quotes_are_proper(text.encode(), Dialect(b",", 9)) is are_proper_byte_by_byte(text)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ('a,b\r\n"c","d, e"\r\n', True),
        ('a,\n\n,"£5 c"', True),
        ("a,b \nc,d\n", False),
        ("a,b\nc,\xa0d\n", False),
        ('a,b\n"","d"\n', False),
        ('a,b\n"c ","d"\n', False),
        ('a,b\nc,"d ""e"""\n', False),
        ('a,b\nc,"d\ne"\n', False),
        ('a,b\nc,6" d\n', False),
        ("a,b\rc,d\r", False),
        ("a,b\r\r\nc,d\r\r\n", False),
    ],
)
@pytest.mark.parametrize("delimiter", [",", "|", ";"])
def test_plain_text_needs_no_second_look(text, plain, delimiter):
    dialect = Dialect(delimiter.encode(), 2)
    assert is_plain(text.replace(",", delimiter).encode(), dialect) is plain


CELLS = st.sampled_from(["", "a", "£5", '"b, c"', '"b"', '""', " a", "a ", '"a "', '"b ""c"""'])
LINES = st.lists(CELLS, min_size=3, max_size=3).map(",".join)


@given(st.lists(LINES, min_size=1, max_size=6), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_plain_text_is_read_as_text_with_one_that_is_not(lines, line_end, ends):
    """A last line that is not plain makes the reader look twice at all the others."""
    text = line_end.join(["x,y,z", *lines]) + line_end * ends
    looked_at = line_end.join(["x,y,z", *lines, "odd ,odd,odd"])
    once = read_delimited(text.encode(), DEFAULT_LIMITS).frame
    twice = read_delimited(looked_at.encode(), DEFAULT_LIMITS).frame
    assert once.rows() == twice.select(once.columns).head(once.height).rows()
