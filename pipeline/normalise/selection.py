"""Chooses the sheets of a workbook that are its payments, once each."""

import re
from collections.abc import Sequence
from decimal import Decimal

from pipeline.normalise.amounts import sum_gbp
from pipeline.normalise.kinds import PURCHASE_CARD, kind_of_sheet
from pipeline.normalise.payments import SheetReading
from pipeline.normalise.sheets import SheetPlan

LeftOut = list[tuple[SheetPlan, str]]
_PIVOT_WORDS = re.compile(r"(?i)^(?:row labels|column labels|sum of .+|count of .+|grand total)$")


def choose_sheets(plans: Sequence[SheetPlan]) -> tuple[list[SheetPlan], LeftOut]:
    """The sheets to read, and the others with the reason why not."""
    left_out: LeftOut = [(plan, plan.problem) for plan in plans if not plan.blocks]
    chosen = [plan for plan in plans if plan.blocks]
    for leaves, reason in (
        (lambda plan: plan.grid.is_hidden, "it is hidden"),
        (_is_pivot, "it is a pivot table of other sheets"),
        (lambda plan: plan.sources.date is None, "it has no dates and the others have"),
        (
            lambda plan: kind_of_sheet(plan) == PURCHASE_CARD,
            "it lists purchase-card transactions, the others payments",
        ),
    ):
        rest = [plan for plan in chosen if not leaves(plan)]
        if rest and len(rest) < len(chosen):
            left_out += [(plan, reason) for plan in chosen if leaves(plan)]
            chosen = rest
    return chosen, left_out


def _is_pivot(plan: SheetPlan) -> bool:
    top = [cell for row in plan.cells.head(6).rows() for cell in row if cell]
    return sum(_PIVOT_WORDS.match(cell.strip()) is not None for cell in top) >= 2


def without_repeated_sheets(
    plans: Sequence[SheetPlan], sheets: Sequence[SheetReading]
) -> tuple[list[SheetPlan], list[SheetReading], list[str]]:
    """Leave out sheets that repeat another sheet, or the sum of all the others."""
    kept: list[tuple[SheetPlan, SheetReading]] = []
    warnings = []
    for plan, sheet in zip(plans, sheets, strict=True):
        twin = next((other for other, known in kept if _same_payments(known, sheet)), None)
        if twin is None:
            kept.append((plan, sheet))
        else:
            warnings.append(
                f"sheet {plan.grid.name!r} was left out: "
                f"its payments are those of {twin.grid.name!r}"
            )
    if len(kept) > 2:
        count = sum(sheet.payments.height for _, sheet in kept)
        for plan, sheet in kept:
            total = sum((_total(other) for _, other in kept), Decimal(0))
            if 2 * sheet.payments.height == count and 2 * _total(sheet) == total:
                kept = [pair for pair in kept if pair[0] is not plan]
                warnings.append(
                    f"sheet {plan.grid.name!r} was left out: it repeats all the other sheets"
                )
                break
    return [plan for plan, _ in kept], [sheet for _, sheet in kept], warnings


def _same_payments(one: SheetReading, other: SheetReading) -> bool:
    """Whether two sheets add up to the same pounds in about as many rows.

    Sutton Coldfield's 2016-17 workbook holds its payments raw in 310 rows and cleaned in 308.
    """
    fewer, more = sorted((one.payments.height, other.payments.height))
    return fewer >= 10 and fewer >= 0.95 * more and _total(one) == _total(other) != 0


def _total(sheet: SheetReading) -> Decimal:
    return sum_gbp(sheet.payments["amount_gbp"])
