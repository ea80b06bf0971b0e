"""The same payments in another dress: preamble, delimiter, encoding, order, other headings."""

import csv
import io
import random
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.normalise.reading import read_payments

HEADINGS = ["Payment Date", "Supplier Name", "Net Amount", "Directorate", "Description", "Ref"]
SYNONYMS = ["Date Paid", "Payee", "Amount excl VAT (£)", "Service Area", "Purpose", "Trans No"]
FIRMS = ["Smith & Sons Ltd", "Ace, Bolt and Co Ltd", "County Council", "Zoë Foods plc", "3663 Ltd"]


def table(headings=HEADINGS, day="{:%d/%m/%Y}", amount="{:.2f}"):
    """Forty payments under their headings, always the same ones."""
    chance = random.Random(7)  # noqa: S311
    start = date(2024, 4, 1)
    rows = [
        [
            day.format(start + timedelta(days=chance.randrange(90))),
            chance.choice(FIRMS),
            amount.format(chance.randrange(-90_000, 900_000) / 100),
            chance.choice(["Place", "People"]),
            chance.choice(["Repairs", "Care home fees"]),
            str(70_000 + number),
        ]
        for number in range(40)
    ]
    return [headings, *rows]


def text_of(rows, delimiter=",", line_end="\n", encoding="utf-8"):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return out.getvalue().encode(encoding)


def workbook_of(sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_total(rows):
    total = sum(float(row[2]) for row in rows[1:])
    return [*rows, ["", "Total", f"{total:.2f}", "", "", ""]]


def cells_of_types(rows):
    return [
        rows[0],
        *[[date.fromisoformat(row[0]), row[1], float(row[2]), *row[3:]] for row in rows[1:]],
    ]


PREAMBLE = [["Borsetshire Council"], ["Payments over £500", "", "April to June 2024"], []]
ISO = table(day="{:%Y-%m-%d}")
MUTATIONS = {
    "preamble_above": text_of(PREAMBLE + table()),
    "forty_lines_of_preamble": text_of([["A line of prose, with a comma"]] * 40 + table()),
    "control_total_above": text_of([["Control total", "", with_total(table())[-1][2]], *table()]),
    "total_below": text_of(with_total(table())),
    "footer_below": text_of([*table(), [], ["Published under the Open Government Licence v3.0"]]),
    "semicolons": text_of(table(), ";"),
    "tabs": text_of(table(), "\t"),
    "pipes": text_of(table(), "|"),
    "carriage_returns": text_of(table(), line_end="\r"),
    "line_ends_of_windows": text_of(table(), line_end="\r\n"),
    "line_ends_doubled": text_of(table(), line_end="\r\r\n"),
    "cp1252": text_of(table(), encoding="cp1252"),
    "utf_16": text_of(table(), encoding="utf-16"),
    "two_marks": b"\xef\xbb\xbf\xef\xbb\xbf" + text_of(table()),
    "dates_iso": text_of(ISO),
    "dates_named": text_of(table(day="{:%d-%b-%y}")),
    "dates_with_dots": text_of(table(day="{:%d.%m.%Y}")),
    "dates_with_clock": text_of(table(day="{:%d/%m/%Y 00:00:00}")),
    "dates_month_first": text_of(table(day="{:%m/%d/%Y}")),
    "amounts_in_pounds": text_of(table(amount="£{:,.2f}")),
    "columns_reversed": text_of([row[::-1] for row in table()]),
    "headings_renamed": text_of(table(SYNONYMS)),
    "headings_shouted": text_of(table([heading.upper() for heading in HEADINGS])),
    "blank_columns_between": text_of([[c for cell in row for c in (cell, "")] for row in table()]),
    "blank_rows_between": text_of([line for row in table() for line in (row, [""] * 6)]),
    "header_repeated": text_of([*table()[:21], HEADINGS, *table()[21:]]),
    "workbook_of_texts": workbook_of({"Data": table()}),
    "workbook_of_dates_and_numbers": workbook_of({"Data": cells_of_types(ISO)}),
    "workbook_of_two_months": workbook_of({"Apr": table()[:21], "May": [HEADINGS, *table()[21:]]}),
    "workbook_with_notes_first": workbook_of({"Notes": [["About this data"]], "Data": table()}),
    "workbook_indented": workbook_of({"Data": [[], [], *[[None, None, *r] for r in table()]]}),
}  # fmt: skip


@pytest.mark.parametrize("mutated", MUTATIONS.values(), ids=MUTATIONS.keys())
def test_another_dress_changes_no_payment(mutated):
    plain = read_payments(text_of(table()))
    reading = read_payments(mutated)

    assert reading.summary.status == "payments", reading.summary.reason
    columns = ["payment_date", "supplier_name", "amount_gbp"]
    assert (
        reading.payments.select(columns)
        .sort(columns)
        .equals(plain.payments.select(columns).sort(columns))
    )
    assert reading.summary.rejected == 0
    assert reading.summary.redacted == 0


DAY_STYLES = ["{:%d/%m/%Y}", "{:%d.%m.%Y}", "{:%d-%b-%y}", "{:%d %B %Y}", "{:%Y-%m-%d}"]
AMOUNT_STYLES = [
    "{:.2f}".format,
    "£{:,.2f}".format,
    lambda pounds: f"({-pounds:,.2f})" if pounds < 0 else f"{pounds:,.2f}",
    lambda pounds: f"{-pounds:.2f}-" if pounds < 0 else f"{pounds:.2f}",
    lambda pounds: f"{-pounds:,.2f} CR" if pounds < 0 else f"{pounds:,.2f}",
]
# Names as they are published: never a lone "Total" or a number, which are rows of other kinds.
names = st.from_regex(r"[A-Z][a-zé&' ,\"-]{2,20}[a-z] (Ltd|LLP|School|& Son)", fullmatch=True)
grids = st.lists(
    st.tuples(
        st.dates(min_value=date(2011, 1, 1), max_value=date(2026, 12, 31)),
        names.map(lambda name: " ".join(name.split())),
        st.decimals(min_value=Decimal("-9999999"), max_value=Decimal("99999999"), places=2),
        st.sampled_from(["", "Place", 'Works, "A" road; gravel']),
    ),
    min_size=2,
    max_size=25,
)


@settings(max_examples=15, deadline=None)
@given(
    grids,
    st.sampled_from(DAY_STYLES),
    st.sampled_from(AMOUNT_STYLES),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    st.permutations(range(4)),
    st.integers(min_value=0, max_value=9),
    st.booleans(),
)
def test_any_payments_come_back_from_any_dress(
    payments, day, amount, delimiter, line_end, encoding, order, titles, has_total
):
    headings = ["Payment Date", "Supplier Name", "Net Amount", "Description"]
    rows = [[day.format(when), name, amount(pounds), text] for when, name, pounds, text in payments]
    if has_total:
        rows.append(["", "Total", amount(sum(row[2] for row in payments)), ""])
    table = [[row[column] for column in order] for row in [headings, *rows]]
    data = text_of([["Payments to suppliers"]] * titles + table, delimiter, line_end, encoding)

    reading = read_payments(data)

    assert reading.summary.status == "payments", reading.summary.reason
    columns = ["payment_date", "supplier_name", "amount_gbp"]
    assert reading.payments.select(columns).rows() == [row[:3] for row in payments]
    assert reading.summary.excluded["total"] == has_total
