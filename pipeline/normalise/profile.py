"""Measures what the cells of a column look like: amounts, dates, names, firms."""

from collections import Counter

import polars as pl

from pipeline.normalise.amounts import parse_amounts
from pipeline.normalise.dates import day_from_text, month_number

_SAMPLE_ROWS = 400
_FIRST_ROWS = 2_000
_COMPANY_WORDS = (
    r"(?i)\b(ltd|limited|plc|llp|council|trust|university|college|school|services|association|nhs"
    r"|group|uk|company|solicitors|associates|society|homes|care|consult\w*|amazon|hotel)\b|\.co"
)
# What the cells of such columns look like, with the blanks, prefixes and dots that people write.
IDENTIFIERS = {
    "vat_number": r"^(?i:gb)?[ .]*\d(?:[ .-]?\d){7,11}(?:\.0)?$",
    "supplier_postcode": r"^(?i)[a-z]{1,2}\d[a-z\d]? *(?:\d[a-z]{2})?$",
    "company_number": r"^(?i)[a-z]{0,3} ?\d{4,8}r?(?:\.0)?$",
    "charity_number": r"^(?i)(?:sc|ni)? ?\d{5,7}(?:-\d{1,2})?(?:\.0)?$",
}


class Profile:
    """What the cells of a block look like, column by column, measured on a sample of its rows."""

    def __init__(self, cells: pl.DataFrame) -> None:
        nulls = [column.null_count() for column in cells.iter_columns()]
        filled = cells
        # Two columns without a gap leave no row to take out.
        if nulls.count(0) < 2:
            filled = cells.filter(
                pl.sum_horizontal(pl.col(c).is_not_null() for c in cells.columns) >= 2
            )
        self._first_rows = filled.head(_FIRST_ROWS)
        every = max(filled.height // _SAMPLE_ROWS, 1)
        # Rows by their numbers take an eighth of the time of Polars' gather_every.
        rows = pl.int_range(0, filled.height, every, dtype=pl.UInt32, eager=True)
        self._sample = filled[rows] if every > 1 else filled
        self._cells: dict[int, pl.Series] = {}
        self._shares: dict[tuple[str, int], float] = {}

    @property
    def width(self) -> int:
        """How many columns there are."""
        return self._sample.width

    def filled(self, column: int) -> float:
        """The share of rows with something in the column."""
        height = self._sample.height
        return 1 - self._sample.to_series(column).null_count() / height if height else 0.0

    def amounts(self, column: int) -> float:
        """The share of the column's cells that are amounts."""
        return self.share("amounts", column)

    def pounds(self, column: int) -> float:
        """The share of rows with something other than zero in the column."""
        return self.filled(column) * (1 - self.share("zeros", column))

    def dates(self, column: int) -> float:
        """The share of the column's cells that are days or months."""
        return self.share("dates", column)

    def mid_month_days(self, column: int) -> float:
        """The share of the column's cells that are days other than the first of a month."""
        return self.share("mid_month_days", column)

    def names(self, column: int) -> float:
        """The share of the column's cells that hold a word."""
        return self.share("names", column)

    def different_names(self, column: int) -> float:
        """As `names`, and zero where twenty cells or more hold one name only, or all are codes."""
        values = self.cells(column)
        if self.share("codes", column) >= 0.8:
            return 0.0
        if len(values) >= 20 and values.n_unique() == 1:
            return 0.0
        return self.names(column)

    def plain_numbers(self, column: int) -> float:
        """The share of the column's cells that are digits alone, as references and serials are."""
        return self.share("plain_numbers", column)

    def companies(self, column: int) -> float:
        """The share of the column's cells with a word that firms and public bodies bear."""
        return self.share("companies", column)

    def pence(self, column: int) -> float:
        """The share of the column's cells written as money: with pence, thousands commas or £."""
        return self.share("pence", column)

    def adds_up_to(self, part: int, whole: int) -> bool:
        """Whether the parts of consecutive rows add up to a sum repeated on each of them."""
        if part == whole:
            return False
        sums = (
            pl.DataFrame(
                {
                    "whole": parse_amounts(self._first_rows.to_series(whole)),
                    "part": parse_amounts(self._first_rows.to_series(part)),
                }
            )
            .group_by(pl.col("whole").rle_id(), maintain_order=True)
            .agg(pl.col("whole").first().alias("sum"), pl.col("part").sum(), pl.len())
            .filter((pl.col("len") > 1) & (pl.col("sum") != 0))
        )
        agree = sums.filter((pl.col("sum") - pl.col("part")).abs() < 0.011).height
        return sums.height >= 2 and agree >= 0.6 * sums.height

    def fills_gaps(self, column: int, other: int) -> bool:
        """Whether the column holds pounds in some rows and in each of these the other none."""
        mine, others = (
            parse_amounts(self._first_rows.to_series(c)).fill_null(0) != 0 for c in (column, other)
        )
        return bool(mine.any() and others.any()) and not (mine & others).any()

    def is_sum_of(self, column: int, part: int, other: int) -> bool:
        """Whether a row's pounds in the column are those in the two others, neither being zero."""
        if self.filled(other) < 0.5 or self.pence(part) < 0.1 or self.amounts(part) < 0.9:
            return False
        columns = {"whole": column, "part": part, "other": other}
        pounds = pl.DataFrame(
            {name: parse_amounts(self._sample.to_series(c)) for name, c in columns.items()}
        ).fill_null(0)
        difference = pl.col("part") + pl.col("other") - pl.col("whole")
        agree = pounds.filter(difference.abs() < 0.011)
        has_both = agree.filter((pl.col("part") != 0) & (pl.col("other") != 0))
        return has_both.height > 0 and agree.height >= 0.95 * pounds.height

    def distinct(self, column: int) -> float:
        """Different values over cells."""
        values = self.cells(column)
        return values.n_unique() / len(values) if len(values) else 0.0

    def varies(self, column: int) -> bool:
        """Whether the column holds two different values."""
        return self.cells(column).n_unique() > 1

    def cells(self, column: int) -> pl.Series:
        """The sampled cells that are not blank."""
        if column not in self._cells:
            values = self._sample.to_series(column)
            self._cells[column] = values.drop_nulls() if values.null_count() else values
        return self._cells[column]

    def share(self, measure: str, column: int) -> float:
        """The share of the column's cells that are what the measure asks."""
        key = (measure, column)
        if key not in self._shares:
            values = self.cells(column)
            self._shares[key] = _measure(measure, values) / len(values) if len(values) else 0.0
        return self._shares[key]


def _measure(measure: str, values: pl.Series) -> int:
    if measure == "amounts":
        return len(values) - parse_amounts(values).null_count()
    if measure == "zeros":
        return int((parse_amounts(values) == 0).sum())
    if measure == "dates":
        return sum(rows for text, rows in Counter(values.to_list()).items() if _is_date(text))
    if measure == "mid_month_days":
        return sum(rows for text, rows in Counter(values.to_list()).items() if _is_mid_month(text))
    pattern = {
        "names": r"[A-Za-z]{3}|^[A-Z]{1,3}$|[A-Za-z]{2} [A-Za-z]|^\d+[A-Z]?[a-z]+",
        "companies": _COMPANY_WORDS,
        "codes": r"^[A-Z&]*\d[A-Z\d/_-]*$",
        "plain_numbers": r"^\d+(?:\.0)?$",
        **IDENTIFIERS,
        "legal_forms": r"(?i)\b(?:ltd|limited|plc|llp|cic)\b",
        "padded": r"\S {3,}\S",
        "pence": r"^[^A-Za-z]*(?:\d\.\d{1,2}\d*|\d,\d{3}|£ ?\d)[^A-Za-z]*$",
    }[measure]
    return int(values.str.contains(pattern).sum())


def _is_date(text: str) -> bool:
    return (
        day_from_text(text) is not None
        or day_from_text(text, "mdy") is not None
        or month_number(text) is not None
    )


def _is_mid_month(text: str) -> bool:
    day = day_from_text(text)
    return day is not None and not day.is_month and day.value.day > 1
