"""Cell values of workbooks -> the strings a person would copy out of the sheet."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from pipeline.read.calamine_sheets import Value

Cell = Value | None


def column_of_strings(values: Sequence[Cell]) -> pl.Series:
    """One column of cell values as strings, numbers in the shortest exact decimal form."""
    types = set(map(type, values))
    if types <= {str, type(None)}:
        return pl.Series(values, dtype=pl.String)
    if types <= {str, float}:
        return _numbers_and_texts(values)
    return pl.Series(list(map(text_of_cell, values)), dtype=pl.String)


def _numbers_and_texts(values: Sequence[Cell]) -> pl.Series:
    numbers = pl.Series([v if type(v) is float else None for v in values], dtype=pl.Float64)
    texts = pl.Series([v if type(v) is str else None for v in values], dtype=pl.String)
    decimals = numbers.cast(pl.String)
    if decimals.str.contains("e|inf|NaN").any():
        return pl.Series(list(map(text_of_cell, values)), dtype=pl.String)
    return texts.fill_null(decimals.str.strip_suffix(".0"))


def text_of_cell(value: Cell) -> str | None:
    """The cell as text: 105, 1234.5, TRUE, 2024-04-01, 2024-04-01 13:30:00."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return text_of_number(repr(value))
    if isinstance(value, dt.datetime):
        return _text_of_moment(value)
    return str(value)


def _text_of_moment(moment: dt.datetime) -> str:
    # A serial number's fraction may fall microseconds short of the second that was meant.
    if moment.microsecond >= 500_000 and moment.year < dt.MAXYEAR:
        moment += dt.timedelta(seconds=1)
    moment = moment.replace(microsecond=0)
    is_midnight = moment.time() == dt.time()
    return moment.date().isoformat() if is_midnight else moment.isoformat(" ")


def text_of_number(number: str) -> str:
    """The number without exponent and without a fraction of zero; other text as it is."""
    if "e" in number.lower() and number.lower() not in ("inf", "nan"):
        try:
            number = f"{Decimal(number):f}"
        except ArithmeticError:
            return number
    return number.removesuffix(".0")
