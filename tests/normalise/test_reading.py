"""Whole files: what does not change the money does not change the reading."""

import csv
import io
import json
import random
from datetime import date, datetime, timedelta
from decimal import Decimal

import openpyxl
import polars as pl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.normalise.reading import NO_EXCEPTIONS, ReadingExceptions, read_payments
from pipeline.normalise.schema import EXCLUDED_SCHEMA, PAYMENTS_SCHEMA, REJECTED_SCHEMA
from pipeline.read.header import SYNONYMS_PATH

HEADER = ["Payment Date", "Supplier Name", "Net Amount", "Department", "Transaction Number"]
SUPPLIERS = ["Acorn Paving Ltd", "Brook School", "Redacted", "Civic Catering LLP", "Élan & Co"]
PAYMENTS = [
    (
        date(2023, 4, 1) + timedelta(days=i % 30),
        SUPPLIERS[i % 5],
        Decimal(i * i * 37 - 500) / 100,
        f"Department {i % 3}",
        f"T{1000 + i}",
    )
    for i in range(60)
]


def table(date_style="%d/%m/%Y", amount_style="{}"):
    return [HEADER] + [
        [day.strftime(date_style), name, amount_style.format(amount), department, number]
        for day, name, amount, department, number in PAYMENTS
    ]


def as_csv(rows, delimiter=",", line_end="\n", encoding="utf-8"):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def assert_read_in_full(data):
    reading = read_payments(data)
    assert reading.summary.status == "payments", reading.summary.reason
    read = reading.payments.select(
        "payment_date", "supplier_name", "amount_gbp", "department", "transaction_id"
    ).rows()
    assert sorted(read, key=lambda row: row[4]) == sorted(PAYMENTS, key=lambda row: row[4])
    return reading.summary


def test_the_frames_have_their_schemas():
    reading = read_payments(as_csv(table()))
    assert reading.payments.schema == pl.Schema(PAYMENTS_SCHEMA)
    assert reading.rejected.schema == pl.Schema(REJECTED_SCHEMA)
    assert reading.excluded.schema == pl.Schema(EXCLUDED_SCHEMA)
    refused = read_payments(b"")
    assert refused.payments.schema == pl.Schema(PAYMENTS_SCHEMA)


def test_the_summary_is_ready_for_json():
    summary = json.loads(json.dumps(read_payments(as_csv(table())).summary.as_dict()))
    assert summary["payments"] == 60
    assert summary["total_gbp"] == str(sum(row[2] for row in PAYMENTS))
    assert summary["negative"] == sum(row[2] < 0 for row in PAYMENTS)
    assert summary["redacted"] == 12
    assert (summary["first_date"], summary["last_date"]) == ("2023-04-01", "2023-04-30")
    assert summary["amount_basis"] == "net"
    assert summary["rows"] == 61


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encoding_does_not_matter(encoding):
    assert_read_in_full(as_csv(table(), encoding=encoding))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_does_not_matter(delimiter):
    assert_read_in_full(as_csv(table(), delimiter=delimiter))


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\r\r\n"], ids=repr)
def test_line_ends_do_not_matter(line_end):
    assert_read_in_full(as_csv(table(), line_end=line_end))


@pytest.mark.parametrize(
    "style", ["%d.%m.%Y", "%d-%b-%y", "%d %B %Y", "%Y-%m-%d 00:00:00", "%Y%m%d", "%m/%d/%Y"]
)
def test_date_style_does_not_matter(style):
    assert_read_in_full(as_csv(table(date_style=style)))


@pytest.mark.parametrize("style", ["£{:,.2f}", " {:,.2f} ", "{:.4f}", "GBP {}"])
def test_amount_style_does_not_matter(style):
    assert_read_in_full(as_csv(table(amount_style=style)))


@pytest.mark.parametrize("titles", [1, 3, 12, 80])
def test_a_header_moved_down_is_found(titles):
    preamble = [["Payments to suppliers over £500"], ["Period:", "April 2023"], []]
    assert_read_in_full(as_csv((preamble * titles)[:titles] + table()))


