import time

import pytest

from pipeline.errors import RefusedFileError
from pipeline.read import Limits, read_workbook
from tests.read.pdf_writer import PdfPage, pdf_of

HEADER = ["Supplier", "Date", "Amount", "Description"]
ROWS = [
    ["Acme Ltd", "01/04/2024", "£1,234.50", "Repairs"],
    ["Smith & Sons Limited", "02/04/2024", "-£20.00", "Food"],
    ["B", "03/04/2024", "£99,999.99", "Consultants Fees and other things"],
    ["Library Supplies plc", "04/04/2024", "£5.00", "Books"],
]
LEFTS = [40, 200, 290, 370]
RIGHT_OF_AMOUNT = 350
RULES = [35, 195, 285, 365, 570]


def rows_of(data: bytes) -> list[tuple[str | None, ...]]:
    workbook = read_workbook(data)
    assert workbook.format == "pdf"
    (grid,) = workbook.grids
    return grid.frame.drop("row_number").rows()


def put(page: PdfPage, y: float, row: list[str], size: float = 10) -> None:
    for left, text in zip(LEFTS, row, strict=True):
        page.text(left, y, text, size)


def ruled_page(rows: list[list[str]], top: float = 700, step: float = 20) -> PdfPage:
    page = PdfPage()
    for at, row in enumerate(rows):
        put(page, top - step * at - 14, row)
    for at in range(len(rows) + 1):
        page.line(RULES[0], top - step * at, RULES[-1], top - step * at)
    for x in RULES:
        page.line(x, top, x, top - step * len(rows))
    return page


def test_a_ruled_table_is_read_by_its_lines():
    assert rows_of(pdf_of(ruled_page([HEADER, *ROWS]))) == [tuple(HEADER), *map(tuple, ROWS)]


def test_an_unruled_table_is_read_by_the_gaps_between_its_columns():
    page = PdfPage()
    for at, row in enumerate([HEADER, *ROWS]):
        put(page, 700 - 14 * at, row)
    assert rows_of(pdf_of(page)) == [tuple(HEADER), *map(tuple, ROWS)]


def test_headings_over_numbers_at_the_right_belong_to_their_column():
    page = PdfPage()
    for at, (supplier, amount, note) in enumerate(
        [("Supplier", "", "Note"), *((f"Supplier {n}", f"{n * 7}.00", "x") for n in range(1, 30))]
    ):
        page.text(40, 700 - 14 * at, supplier)
        page.text(330 - 5.5 * len(amount), 700 - 14 * at, amount)
        page.text(370, 700 - 14 * at, note)
    page.text(240, 700, "Amount")
    rows = rows_of(pdf_of(page))
    assert rows[0] == ("Supplier", "Amount", "Note")
    assert rows[1] == ("Supplier 1", "7.00", "x")


def test_pages_follow_one_another_in_one_grid():
    rows = rows_of(pdf_of(ruled_page([HEADER, *ROWS]), ruled_page([HEADER, *ROWS[:2]])))
    assert rows == [tuple(HEADER), *map(tuple, ROWS), tuple(HEADER), *map(tuple, ROWS[:2])]


def test_a_page_with_columns_elsewhere_is_cut_by_its_own():
    second = PdfPage()
    for at, row in enumerate([HEADER, *ROWS]):
        for left, text in zip([40, 150, 330, 400], [row[1], row[0], *row[2:]], strict=True):
            second.text(left, 700 - 14 * at, text)
    rows = rows_of(pdf_of(ruled_page([HEADER, *ROWS * 5]), second))
    assert rows[-1] == ("04/04/2024", "Library Supplies plc", "£5.00", "Books")


def test_pages_with_more_columns_are_a_grid_of_their_own():
    second = PdfPage()
    for at in range(10):
        for column in range(6):
            second.text(40 + 80 * column, 700 - 14 * at, f"{at}.{column}")
    first, other = read_workbook(pdf_of(ruled_page([HEADER, *ROWS]), second)).grids
    assert (first.frame.width, other.frame.width, other.name) == (5, 7, "table 2")


def test_titles_and_rows_outside_the_ruling_are_rows():
    page = ruled_page([HEADER, *ROWS])
    page.text(40, 760, "Payments over £500")
    put(page, 560, ["Late Ltd", "30/04/2024", "£7.00", "Left out of the ruling"])
    rows = rows_of(pdf_of(page))
    assert rows[0][0] == "Payments over £500"
    assert rows[-1] == ("Late Ltd", "30/04/2024", "£7.00", "Left out of the ruling")
    assert len(rows) == 7


