"""The date words in a label, file name or heading, one after the other."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pipeline.collect.labels import clean_label

# The first files cover 2009/10 (councils were asked in 2010 to publish).
_FIRST_YEAR, _LAST_YEAR = 2009, 2039

_MONTH_NAMES = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_ONE_MONTH = re.compile(_MONTH)
_SEVERAL_MONTHS = re.compile(rf"(?:{_MONTH}){{2,}}")
_ENDS_IN_MONTH = re.compile(rf"(?:{'|'.join(name for name in _MONTH_NAMES if len(name) > 3)})$")
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "one": 1, "two": 2, "three": 3}
_ORDINALS |= {"four": 4}
_LENGTHS = {"year": 12, "12 months": 12, "twelve months": 12, "y/e": 12}
_LENGTHS |= {"half year": 6, "half-year": 6, "6 months": 6, "six months": 6}
_LENGTHS |= {"quarter": 3, "qtr": 3, "3 months": 3, "three months": 3, "month": 1, "period": 0}

_SHORT_NAME = 6
_SHORTEST_MISSPELT = 4

TokenKind = Literal[
    "month",  # value: 1-12
    "year",  # value: 2019; so with short_year, from "Apr 19"
    "short_year",
    "financial_year",  # value: 2019 for 2019/20
    "short_financial_year",  # value: 2019 for 19/20 or 19-20, which may also be two days
    "month_or_financial_year",  # value, second: 2011, 12 for 2011-12
    "year_month",  # value, second: 2019, 4 from 2019-04, 201904, 04.2019
    "day",  # value, second: 2019, 4 from 30/04/2019
    "inner_day",  # a day that neither begins nor ends a month
    "quarter",  # value: 1-4
    "unclear_quarter",  # "Q1_2"
    "part_of_year",  # "H1", "part"
    "week",
    "ending",  # value: 12 for "year ended", 3 for "quarter to", 0 for "period ended"
    "number",  # value: a number of one or two digits that is nothing else
    "period",  # value: 1-13
    "to",
    "and",
    "other",
]


@dataclass(frozen=True)
class Token:
    """One date word, or "other" for everything that is none."""

    kind: TokenKind
    value: int = 0
    second: int = 0


_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_DATE_LIKE = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?\W*)?(?:(?:{_MONTH})\b\W*)?(?:[\d/.-]{{2,10}})?"
_NOISE = [
    # "Last updated 3 May 2021" dates the page, not the payments.
    re.compile(
        r"(?:(?:last |date )?(?:updated|modified|uploaded)|date published|(?:published|revised|"
        rf"amended|corrected) on|(?<=\()(?:published|revised|amended|corrected))\W*(?:on|in|at)?\W*"
        rf"{_DATE_LIKE}"
    ),
    re.compile(r"transparency code 20\d\d"),
    # Thresholds: "over £500", "exceeding_500", "over__25_000", "250.00", "£25k", "500+".
    re.compile(
        r"(?:over|exceeding|exceed|above|excess of|more than|than|greater)[\s_-]*"
        r"(?:£|gbp|p)?[\s_-]*"
        r"(?:\d{1,3}(?:[,._ ]000)+|\d+)(?:\.00)?k?(?!\d)"
    ),
    re.compile(r"£\s*\d[\d,]*(?:\.\d\d)?k?"),
    re.compile(r"(?<!\d)\d+(?:\.\d+)?\s?(?:k|kb|mb|gb|bytes)(?![a-z])"),
]

_Maker = Callable[[re.Match[str]], Token | None]


def _is_year(year: int) -> bool:
    return _FIRST_YEAR <= year <= _LAST_YEAR


def _day(year: str, month: str, day: str) -> Token | None:
    try:
        there = date(int(year) if len(year) == 4 else 2000 + int(year), int(month), int(day))
    except ValueError:
        return None
    if not _is_year(there.year):
        return None
    bounds = (1, monthrange(there.year, there.month)[1])
    return Token("day" if there.day in bounds else "inner_day", there.year, there.month)


def _financial_year(match: re.Match[str]) -> Token | None:
    first, separator, second = int(match["first"]), match["between"].strip(), match["second"]
    if not _is_year(first) or int(second) % 100 != (first + 1) % 100:
        return None
    # 2010/11 is a financial year; 2010-11 may be November 2010 just as well.
    if len(second) == 2 and int(second) <= 12 and separator in {"-", "_", "", "."}:
        return Token("month_or_financial_year", first, int(second))
    return Token("financial_year", first)


def _short_financial_year(match: re.Match[str]) -> Token | None:
    first = 2000 + int(match[1])
    if not _is_year(first) or int(match[3]) != int(match[1]) + 1:
        return None
    return Token("financial_year" if match[2] == "/" else "short_financial_year", first)


def _year_month(match: re.Match[str]) -> Token | None:
    year = int(match["year"])
    return Token("year_month", year, int(match["month"])) if _is_year(year) else None


def _year(match: re.Match[str]) -> Token | None:
    return Token("year", int(match[0])) if _is_year(int(match[0])) else None


def _word(match: re.Match[str]) -> Token | None:
    word = match[0]
    if word in _MONTHS:
        return Token("month", _MONTHS[word])
    if word in {"to", "through", "thru", "until", "till"}:
        return Token("to")
    if word == "and":
        return Token("and")
    if ends := _ENDS_IN_MONTH.search(word):
        return Token("month", _MONTHS[ends[0]])
    if likely := next((name for name in _MONTH_NAMES if _one_slip_apart(word, name)), None):
        return Token("month", _MONTHS[likely])
    return Token("other")


def _one_slip_apart(word: str, name: str) -> bool:
    """One letter too many, missing, wrong or swapped with its neighbour: "Febuary", "Arpil".

    In a short name the first letter must be there and none be wrong: "arch", "match" are words.
    """
    if abs(len(word) - len(name)) > 1 or len(word) < _SHORTEST_MISSPELT:
        return False
    start = 0
    while start < min(len(word), len(name)) and word[start] == name[start]:
        start += 1
    tails = word[start:], name[start:]
    is_swapped = tails[0][:2] == tails[1][1::-1] and tails[0][2:] == tails[1][2:]
    is_off = tails[0][1:] == tails[1] or tails[0] == tails[1][1:]
    if len(name) < _SHORT_NAME:
        return is_swapped or (is_off and start > 0)
    return is_swapped or is_off or tails[0][1:] == tails[1][1:]


_GAP = r"[\s_.,'’-]*"
_RULES: list[tuple[re.Pattern[str], _Maker]] = [
    (re.compile(pattern), maker)
    for pattern, maker in (
        (
            r"(\d{4})[-_./](\d{1,2})[-_./](\d{1,2})(?!\d)",
            lambda match: _day(match[1], match[2], match[3]),
        ),
        (
            r"(\d{1,2})([-_./ ])(\d{1,2})\2(\d{4})(?!\d)",
            lambda match: _day(match[4], match[3], match[1]),
        ),
        (
            r"(\d{1,2})([-./])(\d{1,2})\2(\d{2})(?!\d)",
            lambda match: _day(match[4], match[3], match[1]),
        ),
        (r"(20\d\d)(\d\d)(\d\d)(?!\d)", lambda match: _day(match[1], match[2], match[3])),
        (r"(\d\d)(\d\d)(20\d\d)(?!\d)", lambda match: _day(match[3], match[2], match[1])),
        (
            r"(?P<first>20\d\d)(?P<between>\s*(?:[-/_.–—]|[\s_-](?:to|and)[\s_-])\s*)(?P<second>(?:20)?\d\d)(?!\d)",
            _financial_year,
        ),
        (r"(?P<first>20\d\d)(?P<between>\s*)(?P<second>20\d\d|\d\d)(?!\d)", _financial_year),
        (r"(?P<year>20\d\d)(?P<month>0[1-9]|1[0-2])(?!\d)", _year_month),
        (r"(?P<year>20\d\d)\s?[-_./]\s?(?P<month>0[1-9]|1[0-2])(?!\d)", _year_month),
        (
            r"(?P<month>0[1-9]|1[0-2])\s?[-_./]?\s?(?P<year>20\d\d)(?!\d|\s?[-/_.–—]\s?\d\d(?!\d))",
            _year_month,
        ),
        (
            rf"q(?:tr|uarter)?{_GAP}([1-4])(?:[_-][1-4](?!\d))",
            lambda match: Token("unclear_quarter"),
        ),
        (rf"q(?:tr|uarter)?{_GAP}([1-4])(?!\d)", lambda match: Token("quarter", int(match[1]))),
        (
            rf"([1-4])(?:st|nd|rd|th){_GAP}q(?:tr|uarter)(?![a-z])",
            lambda match: Token("quarter", int(match[1])),
        ),
        (
            rf"(?:(first|second|third|fourth){_GAP}quarter|quarter{_GAP}(one|two|three|four))(?![a-z])",
            lambda match: Token("quarter", _ORDINALS[match[1] or match[2]]),
        ),
        (
            rf"(?:period|month|mth|p|m){_GAP}(0?[1-9]|1[0-3])(?!\d)",
            lambda match: Token("period", int(match[1])),
        ),
        (r"(\d\d?)(?:st|nd|rd|th)(?![a-z])", lambda match: Token("number", int(match[1]))),
        (r"(\d\d)\s?([-/])\s?(\d\d)(?!\d)", _short_financial_year),
        (r"20\d\d(?!\d)", _year),
        (
            r"(?:week\s?(?:ending|commencing|beginning)|w/[ec])(?![a-z])",
            lambda match: Token("week"),
        ),
        (
            rf"(?:({'|'.join(_LENGTHS)})\s(?:to|ended|ending|end)|(y/e))(?=\W)",
            lambda match: Token("ending", _LENGTHS[match[1] or match[2]]),
        ),
        (r"(?:h[12]|half|part)(?![a-z0-9])", lambda match: Token("part_of_year")),
        # The second version of a file, not the second month: "april2023v2".
        (r"(?:v|ver|version|rev)[\s_.-]?\d+(?:\.\d+)?(?!\d)", lambda match: Token("other")),
        (r"[a-z]+", _word),
        (r"&|\+", lambda match: Token("and")),
        (r"[–—]", lambda match: Token("to")),
    )
]
# "Apr '19", "Jan22"; but "Jan 19/20" is January of a financial year, and "3rd" a day.
_SHORT_YEAR = re.compile(r"[\s_.,'’-]*(\d\d)(?![\dk]|st|nd|rd|th|\s?[-/]\s?\d\d(?!\d))")
_DAY_OF_MONTH = re.compile(r"[\s_.,-]*\d{1,2}(?:st|nd|rd|th)?(?=[\s,_-]+20\d\d(?!\d))")
_DIGITS = re.compile(r"\d+")


def date_words(text: str) -> Iterator[Token]:
    """Tokens of the text in their order; thresholds and "last updated" dates are left out."""
    text = _CAMEL.sub(" ", clean_label(text)).lower()
    for noise in _NOISE:
        text = noise.sub(" ~ ", text)
    position = 0
    while position < len(text):
        token, position = _next_token(text, position)
        if token is None:
            continue
        yield token
        if token.kind == "month":
            if day := _DAY_OF_MONTH.match(text, position):
                position = day.end()
            elif (short := _SHORT_YEAR.match(text, position)) and _is_year(2000 + int(short[1])):
                yield Token("short_year", 2000 + int(short[1]))
                position = short.end()


def _next_token(text: str, position: int) -> tuple[Token | None, int]:
    before = text[position - 1] if position else " "
    in_word = before.isalpha() and text[position].isalpha()
    in_number = before.isdigit() and text[position].isdigit()
    if not in_word and not in_number:
        if _SEVERAL_MONTHS.match(text, position) and (one := _ONE_MONTH.match(text, position)):
            # "julysep2010": the names are taken one after the other.
            return Token("month", _MONTHS[one[0]]), one.end()
        for pattern, maker in _RULES:
            if (match := pattern.match(text, position)) and (token := maker(match)):
                return token, match.end()
        if digits := _DIGITS.match(text, position):
            is_short = len(digits[0]) <= 2
            return (Token("number", int(digits[0])) if is_short else None), digits.end()
    elif in_word and (one := _ONE_MONTH.match(text, position)):
        return Token("month", _MONTHS[one[0]]), one.end()
    return (Token("other") if text[position] == "~" else None), position + 1
