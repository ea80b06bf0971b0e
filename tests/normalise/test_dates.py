"""Dates as publishers write them."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.normalise.dates import date_order, day_from_text, month_number, parse_dates

days = st.dates(min_value=date(2010, 1, 1), max_value=date(2035, 12, 31))
APRIL_3 = date(2023, 4, 3)


@pytest.mark.parametrize(
    "text",
    [
        "03/04/2023",
        "3/4/23",
        "03.04.2023",
        "03-04-2023",
        "03 04 2023",
        "03-Apr-23",
        "3 April 2023",
        "3rd April 2023",
        "3rd of April 2023",
        "Mon-03-04-2023",
        "2023-Apr-03",
        "20230403T000000",
        "20230403000000",
        "2023-04-03Z",
        "2023-04-03+01:00",
        "Apr  3 2023 12:00:00:000AM",
        "Mon Apr 03 00:00:00 BST 2023",
        "3 Ebrill 2023",
        "03-Ebr-23",
        "03/04/2023.",
        "03-APR-2023",
        "Monday, 3 April 2023",
        "Mon 03/04/2023",
        "April 3, 2023",
        "Apr  3 2023 12:00AM",
        "2023-04-03",
        "2023-04-03 00:00:00",
        "2023-04-03T23:59:59.123Z",
        "2023/04/03 00:00:00+00",
        "03/04/2023 00:00",
        "20230403",
        "03042023",
        "45019",
        "45019.75",
        "'03/04/2023",
    ],
)
def test_one_day_written_many_ways(text):
    day = day_from_text(text)
    assert day is not None
    assert (day.value, day.is_month) == (APRIL_3, False)


@pytest.mark.parametrize("text", ["Apr-23", "April 2023", "APR 2023", "04/2023", "2023-04"])
def test_a_month_is_no_day(text):
    day = day_from_text(text)
    assert day is not None
    assert (day.value, day.is_month) == (date(2023, 4, 1), True)


@pytest.mark.parametrize(
    "text",
    [
        "31/04/2026",
        "29/02/2023",
        "00/01/1900",
        "1900-01-00",
        "27-Apr",
        "202405",
        "2203-04-03",
        "23-04-03",
        "######",
        "Various",
        "13/13/2023",
        "",
    ],
)
def test_impossible_or_incomplete_dates_are_undated(text):
    assert day_from_text(text) is None


@pytest.mark.parametrize(("text", "month"), [("1 Gorffennaf 2023", 7), ("2 Tachwedd 2023", 11)])
def test_months_of_wales(text, month):
    day = day_from_text(text)
    assert day is not None
    assert day.value.month == month


def test_the_printed_day_is_kept_whatever_the_clock_says():
    for clock in ("00:30:00", "01:00:00", "23:30:00+01:00"):
        assert day_from_text(f"2024-07-05 {clock}").value == date(2024, 7, 5)


def test_month_first_needs_proof_from_the_whole_file():
    proven = pl.Series(["04/03/2023", "04/28/2023"])
    unproven = pl.Series(["04/03/2023", "05/06/2023"])
    contradicted = pl.Series(["28/04/2023", None])
    assert date_order([proven, unproven]) == "mdy"
    assert date_order([unproven]) == "dmy"
    assert date_order([proven, contradicted]) == "dmy"
    assert date_order([]) == "dmy"


def test_a_column_keeps_its_length_and_blanks():
    read = parse_dates(pl.Series("d", ["03/04/2023", None, "Apr-23", "never"]))
    assert read.days.to_list() == [APRIL_3, None, None, None]
    assert read.months.to_list() == [date(2023, 4, 1), None, date(2023, 4, 1), None]


def test_month_names_without_a_year():
    assert [month_number(text) for text in ("AUGUST", "Aug.", "Sept", "Smarch")] == [8, 8, 9, None]


@given(days)
def test_every_style_reads_back_to_the_day(day):
    serial = (day - date(1899, 12, 30)).days
    styles = ["%d/%m/%Y", "%d.%m.%Y", "%d-%b-%y", "%d %B %Y", "%Y-%m-%d 00:00:00", "%Y%m%d"]
    texts = [day.strftime(style) for style in styles] + [str(serial)]
    assert parse_dates(pl.Series(texts)).days.to_list() == [day] * len(texts)


@given(days)
def test_us_style_reads_back_once_proven(day):
    column = pl.Series([day.strftime("%m/%d/%Y"), "12/31/2023"])
    assert parse_dates(column, date_order([column])).days[0] == day


@given(st.text(max_size=40))
def test_no_text_breaks_the_parser(text):
    day = day_from_text(text)
    assert day is None or 2005 <= day.value.year <= 2060
