"""Invoice totals repeated on each line, told from payments that merely look alike."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from pipeline.normalise.amounts import GBP
from pipeline.normalise.columns import Sources
from pipeline.normalise.repeated_totals import mark_repeated_totals

DAY = date(2023, 4, 3)


def payments(*rows):
    """Rows of day, supplier, pounds and whether the name is withheld."""
    return pl.DataFrame(
        {
            "payment_date": [row[0] for row in rows],
            "supplier_name": [row[1] for row in rows],
            "amount_gbp": pl.Series([Decimal(row[2]) for row in rows], dtype=GBP),
            "transaction_id": pl.Series([None] * len(rows), dtype=pl.String),
            "category": pl.Series([None] * len(rows), dtype=pl.String),
            "is_redacted": [row[3] for row in rows],
            "repeated_total_suspected": [False] * len(rows),
        }
    )


def at_stake(rows, heading="Invoice Total", role="invoice_total"):
    sources = Sources(amount=0, supplier=1, amount_role=role, headings=(heading, "Supplier"))
    marked, pounds = mark_repeated_totals(payments(*rows), sources)
    copies = marked.filter("repeated_total_suspected")["amount_gbp"].sum()
    assert copies == pounds
    return pounds


TWICE = [(DAY, "Acorn Ltd", "20", False)] * 2


def test_a_fiftieth_of_the_pounds_is_enough():
    assert at_stake([*TWICE, (DAY, "Brook Ltd", "960", False)]) == 20


def test_less_than_a_hundredth_is_coincidence():
    assert at_stake([*TWICE, (DAY, "Brook Ltd", "9600", False)]) == 0


@pytest.mark.parametrize(
    "row", [(DAY, "Redacted", "20", True), (None, "Acorn Ltd", "20", False)], ids=["name", "day"]
)
def test_rows_that_cannot_be_told_apart_are_no_repeats(row):
    assert at_stake([row, row]) == 0


def test_only_a_heading_that_speaks_of_a_total_is_doubted():
    assert at_stake(TWICE, "Amount", "amount") == 0
    assert at_stake(TWICE, "Total", "amount") == 20
    assert at_stake(TWICE, "Line Total", "amount_line") == 0
