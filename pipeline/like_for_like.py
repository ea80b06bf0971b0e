"""Two towns on equal terms, from pairs of rows of marts.like_for_like (ANALYSIS section 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.difference import difference, points, which_keeps_more

Row = dict[str, Any]
Pair = tuple[Row, Row]
ALL_KINDS = "all but the NHS"


@dataclass(frozen=True)
class LikeForLike:
    """What two towns' shares are, what follows from them, and on which terms they were made."""

    shares: str
    conclusion: str
    terms: str


def pairs(rows: Sequence[Row]) -> list[Pair]:
    """Each town's row beside that of the town it is compared with, once, by name of the town."""
    by_key = {_key(row, "town_name", "other_town_name"): row for row in rows}
    return [
        (row, by_key[_key(row, "other_town_name", "town_name")])
        for row in rows
        if row["town_name"] < row["other_town_name"]
    ]


def _key(row: Row, *towns: str) -> tuple[str, ...]:
    names = (*towns, "financial_year", "amount_basis", "comparison_group")
    return tuple(row[name] for name in names)


def why_no_sentence(pair: Pair, shares: Sequence[Row]) -> str | None:
    """Why nothing is said of a pair; `shares` are those of whole towns, whose doubts hold here."""
    for row in pair:
        if row["only_pounds_reason"]:
            return f"pounds only, {row['only_pounds_reason']}"
    doubts = {
        (row["town_id"], row["financial_year"], row["amount_basis"]): row["no_headline_reason"]
        for row in shares
    }
    for row in pair:
        if doubt := doubts.get((row["town_id"], row["financial_year"], row["amount_basis"])):
            return f"{doubt} ({row['town_name']})"
    for row in pair:
        if 2 * (row["town_may_gain_gbp"] - row["town_may_lose_gbp"]) > row["total_gbp"]:
            return f"less than half of the pounds is placed ({row['town_name']})"
    return None


def newest_like_for_like(
    rows: Sequence[Row], shares: Sequence[Row], towns: tuple[str, str]
) -> LikeForLike | None:
    """The sentence on two towns, by name, in the newest year of which both hold all months.

    None where there is no such year, or nothing may be said of it.
    """
    found = [
        pair
        for pair in pairs(rows)
        if {row["town_name"] for row in pair} == set(towns)
        and pair[0]["is_newest_complete_year"]
        and pair[0]["comparison_group"] == ALL_KINDS
        and why_no_sentence(pair, shares) is None
    ]
    if not found:
        return None
    # The newest year; of its bases net, which most publish.
    pair = max(found, key=lambda two: (two[0]["financial_year"], two[0]["amount_basis"] == "net"))
    first, second = pair
    year = first["financial_year"]
    return LikeForLike(
        f"Like for like, of influenceable spend in {year} {_at_least(first)} stays in "
        f"{first['town_name']}, and {_at_least(second)} in {second['town_name']}.",
        which_keeps_more(pair),
        f"Counted in both towns: {', '.join(_kinds(first, rows))}; the same "
        f"{first['common_months']} months; invoices of £500 or more; {first['amount_basis']} of "
        "VAT. NHS bodies, which publish from £25,000, are compared apart.",
    )


def _kinds(whole: Row, rows: Sequence[Row]) -> list[str]:
    """The groups that were added up: those all of whose institutions are in the sum."""
    institutions = set(whole["institution_ids"].split(", "))
    return sorted(
        row["comparison_group"]
        for row in rows
        if row["comparison_group"] != ALL_KINDS
        and _key(row, "town_name", "other_town_name")[:4]
        == _key(whole, "town_name", "other_town_name")[:4]
        and set(row["institution_ids"].split(", ")) <= institutions
    )


def _at_least(row: Row) -> str:
    low, high = points(row["share_in_town_low"]), points(row["share_in_town_high"])
    return f"at least {low}% and at most {high}%"


def beside_the_other(own: Row, other: Row) -> str:
    """What the two bands allow to say of the first town, in percentage points."""
    low, high = difference(own, other)
    if low <= 0 <= high:
        return f"cannot tell: {points(low)} to {points(high)} points"
    if low > 0:
        return f"more stays here, by {points(low)} to {points(high)} points"
    return f"less stays here, by {points(-high)} to {points(-low)} points"
