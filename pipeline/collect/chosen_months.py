"""Selection: which file speaks for each publisher and month, so that nothing counts twice.

Months overlap where a publisher lists the same month in two formats, a quarter beside its months,
a year that grows, a file uploaded again under another name; and where a few payments of a file
are dated in the month before. The first kind must count once, the second must not be lost, and
only the payments themselves tell them apart.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from pipeline.collect.payment_keys import (
    NO_KEYS,
    MonthKeys,
    keys_by_month,
    rows_and_pounds,
    supplier_and_amount,
)
from pipeline.collect.versions import (
    REPLACED,
    UNREADABLE,
    JudgedVersions,
    Speaking,
    Version,
    judge_versions,
    versions_of,
)

# Two files are versions of one month where the one with fewer payments shares this much of them.
_SAME_MONTH = 0.2
# The few payments that a file holds of another month may share one with it by chance.
_SAME_STRAYS = 0.5
# What is of another kind, or has no dates, is left out only where nearly all of it is elsewhere.
_CONTAINED = 0.9
_LONGEST_TWIN = 1.5

_EXACT, _WITHIN, _NO_PERIOD, _OUTSIDE = range(4)

SELECTED_FILES: dict[str, pl.DataType] = {
    "publisher_id": pl.String(),
    "file_sha256": pl.String(),
    "payment_month": pl.Date(),
    "is_selected": pl.Boolean(),
    "reason": pl.String(),
    "rows": pl.Int64(),
    "total_gbp": pl.Decimal(18, 4),
}


@dataclass(frozen=True)
class Selection:
    """What speaks, by month and by file.

    `months` is SELECTED_FILES: one row per publisher, file and month (null: undated payments).
    `files` is the files asked about, in their order, with is_selected (once per publisher and
    file, where it speaks for some month), selection_reason and is_held_back.
    """

    months: pl.DataFrame
    files: pl.DataFrame


@dataclass(frozen=True)
class _Claim:
    """A file's payments of one month (None: undated), and how good its right to the month is."""

    version: Version
    month: date | None
    keys: MonthKeys = NO_KEYS

    @property
    def rank(self) -> int:
        """The stated period is exactly this month, holds it, is not stated, or lies elsewhere."""
        if self.month is None or not self.version.has_period:
            return _NO_PERIOD
        if not self.version.covers(self.month):
            return _OUTSIDE
        return _EXACT if self.version.span_months == 1 else _WITHIN

    @property
    def preference(self) -> tuple[bool, int, int, float, int]:
        """Smaller is better: spend before cards, rank, the narrower period, the later fetch."""
        version = self.version
        is_other_kind = version.kind != "spend"
        at = version.fetched_at.timestamp()
        return (is_other_kind, self.rank, version.span_months, -at, -version.place)

    @property
    def first_seen(self) -> tuple[bool, int, int, float, int]:
        """Smaller is better, as `preference`, but the earlier fetch: twins must not take turns."""
        kind, rank, span, at, place = self.preference
        return (kind, rank, span, -at, -place)


Decisions = dict[tuple[str, date | None], tuple[bool, str]]


def select_months(
    files: pl.DataFrame, payments: pl.LazyFrame, accepted: Collection[str] = ()
) -> Selection:
    """Decide for every publisher, file and month whether the file speaks, with the reason.

    `files` is held_files (every version) with `status`, "payments" where the file was read as
    such. `payments` has file_sha256, payment_date, payment_month, supplier_name and amount_gbp of
    all of them. `accepted` are the sha256 of held-back versions that somebody found right.
    """
    totals = rows_and_pounds(payments)
    judged = judge_versions(versions_of(files, totals), accepted)
    speaking = _once_per_file(judged.speaking)
    by_publisher: dict[str, list[Speaking]] = defaultdict(list)
    for one in speaking:
        by_publisher[one.version.publisher_id].append(one)
    decided = {
        publisher_id: _decide(of_publisher, payments)
        for publisher_id, of_publisher in by_publisher.items()
    }
    months = _month_table(files, totals, judged, decided)
    return Selection(months, _file_table(files, speaking, judged, months))


def _once_per_file(speaking: Iterable[Speaking]) -> list[Speaking]:
    """The same bytes under two links are one file; the link seen first speaks for it."""
    found: dict[tuple[str, str], Speaking] = {}
    for one in sorted(speaking, key=lambda one: (one.version.fetched_at, one.version.place)):
        key = (one.version.publisher_id, one.version.sha256)
        earlier = found.setdefault(key, one)
        if earlier.until is not None and (one.until is None or one.until > earlier.until):
            found[key] = replace(earlier, until=one.until)
    return list(found.values())


