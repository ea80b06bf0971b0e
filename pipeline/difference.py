"""How far two towns lie apart when each share is a band, or that this cannot be told."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from typing import Any

Row = dict[str, Any]


def difference(one: Row, other: Row) -> tuple[float, float]:
    """Within what the share of one less that of the other lies, -1 to 1 (ANALYSIS section 3)."""
    return (
        one["share_in_town_low"] - other["share_in_town_high"],
        one["share_in_town_high"] - other["share_in_town_low"],
    )


def which_keeps_more(rows: Sequence[Row]) -> str:
    """Which of some towns keeps the largest share, or that their bands do not tell."""
    most, *others = sorted(rows, key=lambda row: row["share_in_town_low"], reverse=True)
    if all(difference(most, row)[0] > 0 for row in others):
        return f"{most['town_name']} keeps more, wherever the unknown pounds went."
    return "The bands overlap: we cannot tell which keeps more."


def difference_lines(shares: Sequence[Row], town_names: Sequence[str]) -> list[str]:
    """A sentence on each two towns that have a headline in the same year on the same basis."""
    sound = {
        (row["town_name"], row["financial_year"], row["amount_basis"]): row
        for row in shares
        if row["no_headline_reason"] is None
    }
    lines = []
    for one, other in combinations(town_names, 2):
        common = {key[1:] for key in sound if key[0] == one} & {
            key[1:] for key in sound if key[0] == other
        }
        if common:
            # The newest year; of its bases net, which most publish.
            year, basis = max(common, key=lambda cell: (cell[0], cell[1] == "net", cell[1]))
            lines.append(_sentence(sound[one, year, basis], sound[other, year, basis]))
        else:
            lines.append(
                f"{one} and {other}: no year in which both have a headline on one basis, so no "
                "difference is shown."
            )
    return lines


def _sentence(one: Row, other: Row) -> str:
    low, high = difference(one, other)
    names = one["town_name"], other["town_name"]
    when = f"{one['financial_year']}, {one['amount_basis']} of VAT"
    if low <= 0 <= high:
        return (
            f"Whether more stays in {names[0]} or in {names[1]} we cannot tell ({when}): the "
            f"difference lies between {points(low)} and {points(high)} percentage points."
        )
    if high < 0:
        names, low, high = (names[1], names[0]), -high, -low
    return (
        f"In {names[0]} stays more than in {names[1]} ({when}), by {points(low)} to "
        f"{points(high)} percentage points, of what each of them publishes: not like for like."
    )


def points(share: float) -> str:
    """A share or difference from 0 to 1 as percentage points to one decimal, half up."""
    return str(Decimal(str(share * 100)).quantize(Decimal("0.1"), ROUND_HALF_UP))
