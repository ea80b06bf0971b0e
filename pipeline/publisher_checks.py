"""What should be true of a publisher's payments, night after night; age is a check, not a crash."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl

from pipeline.collect.attempts import Attempt
from pipeline.collect.collecting import faults
from pipeline.registry.models import GbpPerFile, Publisher, RowsPerFile

# A file of real rows that a reader cannot make out is rare: 13 of 933,962 rows of 356 real files.
MOST_REJECTED = 0.02
# Publishers have one month in arrears by rule, and are often a month later than that.
MONTHS_LATE = {"monthly": 4, "quarterly": 7, "annual": 16}
JUMP = 5.0


@dataclass(frozen=True)
class PublisherCheck:
    """How one check came out; `detail` is for the person who has to act on it."""

    name: str
    is_passed: bool
    severity: Literal["error", "warn"]
    detail: str


def check_publisher(
    publisher: Publisher,
    attempts: Sequence[Attempt],
    files: pl.DataFrame,
    payments: pl.DataFrame,
    today: date,
) -> list[PublisherCheck]:
    """Every check of CHECKS, in order.

    `files` has a row per file version held; `payments` needs payment_month and amount_gbp.
    """
    months = (
        payments.filter(pl.col("payment_month").is_not_null())
        .group_by("payment_month")
        .agg(pl.col("amount_gbp").sum().cast(pl.Float64))
        .sort("payment_month")
    )
    speaking = files.filter(pl.col("is_selected"))
    return [
        _collected(publisher, attempts),
        _as_usual(
            "rows_per_file", publisher.expect.rows_per_file, speaking, "payments", "payments"
        ),
        _as_usual("gbp_per_file", publisher.expect.gbp_per_file, speaking, "total_gbp", "pounds"),
        _rejected_share(speaking),
        _period_gaps(months["payment_month"]),
        _newest_row_age(publisher, months["payment_month"], today),
        _amount_jump(months["amount_gbp"]),
    ]


def _collected(publisher: Publisher, attempts: Sequence[Attempt]) -> PublisherCheck:
    hindered = faults(publisher, attempts)
    detail = (
        f"{len(attempts) - len(hindered)} of {len(attempts)} publications are as they should be"
    )
    if hindered:
        first = hindered[0]
        detail += f"; {first.publication.label or first.publication.url}: {first.outcome}: "
        detail += first.reason
    return PublisherCheck("collected", not hindered, "error", detail)


def _as_usual(
    name: str,
    expected: RowsPerFile | GbpPerFile | None,
    speaking: pl.DataFrame,
    column: str,
    unit: str,
) -> PublisherCheck:
    if expected is None or speaking.is_empty():
        return PublisherCheck(name, True, "warn", "nothing is expected of its files")
    small = speaking.filter(pl.col(column) < expected.min)["label"].to_list()
    large = speaking.filter(pl.col(column) > expected.max)["label"].to_list()
    detail = f"between {expected.min:,} and {expected.max:,} {unit} a file are expected"
    if small:
        detail += f"; fewer in {', '.join(small)}"
    if large:
        detail += f"; more in {', '.join(large)}"
    return PublisherCheck(name, not small and not large, "warn", detail)


def _rejected_share(speaking: pl.DataFrame) -> PublisherCheck:
    rows = int(speaking["payments"].sum()) + int(speaking["rejected"].sum())
    share = int(speaking["rejected"].sum()) / rows if rows else 0.0
    return PublisherCheck(
        "rejected_share",
        share <= MOST_REJECTED,
        "error",
        f"{share:.2%} of the payment lines could not be read; marts.rejected_rows lists them",
    )


def _period_gaps(months: pl.Series) -> PublisherCheck:
    if months.is_empty():
        return PublisherCheck("period_gaps", True, "warn", "no month is held")
    first, last = months[0], months[-1]
    every = pl.date_range(first, last, "1mo", eager=True)
    missing = [f"{month:%b %Y}" for month in every if month not in set(months)]
    detail = f"{months.len()} of {every.len()} months from {first:%b %Y} to {last:%b %Y} are held"
    if missing:
        detail += f"; missing {', '.join(missing[:24])}"
    return PublisherCheck("period_gaps", not missing, "warn", detail)


def _newest_row_age(publisher: Publisher, months: pl.Series, today: date) -> PublisherCheck:
    if months.is_empty():
        return PublisherCheck("newest_row_age", True, "warn", "no month is held")
    newest: date = months[-1]
    age = (today.year - newest.year) * 12 + today.month - newest.month
    late = MONTHS_LATE.get(publisher.cadence, MONTHS_LATE["annual"])
    return PublisherCheck(
        "newest_row_age",
        age < late,
        "warn",
        f"the newest month is {newest:%b %Y}, {age} months ago; a publisher of {publisher.cadence} "
        f"files is late from {late} months on",
    )


def _amount_jump(amounts: pl.Series) -> PublisherCheck:
    before = amounts[-13:-1]
    usual = before.median()
    if before.len() < 3 or not isinstance(usual, float) or usual <= 0:
        return PublisherCheck("amount_jump", True, "warn", "too few months to compare")
    newest = float(amounts[-1])
    return PublisherCheck(
        "amount_jump",
        usual / JUMP <= newest <= usual * JUMP,
        "warn",
        f"£{newest:,.0f} in the newest month, £{usual:,.0f} in the middle of those before",
    )
