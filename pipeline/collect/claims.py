"""One month: which of the files with payments of it speak, and why each does or does not."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.collect.payment_keys import NO_KEYS, MonthKeys
from pipeline.collect.versions import Version

# Two files are versions of one month where the one with fewer payments shares this much of them.
_SAME_MONTH = 0.2
# The few payments that a file holds of another month may share one with it by chance.
_SAME_STRAYS = 0.5
# What is of another kind, or has no dates, is left out only where nearly all of it is elsewhere.
CONTAINED = 0.9

_EXACT, _WITHIN, _NO_PERIOD, _OUTSIDE = range(4)


@dataclass(frozen=True)
class Claim:
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


def contest(claims: Sequence[Claim]) -> Decisions:
    """Decide one month: the best right first, then whatever has payments of its own."""
    decisions: Decisions = {}

    def decide(claim: Claim, is_selected: bool, reason: str) -> None:
        decisions[claim.version.sha256, claim.month] = (is_selected, reason)

    single = []
    for best, *twins in _twins(claims):
        single.append(best)
        for twin in twins:
            decide(twin, False, f"same payments as {best.version.label!r}")
    chosen: list[Claim] = []
    left: list[Claim] = []
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


def _twins(claims: Sequence[Claim]) -> Iterator[list[Claim]]:
    """Claims with the very same payments, the one with the best right and then the first seen."""
    groups: dict[frozenset[int], list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[claim.keys.by_day].append(claim)
    for group in groups.values():
        yield sorted(group, key=lambda one: one.first_seen)


def _is_version_of(claim: Claim, other: Claim) -> bool:
    """Whether two files' payments of a month are in the main the same ones."""
    shared, rows = claim.keys.shared_with(other.keys), claim.keys.rows
    if claim.version.kind != other.version.kind:
        return shared >= CONTAINED * rows
    if claim.rank == _OUTSIDE:
        return shared >= _SAME_STRAYS * rows
    return shared >= _SAME_MONTH * min(rows, other.keys.rows)


def _holds_more(claim: Claim, rivals: Sequence[Claim]) -> bool:
    """Whether a file holds all that the others hold of the month, and more than copies of it."""
    is_comparable = all(
        one.version.kind == claim.version.kind and not one.keys.is_dayless for one in rivals
    )
    if not rivals or not is_comparable or claim.keys.is_dayless:
        return False
    theirs = frozenset[int]().union(*(one.keys.by_day for one in rivals))
    distinct = frozenset[int]().union(*(one.keys.distinct for one in rivals))
    return theirs < claim.keys.by_day and distinct < claim.keys.distinct


def _why_chosen(claim: Claim, chosen: Sequence[Claim]) -> str:
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


def _why_left(claim: Claim, rivals: Sequence[Claim]) -> str:
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
