"""Amounts as publishers write them."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.normalise.amounts import GBP, amount_from_text, parse_amounts, sum_gbp

pence = st.decimals(
    min_value=Decimal("-99999999999.99"), max_value=Decimal("99999999999.99"), places=2
)


def parse(*texts):
    return parse_amounts(pl.Series("amount", texts, dtype=pl.String)).to_list()


@pytest.mark.parametrize(
    ("text", "pounds"),
    [
        ("1234.5", "1234.5"),
        ("£1,234.50", "1234.5"),
        ("Â£1,234.50", "1234.5"),
        ("œ1,234.50", "1234.5"),
        ("\ufffd1,234.50", "1234.5"),
        ("1,234.50 GBP", "1234.5"),
        ("(1,234.50)", "-1234.5"),
        ("(£1,234.50)", "-1234.5"),
        ("£(1,234.50)", "-1234.5"),
        ("1,234.50-", "-1234.5"),
        ("-£1,234.50", "-1234.5"),
        ("£-1,234.50", "-1234.5"),
        ("\u22121,234.50", "-1234.5"),
        ("\u20131,234.50", "-1234.5"),
        ("1,234.50 CR", "-1234.5"),
        ("1,234.50 DR", "1234.5"),
        ("(5.00) CR", "-5"),
        ("1,234.50 Credit", "-1234.5"),
        ("1,234.50 (CR)", "-1234.5"),
        ("1,234.50*", "1234.5"),
        ("***1,234.50", "1234.5"),
        ("1'234.50", "1234.5"),
        ("1\u2019234.50", "1234.5"),
        ("1234\u00b750", "1234.5"),
        ("-", "0"),
        ("£ -", "0"),
        ("1 234.50", "1234.5"),
        ("1.234,50", "1234.5"),
        ("1.5E3", "1500"),
        ("344211.16000000003", "344211.16"),
        (".5", "0.5"),
        ("+5", "5"),
    ],
)
def test_one_amount_written_many_ways(text, pounds):
    assert amount_from_text(text) == Decimal(pounds)
    assert parse(text) == [Decimal(pounds)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "£",
        "tbc",
        "Redacted",
        "########",
        "#REF!",
        "12.50%",
        "1,23.45",
        "1'23.45",
        "****",
        "1234,56",
        "1.2.3",
        "12/04/2023",
        "£1.2m",
        "5 6",
        "1e99",
        "nan",
        "inf",
        "123456789012345",
    ],
)
def test_what_is_no_amount_stays_none(text):
    assert amount_from_text(text) is None
    assert parse(text) == [None]


def test_a_misplaced_comma_is_never_dropped():
    assert parse("1,5", "12,34", "1,2345", "1,234,5") == [None] * 4


def test_blank_cells_stay_null_among_odd_ones():
    assert parse(None, "(1.00)", "2.00") == [None, Decimal(-1), Decimal(2)]


@given(st.integers(min_value=-(10**9), max_value=10**9), st.sampled_from(["4", "5", "51", "9"]))
def test_a_fifth_place_is_rounded_alike_whatever_the_dress(units, rest):
    """ "1.00005" goes another way through the reader than "(1.00005)"."""
    size = f"{Decimal(abs(units)) / 10_000:.4f}{rest}"
    plain, bracketed = parse(size, f"({size})")
    assert plain == -bracketed
    assert abs(plain - Decimal(size)) <= Decimal("0.00005")


def test_amounts_are_exact_decimals():
    amounts = parse_amounts(pl.Series("amount", ["0.1"] * 10))
    assert amounts.dtype == GBP
    assert sum_gbp(amounts) == Decimal(1)
    assert sum_gbp(amounts.clear()) == Decimal(0)


@given(pence)
def test_every_style_reads_back_to_the_penny(amount):
    size = abs(amount)
    sign = "-" if amount < 0 else ""
    styles = [f"{amount}", f"{sign}£{size:,.2f}", f"£{sign}{size:,.2f}", f"{size:.2f}{sign}"]
    if amount < 0:
        styles += [f"({size:,.2f})", f"(£{size:.2f})", f"{size:,.2f} CR", f"{size:,.2f}-"]
    assert parse(*styles) == [amount] * len(styles)


@given(st.text(max_size=30))
def test_no_text_breaks_the_parser(text):
    amount = amount_from_text(text)
    assert amount is None or abs(amount) < Decimal(10) ** 14


@given(st.floats(min_value=-1e9, max_value=1e9, allow_nan=False))
def test_excel_floats_round_to_four_places(number):
    [amount] = parse(repr(number))
    assert amount is not None
    assert abs(amount - Decimal(repr(number))) <= Decimal("0.00005")
