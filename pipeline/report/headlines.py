"""The sentence on the front page: town against town, or why nothing can be said."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipeline.compare import Comparison, headline, newest_headlines, percent
from pipeline.difference import which_keeps_more
from pipeline.like_for_like import LikeForLike, newest_like_for_like

# ANALYSIS section 4: below these only pounds compare.
LEAST_GBP = Decimal(250_000)
LEAST_SUPPLIERS = 20
KindsHeld = dict[tuple[str, str, str], set[str]]


@dataclass(frozen=True)
class FrontSentence:
    """The headline, what it allows to conclude, on which terms, and each town's own sentence."""

    headline: str
    conclusion: str
    by_town: list[str]
    terms: str = ""


def front_sentence(comparison: Comparison, kinds: KindsHeld) -> FrontSentence:
    """Two towns like for like; else every town in the newest year common to all, or why none.

    `kinds` are the kinds of anchors behind (town_id, financial_year, amount_basis).
    """
    by_town = [headline(row) for row in newest_headlines(comparison).values()]
    towns = {row["town_name"] for row in comparison.shares}
    if not towns:
        return FrontSentence(
            "We cannot say, because no payments are held of any town.", "", by_town
        )
    if len(towns) == 2 and (alike := _like_for_like(comparison, towns)):
        return FrontSentence(alike.shares, alike.conclusion, by_town, alike.terms)
    common = _newest_common(comparison, towns)
    if not common:
        asked = (
            f"which of {listed(sorted(towns))} keeps more of its anchors’ money"
            if len(towns) > 1
            else f"what share of its anchors’ money stays in {listed(sorted(towns))}"
        )
        return FrontSentence(
            f"We cannot say {asked}, because {_why_not(comparison, towns)}.",
            "",
            by_town,
        )
    year = common[0]["financial_year"]
    parts = [
        f"{row['town_name']} at least {percent(row['share_in_town_low'])}"
        f" and at most {percent(row['share_in_town_high'])}"
        for row in common
    ]
    return FrontSentence(
        f"Of the influenceable spend we hold of {year}, this much stays in town: "
        f"{listed(parts, ';')}.",
        _conclusion(common, kinds),
        by_town,
    )


def _like_for_like(comparison: Comparison, towns: set[str]) -> LikeForLike | None:
    one, other = sorted(towns)
    return newest_like_for_like(comparison.like_for_like, comparison.shares, (one, other))


def _newest_common(comparison: Comparison, towns: set[str]) -> list[dict[str, Any]]:
    sound = [row for row in comparison.shares if row["no_headline_reason"] is None]
    for year in sorted({row["financial_year"] for row in sound}, reverse=True):
        for basis in ("net", "gross", "unknown"):
            rows = [
                row
                for row in sound
                if (row["financial_year"], row["amount_basis"]) == (year, basis)
            ]
            if {row["town_name"] for row in rows} == towns:
                return rows
    return []


def _why_not(comparison: Comparison, towns: set[str]) -> str:
    sound = newest_headlines(comparison)
    without = sorted(towns - sound.keys())
    if not without:
        return "no year and basis is common to them"
    reasons = []
    for town in without:
        newest = [row for row in comparison.shares if row["town_name"] == town][-1]
        reasons.append((town, newest["no_headline_reason"]))
    if len({reason for _, reason in reasons}) == 1 and len(without) == len(towns):
        return str(reasons[0][1])
    return listed([f"{reason} ({town})" for town, reason in reasons])


def _conclusion(rows: Sequence[dict[str, Any]], kinds: KindsHeld) -> str:
    if len(rows) < 2:
        return "There is no other town to compare with."
    if obstacles := _obstacles(rows, kinds):
        return f"We cannot say which keeps more, because {listed(obstacles)}."
    return which_keeps_more(rows)


def _obstacles(rows: Sequence[dict[str, Any]], kinds: KindsHeld) -> list[str]:
    found = []
    months = [
        f"{row['anchor_months']} of {12 * row['anchors_with_payments']} in {row['town_name']}"
        for row in rows
        if row["anchor_months"] < 12 * row["anchors_with_payments"]
    ]
    if months:
        found.append(f"months are missing ({', '.join(months)} held)")
    if any(row["total_gbp"] < LEAST_GBP or row["supplier_count"] < LEAST_SUPPLIERS for row in rows):
        found.append(f"a town has less than £{LEAST_GBP:,} or {LEAST_SUPPLIERS} suppliers")
    keys = [(row["town_id"], row["financial_year"], row["amount_basis"]) for row in rows]
    if len({frozenset(kinds.get(key, set())) for key in keys}) > 1:
        found.append("the kinds of anchors held differ")
    return found


def listed(words: Sequence[str], separator: str = ",") -> str:
    """Words as a sentence lists them: a, b and c."""
    if len(words) < 2:
        return "".join(words)
    return (
        f"{f'{separator} '.join(words[:-1])}{separator if separator == ';' else ''} and {words[-1]}"
    )