def test_wrapped_cells_of_a_ruled_row_are_one_cell():
    page = ruled_page([HEADER, *ROWS], step=30)
    page.text(40, 700 - 30 - 25, "trading as Best")
    assert rows_of(pdf_of(page))[1] == (
        "Acme Ltd trading as Best",
        "01/04/2024",
        "£1,234.50",
        "Repairs",
    )


def test_wrapped_cells_of_an_unruled_row_are_one_cell():
    page = PdfPage()
    for at, row in enumerate([HEADER, *ROWS]):
        put(page, 700 - 30 * at, row)
    page.text(40, 700 - 30 - 11, "trading as Best")
    rows = rows_of(pdf_of(page))
    assert rows[1][0] == "Acme Ltd trading as Best"
    assert len(rows) == 5


@pytest.mark.parametrize(
    ("rotate", "matrix", "place"),
    [
        (90, "0 1 -1 0", lambda x, y: (y, x)),
        (270, "0 -1 1 0", lambda x, y: (600 - y, 800 - x)),
        (0, "0 1 -1 0", lambda x, y: (y, x)),
        (180, "-1 0 0 -1", lambda x, y: (600 - x, 800 - y)),
    ],
)
def test_rotated_pages_are_read_upright(rotate, matrix, place):
    page = PdfPage(rotate=rotate)
    for at, row in enumerate([HEADER, *ROWS]):
        for left, text in zip(LEFTS, row, strict=True):
            x, y = place(left, (14 if matrix[0] != "0" else -14) * -at + 500)
            page.text(x, y, text, matrix=matrix)
    rows = rows_of(pdf_of(page))
    assert rows == [tuple(HEADER), *map(tuple, ROWS)]


def test_text_printed_twice_is_read_once():
    page = PdfPage()
    for at, row in enumerate([HEADER, *ROWS]):
        put(page, 700 - 14 * at, row)
        put(page, 700 - 14 * at, row)
    assert rows_of(pdf_of(page)) == [tuple(HEADER), *map(tuple, ROWS)]


def test_a_column_printed_once_more_a_hair_apart_is_read_once():
    page = PdfPage()
    for at, row in enumerate([HEADER, *ROWS]):
        put(page, 700 - 14 * at, row)
    for at, row in enumerate([HEADER, *ROWS]):
        page.text(40.4, 700 - 14 * at, row[0])
    assert rows_of(pdf_of(page)) == [tuple(HEADER), *map(tuple, ROWS)]


def test_text_that_runs_into_the_next_column_stays_in_its_own():
    long = ["Continuous Professional Development and Training Limited", "05/04/2024", "£3.00", "x"]
    page = PdfPage()
    for at, row in enumerate([HEADER, *ROWS * 10, long]):
        put(page, 780 - 14 * at, row)
    assert rows_of(pdf_of(page))[-1] == tuple(long)


def test_words_set_one_by_one_are_one_cell():
    page = ruled_page([HEADER, ["", "01/04/2024", "", "Repairs"], *ROWS])
    for x, part in ((40, "Acme "), (67, "Trading"), (105, "Ltd")):
        page.text(x, 666, part)
    for x, part in ((290, "£"), (295.6, "1"), (301.2, ",299.20")):
        page.text(x, 666, part)
    assert rows_of(pdf_of(page))[1] == ("Acme Trading Ltd", "01/04/2024", "£1,299.20", "Repairs")


def test_names_cut_off_where_the_next_column_begins_stay_in_their_own():
    # They end 5.4, 3.1 and 0.9 points left of the next.
    names = ["7" * 44, "7" * 44 + "i", "7" * 44 + "ii"]
    page = PdfPage()
    page.text(40, 714, "Supplier")
    page.text(290, 714, "Description")
    page.text(500, 714, "Amount")
    for n in range(20):
        page.text(40, 700 - 14 * n, names[n % 3])
        page.text(290, 700 - 14 * n, "Repairs")
        page.text(500, 700 - 14 * n, f"{n}.00")
    rows = rows_of(pdf_of(page))
    assert rows[0] == ("Supplier", "Description", "Amount")
    assert rows[1:] == [(names[n % 3], "Repairs", f"{n}.00") for n in range(20)]


def test_numbers_that_end_close_to_the_next_column_stay_in_their_own():
    page = PdfPage()
    for at, amount in enumerate(["Amount", *(f"{7**n}.00" for n in range(1, 9))]):
        width = 36.7 if amount == "Amount" else 5.56 * (len(amount) - 1) + 2.78
        page.text(40, 700 - 14 * at, "Supplier" if not at else f"Supplier {at}")
        page.text(298 - width, 700 - 14 * at, amount)
        page.text(300, 700 - 14 * at, "Directorate" if not at else "Highways")
    rows = rows_of(pdf_of(page))
    assert rows[0] == ("Supplier", "Amount", "Directorate")
    assert rows[8] == ("Supplier 8", "5764801.00", "Highways")