def _decide(speaking: Sequence[Speaking], payments: pl.LazyFrame) -> Decisions:
    """The decisions on one publisher's files, month by month, undated payments last."""
    claims: dict[date | None, list[_Claim]] = defaultdict(list)
    for one in speaking:
        for month in one.version.rows:
            if one.speaks_for(month):
                claims[month].append(_Claim(one.version, month))
    undated = claims.pop(None, [])
    decisions: Decisions = {}
    contested: list[_Claim] = []
    for month, of_month in claims.items():
        if len(of_month) == 1:
            sole = (True, "the only file with payments of this month")
            decisions[of_month[0].version.sha256, month] = sole
        else:
            contested += of_month
    pairs = [(claim.version.sha256, claim.month) for claim in contested]
    for month, keys in keys_by_month(payments, pairs):
        with_keys = [replace(one, keys=keys[one.version.sha256]) for one in claims[month]]
        decisions |= _contest(with_keys)
    for claim in sorted(undated, key=lambda one: one.preference):
        decisions[claim.version.sha256, None] = _undated(claim, speaking, decisions, payments)
    return decisions


def _contest(claims: Sequence[_Claim]) -> Decisions:
    """Decide one month: the best right first, then whatever has payments of its own."""
    decisions: Decisions = {}

    def decide(claim: _Claim, is_selected: bool, reason: str) -> None:
        decisions[claim.version.sha256, claim.month] = (is_selected, reason)

    single = []
    for best, *twins in _twins(claims):
        single.append(best)
        for twin in twins:
            decide(twin, False, f"same payments as {best.version.label!r}")
    chosen: list[_Claim] = []
    left: list[_Claim] = []
    for claim in sorted(single, key=lambda one: one.preference):
        rivals = [one for one in chosen if _is_version_of(claim, one)]
        if rivals:
            left.append(claim)
            decide(claim, False, _why_left(claim, rivals))
        else:
            decide(claim, True, _why_chosen(claim, chosen))
            chosen.append(claim)
    for claim in left:
        rivals = [one for one in chosen if _is_version_of(claim, one)]
        if _holds_more(claim, rivals):
            chosen = [one for one in chosen if one not in rivals] + [claim]
            decide(claim, True, f"holds the payments of {rivals[0].version.label!r} and more")
            for rival in rivals:
                decide(rival, False, f"its payments and more are in {claim.version.label!r}")
    return decisions


def _twins(claims: Sequence[_Claim]) -> Iterator[list[_Claim]]:
    """Claims with the very same payments, the one with the best right and then the first seen."""
    groups: dict[frozenset[int], list[_Claim]] = defaultdict(list)
    for claim in claims:
        groups[claim.keys.by_day].append(claim)
    for group in groups.values():
        yield sorted(group, key=lambda one: one.first_seen)


def _is_version_of(claim: _Claim, other: _Claim) -> bool:
    """Whether two files' payments of a month are in the main the same ones."""
    shared, rows = claim.keys.shared_with(other.keys), claim.keys.rows
    if claim.version.kind != other.version.kind:
        return shared >= _CONTAINED * rows
    if claim.rank == _OUTSIDE:
        return shared >= _SAME_STRAYS * rows
    return shared >= _SAME_MONTH * min(rows, other.keys.rows)


def _holds_more(claim: _Claim, rivals: Sequence[_Claim]) -> bool:
    """Whether a file holds all that the others hold of the month, and more than copies of it."""
    is_comparable = all(
        one.version.kind == claim.version.kind and not one.keys.is_dayless for one in rivals
    )
    if not rivals or not is_comparable or claim.keys.is_dayless:
        return False
    theirs = frozenset[int]().union(*(one.keys.by_day for one in rivals))
    distinct = frozenset[int]().union(*(one.keys.distinct for one in rivals))
    return theirs < claim.keys.by_day and distinct < claim.keys.distinct


def _why_chosen(claim: _Claim, chosen: Sequence[_Claim]) -> str:
    if chosen and claim.rank == _OUTSIDE:
        return f"outside its stated period, but not in {chosen[0].version.label!r}"
    if chosen:
        return f"other payments of this month than {chosen[0].version.label!r}"
    return {
        _EXACT: "its stated period is exactly this month",
        _WITHIN: "its stated period is the narrowest around this month",
        _NO_PERIOD: "no file states this month; its payments span the fewest months",
        _OUTSIDE: "no file that states this month holds payments of it",
    }[claim.rank]


def _why_left(claim: _Claim, rivals: Sequence[_Claim]) -> str:
    most = max(rivals, key=lambda one: claim.keys.shared_with(one.keys))
    shared = claim.keys.shared_with(most.keys)
    told = f"{shared} of its {claim.keys.rows} payments are in {most.version.label!r}"
    if most.rank < claim.rank:
        why = {
            _EXACT: "whose stated period is exactly this month",
            _WITHIN: "whose stated period holds this month",
            _NO_PERIOD: "which states no other month",
        }[most.rank]
    elif most.version.kind != claim.version.kind:
        why = "which holds all kinds of payments"
    elif most.version.span_months < claim.version.span_months:
        why = "whose period is narrower"
    else:
        why = "which was fetched later"
    return f"{told}, {why}"


