"""Selection: which file speaks for each publisher and month, so that nothing counts twice.

Months overlap where a publisher lists the same month in two formats, a quarter beside its months,
a year that grows, a file uploaded again under another name; and where a few payments of a file
are dated in the month before. The first kind must count once, the second must not be lost, and
only the payments themselves tell them apart.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from pipeline.collect.claims import CONTAINED, Claim, Decisions, contest
from pipeline.collect.payment_keys import (
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

_LONGEST_TWIN = 1.5

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
    claims: dict[date | None, list[Claim]] = defaultdict(list)
    for one in speaking:
        for month in one.version.rows:
            if one.speaks_for(month):
                claims[month].append(Claim(one.version, month))
    undated = claims.pop(None, [])
    decisions: Decisions = {}
    contested: list[Claim] = []
    for month, of_month in claims.items():
        if len(of_month) == 1:
            sole = (True, "the only file with payments of this month")
            decisions[of_month[0].version.sha256, month] = sole
        else:
            contested += of_month
    pairs = [(claim.version.sha256, claim.month) for claim in contested]
    for month, keys in keys_by_month(payments, pairs):
        with_keys = [replace(one, keys=keys[one.version.sha256]) for one in claims[month]]
        decisions |= contest(with_keys)
    for claim in sorted(undated, key=lambda one: one.preference):
        decisions[claim.version.sha256, None] = _undated(claim, speaking, decisions, payments)
    return decisions


def _undated(
    claim: Claim,
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
        if shared >= CONTAINED * len(mine):
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
