"""Reads the ways publishers write the day or the month of a payment."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

import polars as pl

DateOrder = Literal["dmy", "mdy"]

# English, and Welsh as the councils of Wales write it.
_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            ("jan", "january", "ion", "ionawr"),
            ("feb", "february", "chwe", "chwefror"),
            ("mar", "march", "maw", "mawrth"),
            ("apr", "april", "ebr", "ebrill"),
            ("may", "mai"),
            ("jun", "june", "meh", "mehefin"),
            ("jul", "july", "gor", "gorff", "gorffennaf"),
            ("aug", "august", "awst"),
            ("sep", "sept", "september", "medi"),
            ("oct", "october", "hyd", "hydref"),
            ("nov", "november", "tach", "tachwedd"),
            ("dec", "december", "rhag", "rhagfyr"),
        ],
        start=1,
    )
    for name in names
}
# A clock time and its zone are read past, never used: Lancashire Fire prints 01:00 in summer.
_CLOCK = (
    r"(?:[T ,]+\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.:]\d+)?)?\s*(?:[AaPp]\.?[Mm]\.?)?"
    r"\s*(?:Z|UTC|GMT|BST|[+-]\d{2}(?::?\d{2})?)?|Z|[+-]\d{2}:\d{2})?"
)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes|s)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?[ ,.-]+)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})[-/. ](\d{{1,2}})[-/. ](\d{{1,2}}){_CLOCK}")
_NUMBERS = re.compile(
    rf"{_WEEKDAY}(\d{{1,2}})\s*[-/.\\ ]\s*(\d{{1,2}})\s*[-/.\\ ]\s*(\d{{4}}|\d{{2}}){_CLOCK}",
    re.IGNORECASE,
)
_DAY_NAMED = re.compile(
    rf"{_WEEKDAY}(\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[-/. ,]*([a-z]{{3,10}})"
    rf"[-/. ,']*(\d{{4}}|\d{{2}}){_CLOCK}",
    re.IGNORECASE,
)
_NAMED_DAY = re.compile(
    rf"{_WEEKDAY}([a-z]{{3,10}})[-/. ]+(\d{{1,2}})(?:st|nd|rd|th)?[-/. ,]+(\d{{4}}){_CLOCK}",
    re.IGNORECASE,
)
# How Java prints a date: "Mon Apr 03 00:00:00 BST 2023".
_CLOCK_BEFORE_YEAR = re.compile(
    r"[a-z]{3} ([a-z]{3}) (\d{1,2}) \d{2}:\d{2}:\d{2} [A-Z]{3,4} (\d{4})", re.IGNORECASE
)
_YEAR_MONTH_DAY_NAMED = re.compile(
    rf"(\d{{4}})[-/. ]([a-z]{{3,10}})[-/. ](\d{{1,2}}){_CLOCK}", re.IGNORECASE
)
_MONTH_NAMED = re.compile(r"([a-z]{3,10})[-/. ,']*(\d{4}|\d{2})", re.IGNORECASE)
_YEAR_MONTH_NAMED = re.compile(r"(\d{4})[-/. ]*([a-z]{3,10})", re.IGNORECASE)
_MONTH_NUMBERED = re.compile(r"(\d{1,2})[-/](\d{4})|(\d{4})[-/](\d{1,2})")
# Numbers that a spreadsheet took for decimals carry ".0".
_COMPACT = re.compile(r"((?:19|20)\d{6})(?:\.0|T?\d{6}(?:\.0)?)?")
_COMPACT_DAY_FIRST = re.compile(r"(\d{1,2})(\d{2})(20\d{2})(?:\.0)?")
# A period beside its financial year is a month from April on; period 13 is an adjustment.
_FINANCIAL_YEAR = r"(20\d{2})[-/](?:20)?\d{2}"
_PERIOD = r"(?:P|M|PD|PER|PERIOD|MONTH)[ .-]*0?(1[0-2]|[1-9])"
_FINANCIAL_PERIOD = re.compile(
    rf"{_FINANCIAL_YEAR}[ /-]*{_PERIOD}|{_PERIOD}[ /-]*{_FINANCIAL_YEAR}", re.IGNORECASE
)
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_EXCEL_DAY_ZERO = date(1899, 12, 30)
_LONGEST = 200
_TELLING_ROWS = 200
# A column of days is looked at several times, and neighbouring files print the same ones.
_MOST_REMEMBERED = 10_000
# Spending was first published for 2010. Outside lie slips of the key ("2203", "1900-01-00") and
# years that stand first with two digits ("23-04-03").
_FIRST_YEAR, _LAST_YEAR = 2005, 2060


@dataclass(frozen=True)
class Day:
    """What one text says: a day, or only a month (`is_month`, then `value` is its first day)."""

    value: date
    is_month: bool = False


@dataclass(frozen=True)
class ReadDates:
    """A column of dates as two Date series; a month is known wherever a day is."""

    days: pl.Series
    months: pl.Series


def date_order(columns: Iterable[pl.Series]) -> DateOrder:
    """Whether 04/05/2023 is 4 May or 5 April, decided once from all date columns of a file.

    Month first only when some text has no other reading and none contradicts it
    (West Devon, Tonbridge and Malling).
    """
    month_first = False
    for column in columns:
        # Hardly a file does not tell by its first rows.
        for texts in (column.head(_TELLING_ROWS), column.slice(_TELLING_ROWS)):
            orders = {_order_of(text) for text in texts.unique().to_list() if text is not None}
            if "dmy" in orders:
                return "dmy"
            month_first = month_first or "mdy" in orders
    return "mdy" if month_first else "dmy"


def _order_of(text: str) -> DateOrder | None:
    """The only order in which a date can be read, if there is but one."""
    found = _NUMBERS.fullmatch(text.strip())
    if not found:
        return None
    first, second = int(found.group(1)), int(found.group(2))
    if first > 12 >= second:
        return "dmy"
    return "mdy" if second > 12 >= first else None


def parse_dates(texts: pl.Series, order: DateOrder = "dmy") -> ReadDates:
    """Parse every way of writing a date seen in published files; impossible dates become null.

    31/04/2026 is nobody's first of May (Cheshire East): it is left undated, never rolled.
    """
    read = {text: day_from_text(text, order) for text in texts.unique().to_list() if text}
    known = {text: day for text, day in read.items() if day is not None}
    if not known:
        nothing = pl.Series([None], dtype=pl.Date).new_from_index(0, len(texts))
        return ReadDates(nothing, nothing)
    days = [None if day.is_month else day.value for day in known.values()]
    months = [day.value.replace(day=1) for day in known.values()]
    read_dates = pl.DataFrame([pl.Series(days, dtype=pl.Date), pl.Series(months, dtype=pl.Date)])
    by_row = read_dates[texts.cast(pl.Enum(list(known)), strict=False).to_physical()]
    return ReadDates(*by_row.get_columns())


@lru_cache(_MOST_REMEMBERED)
def day_from_text(text: str, order: DateOrder = "dmy") -> Day | None:
    """The day or month that one cell names, or None."""
    if len(text) > _LONGEST:
        return None
    text = " ".join(text.replace("\u2013", "-").strip("'\" \t").removesuffix(".").split())
    for read in (_numeric_day, _named_day, _compact_day, _month):
        day = read(text, order)
        if day is not None:
            return day if _FIRST_YEAR <= day.value.year <= _LAST_YEAR else None
    return None


def _numeric_day(text: str, order: DateOrder) -> Day | None:
    found = _YEAR_FIRST.fullmatch(text)
    if found:
        return _day(int(found.group(1)), int(found.group(2)), int(found.group(3)))
    found = _NUMBERS.fullmatch(text)
    if not found:
        return None
    first, second, year = int(found.group(1)), int(found.group(2)), _year(found.group(3))
    return _day(year, second, first) if order == "dmy" else _day(year, first, second)


def _named_day(text: str, order: DateOrder) -> Day | None:
    found = _DAY_NAMED.fullmatch(text)
    if found and found.group(2).lower() in _MONTHS:
        month = _MONTHS[found.group(2).lower()]
        return _day(_year(found.group(3)), month, int(found.group(1)))
    found = _YEAR_MONTH_DAY_NAMED.fullmatch(text)
    if found and found.group(2).lower() in _MONTHS:
        return _day(int(found.group(1)), _MONTHS[found.group(2).lower()], int(found.group(3)))
    found = _NAMED_DAY.fullmatch(text) or _CLOCK_BEFORE_YEAR.fullmatch(text)
    if found and found.group(1).lower() in _MONTHS:
        return _day(int(found.group(3)), _MONTHS[found.group(1).lower()], int(found.group(2)))
    return None


def _compact_day(text: str, order: DateOrder) -> Day | None:
    if _COMPACT.fullmatch(text):
        day = _day(int(text[:4]), int(text[4:6]), int(text[6:8]))
        if day is not None:
            return day
    found = _COMPACT_DAY_FIRST.fullmatch(text)
    if found:
        return _day(int(found.group(3)), int(found.group(2)), int(found.group(1)))
    found = _SERIAL.fullmatch(text)
    if found:
        return Day(_EXCEL_DAY_ZERO + timedelta(days=int(found.group(1))))
    return None


def _month(text: str, order: DateOrder) -> Day | None:
    found = _MONTH_NAMED.fullmatch(text)
    if found and found.group(1).lower() in _MONTHS:
        return _first_of(_year(found.group(2)), _MONTHS[found.group(1).lower()])
    found = _YEAR_MONTH_NAMED.fullmatch(text)
    if found and found.group(2).lower() in _MONTHS:
        return _first_of(int(found.group(1)), _MONTHS[found.group(2).lower()])
    found = _FINANCIAL_PERIOD.fullmatch(text)
    if found:
        first_year = int(found.group(1) or found.group(4))
        period = int(found.group(2) or found.group(3))
        return _first_of(first_year + (period > 9), (period + 2) % 12 + 1)
    found = _MONTH_NUMBERED.fullmatch(text)
    if found:
        year, month = found.group(2) or found.group(3), found.group(1) or found.group(4)
        return _first_of(int(year), int(month))
    return None


def month_number(text: str) -> int | None:
    """The month that a word names ("AUGUST", "Aug"), without a year."""
    return _MONTHS.get(text.strip(" .").lower())


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _day(year: int, month: int, day: int) -> Day | None:
    try:
        return Day(date(year, month, day))
    except ValueError:
        return None


def _first_of(year: int, month: int) -> Day | None:
    day = _day(year, month, 1)
    return Day(day.value, is_month=True) if day else None