def test_departments_that_reach_below_long_amounts_are_a_column_beside_them():
    page = PdfPage()
    rows = [("Highways and Transport", "7.00"), ("Finance", "-1,123,742.92"), ("Housing", "9.00")]
    for at, (department, amount) in enumerate([("Directorate", "Amount"), *rows * 8]):
        width = 36.7 if amount == "Amount" else 5.3 * len(amount)
        page.text(40, 700 - 14 * at, "Supplier" if not at else f"Supplier {at}")
        page.text(200, 700 - 14 * at, department)
        page.text(350 - width, 700 - 14 * at, amount)
    found = rows_of(pdf_of(page))
    assert found[0] == ("Supplier", "Directorate", "Amount")
    assert found[1:4] == [(f"Supplier {n}", *row) for n, row in enumerate(rows, start=1)]


def test_lines_in_type_of_one_width_are_cut_at_two_spaces():
    page = PdfPage(font="Courier")
    lines = [f"{'Pay Date':<12}{'Supplier':<24}{'Amount':>10}"]
    lines += [f"{n:02}/04/2024  {f'Supplier {n}':<24}{f'{n}.00':>10}" for n in range(1, 20)]
    for at, line in enumerate(lines):
        page.text(40, 700 - 11 * at, line, 9)
    rows = rows_of(pdf_of(page))
    assert rows[0] == ("Pay Date", "Supplier", "Amount")
    assert rows[1] == ("01/04/2024", "Supplier 1", "1.00")


def test_lines_of_a_cell_that_stands_on_the_ground_of_its_row_belong_to_that_row():
    page = PdfPage()
    put(page, 700, HEADER)
    for at, row in enumerate(ROWS):
        put(page, 650 - 50 * at, row)
    for above, part in ((22, "Trading by"), (11, "the kerb of")):
        page.text(40, 650 - 50 + above, part)
    assert [row[0] for row in rows_of(pdf_of(page))] == [
        "Supplier",
        "Acme Ltd",
        "Trading by the kerb of Smith & Sons Limited",
        "B",
        "Library Supplies plc",
    ]


def test_a_name_that_goes_on_as_far_below_as_rows_stand_apart_is_one_name():
    page = PdfPage()
    first, *others = [[row[1], row[0], *row[2:]] for row in ROWS * 3]
    lines = [first, ["", "of Leyland", "", ""], *others, ["Highways", "", "", ""], first]
    for at, line in enumerate(lines):
        put(page, 700 - 12 * at, line)
    names = [row[:2] for row in rows_of(pdf_of(page))]
    assert names == [
        ("01/04/2024", "Acme Ltd of Leyland"),
        *[(row[0], row[1]) for row in others],
        ("Highways", None),
        ("01/04/2024", "Acme Ltd"),
    ]


def test_dates_at_the_right_of_their_column_stay_out_of_the_names_beside_them():
    page = PdfPage()
    for at, row in enumerate(
        [("Payment Date", "Supplier", "Amount"), *[("01/04/2024", "Acme")] * 9]
    ):
        page.text(40 if not at else 51, 700 - 12 * at, row[0])
        page.text(106, 700 - 12 * at, row[1])
        page.text(240, 700 - 12 * at, row[2] if not at else f"{at}.00")
    rows = rows_of(pdf_of(page))
    assert rows[:2] == [("Payment Date", "Supplier", "Amount"), ("01/04/2024", "Acme", "1.00")]


def test_words_before_a_word_at_one_place_stay_with_it():
    page = PdfPage()
    for at in range(12):
        page.text(40, 700 - 12 * at, f"{at + 10}")
        page.text(54, 700 - 12 * at, "April")
        page.text(200, 700 - 12 * at, "Acme Ltd")
        page.text(300, 700 - 12 * at, f"{at}.00")
    assert rows_of(pdf_of(page))[0] == ("10 April", "Acme Ltd", "0.00")