def _undated(
    claim: _Claim,
    speaking: Sequence[Speaking],
    decisions: Decisions,
    payments: pl.LazyFrame,
) -> tuple[bool, str]:
    """Payments without a date count unless nearly all of them are in what speaks already.

    A file with a stated period is held against all that speaks for it; one without only against
    files of about its own size, since the same firm may be paid the same in any month.
    """
    version = claim.version
    others = {one.version.sha256: one.version for one in speaking}
    near = [
        (sha256, month)
        for (sha256, month), (is_selected, _) in decisions.items()
        if is_selected and sha256 != version.sha256 and _is_near(version, others[sha256], month)
    ]
    groups = [near]
    if not version.has_period:
        files = sorted({sha256 for sha256, _ in near})
        groups = [[pair for pair in near if pair[0] == sha256] for sha256 in files]
    mine = supplier_and_amount(payments, [(version.sha256, None)])
    for group in groups:
        shared = len(mine & supplier_and_amount(payments, group)) if group else 0
        if shared >= _CONTAINED * len(mine):
            label = others[group[0][0]].label
            return False, f"{shared} of its {len(mine)} undated payments are in {label!r}"
    return True, "its undated payments are in no other file"


def _is_near(version: Version, other: Version, month: date | None) -> bool:
    if not version.has_period:
        return other.total <= _LONGEST_TWIN * version.total
    if month is not None:
        return version.covers(month, slack=1)
    return not other.has_period or version.overlaps(other)


def _month_table(
    files: pl.DataFrame,
    totals: pl.DataFrame,
    judged: JudgedVersions,
    decided: dict[str, Decisions],
) -> pl.DataFrame:
    """SELECTED_FILES: every month of every readable file, also of those that do not speak."""
    silent: dict[tuple[str, str], str] = {}
    for place, reason in judged.silent.items():
        row = files.row(place, named=True)
        silent[row["publisher_id"], row["sha256"]] = reason
    readable = files.filter(pl.col("status") == "payments")
    pairs = readable.select("publisher_id", file_sha256="sha256").unique(maintain_order=True)
    table = pairs.join(totals, on="file_sha256", how="inner", maintain_order="left_right")
    decisions = [
        decided.get(publisher_id, {}).get(
            (sha256, month), (False, silent.get((publisher_id, sha256), REPLACED))
        )
        for publisher_id, sha256, month in table.select(
            "publisher_id", "file_sha256", "payment_month"
        ).iter_rows()
    ]
    return table.with_columns(
        pl.Series("is_selected", [one for one, _ in decisions], pl.Boolean),
        pl.Series("reason", [reason for _, reason in decisions], pl.String),
    ).select(pl.col(name).cast(dtype) for name, dtype in SELECTED_FILES.items())


def _file_table(
    files: pl.DataFrame,
    speaking: Iterable[Speaking],
    judged: JudgedVersions,
    months: pl.DataFrame,
) -> pl.DataFrame:
    """The files with what became of each."""
    heard = {one.version.place for one in speaking}
    others = {one.version.place for one in judged.speaking} - heard
    of_file: dict[tuple[str, str], list[tuple[bool, str]]] = defaultdict(list)
    for publisher_id, sha256, is_selected, reason in months.select(
        "publisher_id", "file_sha256", "is_selected", "reason"
    ).iter_rows():
        of_file[publisher_id, sha256].append((is_selected, reason))
    told: list[tuple[bool, str]] = []
    for place, row in enumerate(files.iter_rows(named=True)):
        decisions = of_file[row["publisher_id"], row["sha256"]]
        if row["status"] != "payments":
            told.append((False, UNREADABLE))
        elif place in judged.silent:
            told.append((False, judged.silent[place]))
        elif place in others:
            told.append((False, "the same bytes as another link"))
        else:
            told.append(_summed(decisions))
    return files.with_columns(
        pl.Series("is_selected", [one for one, _ in told], pl.Boolean),
        pl.Series("selection_reason", [reason for _, reason in told], pl.String),
        pl.Series(
            "is_held_back", [place in judged.held_back for place in range(files.height)], pl.Boolean
        ),
    )


def _summed(decisions: Sequence[tuple[bool, str]]) -> tuple[bool, str]:
    """One sentence for a file: that of its months, or how many of them it speaks for."""
    if not decisions:
        return False, "holds no payments"
    selected = [reason for is_selected, reason in decisions if is_selected]
    left = [reason for is_selected, reason in decisions if not is_selected]
    reasons = dict.fromkeys(selected or left)
    first = next(iter(reasons))
    if not selected:
        return False, first
    if not left:
        return True, first if len(reasons) == 1 else f"speaks for all of its {len(selected)} months"
    return True, f"speaks for {len(selected)} of its {len(decisions)} months; else: {left[0]}"
