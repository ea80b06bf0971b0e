"""Payments as keys that tell whether two files hold the same ones.

A key is a hash of supplier and amount, with the day or without; a payment is numbered among its
equals in the file, so that a set of keys stands for a multiset of payments.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

Keys = frozenset[int]
FileMonth = tuple[str, date | None]

# A twin in another format may differ in case, spaces and signs.
_SUPPLIER = pl.col("supplier_name").fill_null("").str.to_lowercase().str.replace_all(r"[\W_]+", "")


@dataclass(frozen=True)
class MonthKeys:
    """One file's payments of one month; `distinct` are not numbered."""

    by_day: Keys
    by_month: Keys
    distinct: Keys
    is_dayless: bool

    @property
    def rows(self) -> int:
        """How many payments there are."""
        return len(self.by_day)

    def shared_with(self, other: "MonthKeys") -> int:
        """How many payments both hold; without regard to days where one of them has none."""
        if self.is_dayless or other.is_dayless:
            return len(self.by_month & other.by_month)
        return len(self.by_day & other.by_day)


NO_KEYS = MonthKeys(frozenset(), frozenset(), frozenset(), is_dayless=False)


def rows_and_pounds(payments: pl.LazyFrame) -> pl.DataFrame:
    """Rows and total_gbp by file_sha256 and payment_month (null: undated)."""
    return (
        payments.group_by("file_sha256", "payment_month")
        .agg(pl.len().cast(pl.Int64).alias("rows"), pl.col("amount_gbp").sum().alias("total_gbp"))
        .sort("file_sha256", "payment_month")
        .collect()
    )


def keys_by_month(
    payments: pl.LazyFrame, pairs: Iterable[FileMonth]
) -> Iterator[tuple[date, Mapping[str, MonthKeys]]]:
    """The keys of some files' months, month after month, each by file_sha256."""
    day = pl.struct("payment_date", _SUPPLIER.alias("supplier"), "amount_gbp").hash()
    month = pl.struct(_SUPPLIER.alias("supplier"), "amount_gbp").hash()
    frame = (
        _of(payments, pairs)
        .select(
            "file_sha256",
            "payment_month",
            day.alias("day"),
            month.alias("month"),
            pl.col("payment_date").is_null().alias("is_dayless"),
        )
        .collect()
    )
    for of_month in frame.partition_by("payment_month", maintain_order=True):
        yield (
            of_month["payment_month"][0],
            {
                str(of_file["file_sha256"][0]): MonthKeys(
                    by_day=_numbered(of_file, "day"),
                    by_month=_numbered(of_file, "month"),
                    distinct=frozenset(of_file["day"].to_list()),
                    is_dayless=bool(of_file["is_dayless"].any()),
                )
                for of_file in of_month.partition_by("file_sha256")
            },
        )


def supplier_and_amount(payments: pl.LazyFrame, pairs: Iterable[FileMonth]) -> Keys:
    """Keys without days of the payments of some files' months, all together."""
    key = pl.struct(_SUPPLIER.alias("supplier"), "amount_gbp").hash().alias("month")
    return _numbered(_of(payments, pairs).select(key).collect(), "month")


def _of(payments: pl.LazyFrame, pairs: Iterable[FileMonth]) -> pl.LazyFrame:
    wanted = pl.LazyFrame(
        list(pairs),
        schema={"file_sha256": pl.String, "payment_month": pl.Date},
        orient="row",
    )
    keys = ["file_sha256", "payment_month"]
    return payments.join(wanted, on=keys, how="semi", nulls_equal=True)


def _numbered(frame: pl.DataFrame, key: str) -> Keys:
    numbered = frame.select(pl.struct(key, pl.int_range(pl.len()).over(key).alias("number")).hash())
    return frozenset(numbered.to_series().to_list())