def test_texts_that_were_clipped_and_run_below_the_next_column_stay_in_their_own():
    page = PdfPage()
    lefts = (40, 106, 200, 300)
    for at in range(12):
        name = "Acme" if at % 3 else "Northern Powergrid (Yor"
        row = ("Payment Date", "Supplier", "Purpose", "Net Amount")
        if at:
            row = ("01/04/2024", name, "Repairs and Maintenanc", f"{at}.00")
        for left, text in zip(lefts, row, strict=True):
            page.text(left, 700 - 12 * at, text)
    rows = rows_of(pdf_of(page))
    assert rows[0] == ("Payment Date", "Supplier", "Purpose", "Net Amount")
    assert rows[3] == ("01/04/2024", "Northern Powergrid (Yor", "Repairs and Maintenanc", "3.00")


def test_the_end_of_a_text_below_the_beginning_of_a_heading_is_no_column():
    page = PdfPage()
    for at, department in enumerate(["Directorate", "Finance", "Highways, Transport", "Fire"]):
        page.text(40, 700 - 12 * at, "Supplier" if not at else "Acme")
        page.text(100, 700 - 12 * at, department)
        page.text(189 if not at else 204, 700 - 12 * at, "Amount" if not at else f"{at}.00")
    assert rows_of(pdf_of(page))[::2] == [
        ("Supplier", "Directorate", "Amount"),
        ("Acme", "Highways, Transport", "2.00"),
    ]


def test_a_heading_over_the_border_of_its_numbers_is_no_part_of_the_one_before_it():
    page = PdfPage()
    for at in range(20):
        page.text(40, 700 - 12 * at, "Acme" if at else "Supplier")
        page.text(100, 700 - 12 * at, "Highways and Transpo" if at % 2 else "Directorate")
        page.text(212, 700 - 12 * at, f"{at}.00") if at else page.text(188, 700, "Net Amount")
    rows = rows_of(pdf_of(page))
    assert rows[:2] == [
        ("Supplier", "Directorate", "Net Amount"),
        ("Acme", "Highways and Transpo", "1.00"),
    ]


def test_a_watermark_across_the_page_is_left_out():
    page = ruled_page([HEADER, *ROWS])
    page.text(200, 500, "DRAFT", 60, "0.7 0.7 -0.7 0.7")
    assert rows_of(pdf_of(page)) == [tuple(HEADER), *map(tuple, ROWS)]


def test_a_column_that_only_its_heading_fills_is_a_column():
    page = PdfPage()
    lefts = [40, 200, 300, 400]
    rows = [["Supplier", "Amount", "VAT", "Note"]]
    rows += [[f"Supplier {n}", f"{n}.00", "", "Repairs"] for n in range(1, 20)]
    for at, row in enumerate(rows):
        for left, text in zip(lefts, row, strict=True):
            page.text(left, 700 - 14 * at, text)
    assert rows_of(pdf_of(page))[:2] == [
        ("Supplier", "Amount", "VAT", "Note"),
        ("Supplier 1", "1.00", None, "Repairs"),
    ]


def test_a_scanned_pdf_is_refused():
    with pytest.raises(RefusedFileError, match="scanned"):
        read_workbook(pdf_of(PdfPage()))


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_a_cut_pdf_is_refused(kept):
    data = pdf_of(*[ruled_page([HEADER, *ROWS])] * 3)
    with pytest.raises(RefusedFileError, match=r"pdf is .*cut short.*; download it again"):
        read_workbook(data[: int(len(data) * kept)])


def test_a_pdf_with_blanks_behind_its_end_is_read():
    assert len(rows_of(pdf_of(ruled_page([HEADER, *ROWS])) + b"\r\n" + b"\0" * 2_000)) == 5


def test_streams_without_end_are_refused_before_they_are_searched_for():
    """Fuzzing found one: pdfium looked for 45 s."""
    endless = b"5 0 obj\n<< /Length 176\n >>\nstream\nBT (3) Tj ET\n0coding >>\nendobj\n"
    data = pdf_of(ruled_page([HEADER, *ROWS])).replace(b"endstream", endless * 6_000)
    start = time.process_time()
    with pytest.raises(RefusedFileError, match="of its streams do not end"):
        read_workbook(data)
    assert time.process_time() - start < 1


def test_more_pages_than_the_limit_are_refused():
    with pytest.raises(RefusedFileError, match="3 pages"):
        read_workbook(pdf_of(*[PdfPage()] * 3), Limits(max_pages=2))


def test_thirteen_dense_pages_take_less_than_five_seconds():
    rows = [[f"Supplier {n}", "01/04/2024", f"£{n}.00", "Repairs and so on"] for n in range(60)]
    data = pdf_of(*[ruled_page([HEADER, *rows], top=780, step=12) for _ in range(13)])
    start = time.thread_time()
    assert len(rows_of(data)) == 13 * 61
    assert time.thread_time() - start < 5
