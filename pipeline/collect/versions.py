"""Which version of each publication speaks, and which is held back until somebody has looked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

import polars as pl

# Devon's 202501 was overwritten by 238 lines of April data and put back six minutes later.
_SHRUNK = 0.5
# Of fewer payments than this, half may go without anything being wrong.
_FEWEST_TO_SHRINK = 10
_LEFT_THE_PERIOD = 0.5

UNREADABLE = "cannot be read as payments"
REPLACED = "replaced by a newer version"

MonthRows = Mapping[date | None, int]


@dataclass(frozen=True)
class Version:
    """One stored version of one publication; months are first days, None stands for undated rows.

    `place` is its row in the files that were asked about.
    """

    place: int
    publisher_id: str
    publication_id: str
    sha256: str
    label: str
    kind: str
    first_day: date | None
    last_day: date | None
    fetched_at: datetime
    rows: MonthRows = field(repr=False)

    @property
    def has_period(self) -> bool:
        """Whether the publication states what it covers."""
        return self.first_day is not None and self.last_day is not None

    @property
    def months(self) -> list[date]:
        """The months that its dated payments fall in."""
        return sorted(month for month in self.rows if month is not None)

    @property
    def total(self) -> int:
        """How many payments it holds."""
        return sum(self.rows.values())

    def covers(self, month: date, slack: int = 0) -> bool:
        """Whether its stated period, widened by so many months at both ends, holds the month."""
        if self.first_day is None or self.last_day is None:
            return False
        place = _number(month)
        return _number(self.first_day) - slack <= place <= _number(self.last_day) + slack

    def overlaps(self, other: "Version") -> bool:
        """Whether the stated periods have a month in common."""
        days = (self.first_day, self.last_day, other.first_day, other.last_day)
        if any(day is None for day in days):
            return False
        first, last, other_first, other_last = (_number(day) for day in days if day)
        return max(first, other_first) <= min(last, other_last)

    @property
    def span_months(self) -> int:
        """The length of the stated period, else of the span of its payments' months."""
        if self.first_day is not None and self.last_day is not None:
            return _number(self.last_day) - _number(self.first_day) + 1
        months = self.months
        return _number(months[-1]) - _number(months[0]) + 1 if months else 0


@dataclass(frozen=True)
class Speaking:
    """A version that may speak for its months before `until` (exclusive; None: for all)."""

    version: Version
    until: date | None = None

    def speaks_for(self, month: date | None) -> bool:
        """Whether no newer version of the publication has taken the month over."""
        return self.until is None or (month is not None and month < self.until)


@dataclass(frozen=True)
class JudgedVersions:
    """Versions that may speak, and for each of the others (by place) why it does not."""

    speaking: tuple[Speaking, ...]
    silent: Mapping[int, str]
    held_back: Mapping[int, str]


def versions_of(files: pl.DataFrame, months: pl.DataFrame) -> list[Version]:
    """The readable ones of some files.

    `files` is held_files with `status`; `months` has file_sha256, payment_month and rows.
    """
    rows: dict[str, dict[date | None, int]] = {}
    for sha256, month, count in months.select("file_sha256", "payment_month", "rows").iter_rows():
        rows.setdefault(sha256, {})[month] = count
    return [
        Version(
            place=place,
            publisher_id=row["publisher_id"],
            publication_id=row["publication_id"],
            sha256=row["sha256"],
            label=row["label"],
            kind=row["kind"],
            first_day=row["first_day"],
            last_day=row["last_day"],
            fetched_at=row["fetched_at"],
            rows=rows.get(row["sha256"], {}),
        )
        for place, row in enumerate(files.iter_rows(named=True))
        if row["status"] == "payments"
    ]


def judge_versions(versions: Collection[Version], accepted: Collection[str] = ()) -> JudgedVersions:
    """The newest sound version of each publication; older ones where its window has moved on.

    A version is held back where it has lost more than half of its payments, or where most of them
    are dated outside the stated period and those of the version before were not; the one before
    stays. `accepted` are the sha256 that somebody has looked at and found right.

    A publication without a stated period (one file for all years, "the last 48 months") may drop
    its oldest months: for these its older versions go on speaking.
    """

    def of_publication(version: Version) -> tuple[str, str, date, date]:
        first, last = version.first_day or date.min, version.last_day or date.min
        return (version.publisher_id, version.publication_id, first, last)

    speaking: list[Speaking] = []
    silent: dict[int, str] = {}
    held_back: dict[int, str] = {}
    for _, group in groupby(sorted(versions, key=of_publication), key=of_publication):
        sound: list[Version] = []
        for version in sorted(group, key=lambda one: (one.fetched_at, one.place)):
            reason = _why_held_back(version, sound[-1]) if sound else ""
            if reason and version.sha256 not in accepted:
                held_back[version.place] = silent[version.place] = reason
            else:
                sound.append(version)
        speaking += _windows(sound, silent)
    return JudgedVersions(tuple(speaking), silent, held_back)


def _windows(sound: list[Version], silent: dict[int, str]) -> list[Speaking]:
    """The newest version, and older ones for months before all that newer ones hold."""
    found: list[Speaking] = []
    until: date | None = None
    for version in reversed(sound):
        months = version.months
        if not found:
            found.append(Speaking(version))
        elif not version.has_period and until and months and months[0] < until:
            found.append(Speaking(version, until))
        else:
            silent[version.place] = REPLACED
        if months:
            until = min(until or months[0], months[0])
    return found


def _why_held_back(version: Version, before: Version) -> str:
    """What is wrong with a version as against the sound one before it, "" where nothing is."""
    if version.sha256 == before.sha256:
        return ""
    if version.has_period:
        now, then = version.total, before.total
        outside, was_outside = (_share_outside(one) for one in (version, before))
        if outside > _LEFT_THE_PERIOD >= was_outside:
            return f"held back: {outside:.0%} of its payments are dated outside the stated period"
    else:
        # A file of the year to date begins anew: compare only the months that both can hold.
        first = min(version.months, default=date.max)
        now = sum(count for month, count in version.rows.items() if month is None or month >= first)
        then = sum(count for month, count in before.rows.items() if month is None or month >= first)
    if then >= _FEWEST_TO_SHRINK and now < then * _SHRUNK:
        return f"held back: {now} payments where the version before has {then}"
    return ""


def _share_outside(version: Version) -> float:
    """The share of the dated payments that lie a month or more outside the stated period."""
    dated = {month: count for month, count in version.rows.items() if month is not None}
    outside = sum(count for month, count in dated.items() if not version.covers(month, slack=1))
    return outside / sum(dated.values()) if dated else 0.0


def _number(month: date) -> int:
    return month.year * 12 + month.month