def test_totals_before_and_after_are_checks():
    total = str(sum(row[2] for row in PAYMENTS))
    rows = [["Total", "", total], [], *table(), ["", "Grand Total", total], ["", "", total]]
    summary = assert_read_in_full(as_csv(rows))
    assert summary.printed_total_gbp == total
    assert summary.excluded["total"] == 3
    assert summary.warnings == []


def test_order_of_rows_does_not_matter_even_for_the_header():
    rows = table()
    random.Random(7).shuffle(rows)  # noqa: S311
    assert_read_in_full(as_csv(rows))


@pytest.mark.parametrize("seed", range(12))
def test_columns_reordered_and_renamed_to_synonyms(seed):
    chance = random.Random(seed)  # noqa: S311
    known = yaml.safe_load(SYNONYMS_PATH.read_text(encoding="utf-8"))
    roles = ["payment_date", "supplier_name", "amount_net", "department", "transaction_id"]
    names = [
        chance.choice([text for text in known["headings"][role] if text not in known["ambiguous"]])
        for role in roles
    ]
    rows = [[name.title() for name in names], *table()[1:]]
    order = chance.sample(range(5), 5)
    assert_read_in_full(as_csv([[row[i] for i in order] for row in rows]))


@pytest.mark.parametrize("order", [("Apr", "May"), ("May", "Apr")])
def test_order_of_sheets_does_not_matter(order):
    rows = [
        [datetime(day.year, day.month, day.day), name, float(amount), department, number]
        for day, name, amount, department, number in PAYMENTS
    ]
    sheets = {"Apr": [HEADER, *rows[:30]], "May": [HEADER, *rows[30:]]}
    summary = assert_read_in_full(as_xlsx({name: sheets[name] for name in order}))
    assert summary.sheets == list(order)


def test_identical_rows_are_all_kept():
    rows = table()
    reading = read_payments(as_csv([*rows, *rows[1:]]))
    assert reading.payments.height == 120


def test_a_publishers_exception_changes_the_column():
    rows = [["Date", "Supplier", "Amount", "Costcuk"], ["03/04/2023", "Acorn Ltd", "5", "7.00"]]
    exceptions = ReadingExceptions(headers={"Amount": "ignore", "Costcuk": "amount"})
    assert read_payments(as_csv(rows), NO_EXCEPTIONS).summary.total_gbp == "5.00"
    assert read_payments(as_csv(rows), exceptions).summary.total_gbp == "7.00"


def test_quotes_in_headings_and_cells_survive_in_other():
    rows = [
        ["Date", "Supplier", "Amount", 'Size "as printed"'],
        ["03/04/2023", "Acorn Ltd", "5", 'A "big"\none \\ two'],
    ]
    [other] = read_payments(as_csv(rows)).payments["other"]
    assert json.loads(other) == {'Size "as printed"': 'A "big"\none \\ two'}


@settings(max_examples=60)
@given(
    st.lists(
        st.lists(
            st.one_of(
                st.sampled_from(
                    ["Date", "Supplier", "Amount", "Total", "03/04/2023", "1,200.50", "(5.00)", ""]
                ),
                st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12),
            ),
            max_size=6,
        ),
        max_size=15,
    )
)
def test_any_grid_is_read_or_refused_and_accounted_for(rows):
    summary = read_payments(as_csv(rows)).summary
    assert summary.status in {"payments", "refused"}
    if summary.status == "refused":
        assert summary.reason
    else:
        counted = summary.payments + summary.rejected + sum(summary.excluded.values())
        assert summary.rows == counted


@settings(max_examples=60)
@given(st.binary(max_size=300), st.integers(min_value=0, max_value=60))
def test_damaged_bytes_are_read_or_refused(noise, cut):
    data = as_csv(table()[:8])
    summary = read_payments(data[:cut] + noise + data[cut:]).summary
    assert summary.status in {"payments", "refused"}
