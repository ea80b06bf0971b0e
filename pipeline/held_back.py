"""File versions that wait for a person: what differs from the version in use, and accepting one."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

from pipeline.collect.archive import Archive
from pipeline.errors import AnchorspendError
from pipeline.settings import Settings


@dataclass(frozen=True)
class HeldBack:
    """A version that is held back beside the one before it, which stays in use.

    Pounds are the sums of all payments of a version, dates those of its first and last payment.
    """

    publisher_id: str
    label: str
    url: str
    reason: str
    sha256: str
    fetched_at: datetime
    payments: int
    total_gbp: Decimal
    first_date: date | None
    last_date: date | None
    sha256_in_use: str
    payments_in_use: int
    total_gbp_in_use: Decimal
    first_date_in_use: date | None
    last_date_in_use: date | None

    def as_dict(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)

    def as_text(self) -> str:
        """What a person needs to decide, in a few lines."""
        return (
            f"{self.publisher_id}: {self.label}  {self.url}\n"
            f"  {self.reason}; fetched {self.fetched_at:%Y-%m-%d %H:%M}\n"
            f"  held back {self.payments:>9,} payments  £{self.total_gbp:>18,.2f}  "
            f"{self.first_date} to {self.last_date}  {self.sha256}\n"
            f"  in use    {self.payments_in_use:>9,} payments  £{self.total_gbp_in_use:>18,.2f}  "
            f"{self.first_date_in_use} to {self.last_date_in_use}  {self.sha256_in_use}"
        )


def held_back_versions(settings: Settings) -> list[HeldBack]:
    """Every version that the last run held back, by publisher and time."""
    found: list[HeldBack] = []
    for path in sorted(settings.files_dir.glob("*.parquet")):
        files = pl.read_parquet(path)
        if files["is_held_back"].any():
            found += _of_publisher(files)
    return found


def accept_version(settings: Settings, sha256: str, reason: str) -> list[str]:
    """Let a version that is held back speak from the next run on; the publishers it is of.

    Raises AnchorspendError where no version with this sha256 is held back.
    """
    waiting = [one for one in held_back_versions(settings) if one.sha256 == sha256]
    if not waiting:
        raise AnchorspendError(
            f"No version {sha256} is held back: take a sha256 that `anchorspend review` lists."
        )
    Archive(settings.archive_dir).accept(sha256, datetime.now(UTC), reason)
    return sorted({one.publisher_id for one in waiting})


def _of_publisher(files: pl.DataFrame) -> Iterator[HeldBack]:
    sound = files.filter(~pl.col("is_held_back"), pl.col("status") == "payments")
    for one in files.filter("is_held_back").sort("fetched_at").iter_rows(named=True):
        before = sound.filter(
            pl.col("publication_id") == one["publication_id"],
            pl.col("fetched_at") <= one["fetched_at"],
        )
        in_use = before.sort("fetched_at").row(-1, named=True)
        compared = ("payments", "total_gbp", "first_date", "last_date")
        yield HeldBack(
            publisher_id=one["publisher_id"],
            label=one["label"],
            url=one["url"],
            reason=one["selection_reason"],
            sha256=one["file_sha256"],
            fetched_at=one["fetched_at"],
            sha256_in_use=in_use["file_sha256"],
            **{name: one[name] for name in compared},
            **{f"{name}_in_use": in_use[name] for name in compared},
        )
