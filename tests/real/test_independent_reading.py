"""71 further real files, read against what `independent_reading.py` made of them by hand."""

import csv
import re
from pathlib import Path

import pytest

from pipeline.normalise.reading import read_payments

with (Path(__file__).parent / "truth.csv").open(encoding="utf-8") as table:
    TRUTH = {row["file"].removeprefix("files/"): row for row in csv.DictReader(table)}
# What the kinds of the table are called by the reader. The Thames Valley sums per supplier stand
# under the headings of payments, and its notes take reading them as such for right.
KINDS = {
    "payments": ("spend", "purchase_card"),
    "supplier_totals": ("supplier_totals", "spend"),
    "purchase_orders": ("purchase_orders",),
}
LISTS = [file for file, row in TRUTH.items() if row["kind"] in KINDS]
# Kinds that hold no payments, and what the refusal must speak of.
REFUSED = {"html_page": "web page", "empty_file": "is empty", "damaged_file": "download it again"}


@pytest.mark.parametrize("file", LISTS)
def test_read_as_the_independent_reading_says(file, shared_spend):
    expected = TRUTH[file]
    summary = read_payments((shared_spend / "files" / file).read_bytes()).summary

    assert summary.status == "payments", summary.reason
    assert summary.kind in KINDS[expected["kind"]]
    assert str(summary.payments) in _answers(expected, "payment_rows", "alt_rows")
    assert summary.total_gbp in _answers(expected, "amount_total", "alt_total")
    assert summary.amount_column == _heading(expected["amount_column"])
    assert summary.supplier_column == _heading(expected["supplier_column"])
    assert (summary.date_column or "") == _heading(expected["date_column"])
    assert str(summary.negative) == expected["negative_rows"]
    assert str(summary.redacted) == expected["redacted_rows"]
    assert str(summary.undated) == expected["undated_rows"]
    span = f"{summary.first_date or ''}..{summary.last_date or ''}"
    spans = {f"{expected['min_date']}..{expected['max_date']}", *expected["alt_dates"].split(";")}
    assert span in spans


@pytest.mark.parametrize("file", sorted(TRUTH.keys() - set(LISTS)))
def test_refused_as_what_the_independent_reading_says_it_is(file, shared_spend):
    summary = read_payments((shared_spend / "files" / file).read_bytes()).summary

    assert summary.status == "refused"
    assert REFUSED[TRUTH[file]["kind"]] in (summary.reason or "")


def test_the_independent_reading_covers_sixty_files_and_more():
    assert len(LISTS) >= 60


def _answers(row, *columns):
    return {answer for column in columns for answer in row[column].split(";") if answer}


def _heading(text):
    """A heading without its position; "(col 3)" alone is a column without one, counted from 0."""
    named, _, position = text.partition("(col ")
    if named.strip() or not position:
        return named.strip()
    return f"column {int(re.sub(r'[^0-9]', '', position)) + 1}"
