"""Chooses the sheets of a workbook that are its payments, once each."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import polars as pl

from pipeline.normalise.amounts import sum_gbp
from pipeline.normalise.kinds import PURCHASE_CARD, PURCHASE_ORDERS, kind_of_sheet
from pipeline.normalise.payments import SheetReading
from pipeline.normalise.sheets import SheetPlan

LeftOut = list[tuple[SheetPlan, str]]
_PIVOT_WORDS = re.compile(r"(?i)^(?:row labels|column labels|sum of .+|count of .+|grand total)$")


def choose_sheets(plans: Sequence[SheetPlan]) -> tuple[list[SheetPlan], LeftOut]:
    """The sheets to read, and the others with the reason why not."""
    left_out: LeftOut = [(plan, plan.problem) for plan in plans if not plan.blocks]
    readable = [plan for plan in plans if plan.blocks]
    chosen = readable
    for leaves, reason in (
        (lambda plan: plan.grid.is_hidden, "it is hidden"),
        (_is_pivot, "it is a pivot table of other sheets"),
        (
            lambda plan: _is_summary(plan, readable),
            "it sums up suppliers, the others list payments",
        ),
        (
            lambda plan: kind_of_sheet(plan) == PURCHASE_CARD,
            "it lists purchase-card transactions, the others payments",
        ),
        (
            lambda plan: kind_of_sheet(plan) == PURCHASE_ORDERS,
            "it lists orders or contracts, the others payments",
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


def _is_summary(plan: SheetPlan, plans: Sequence[SheetPlan]) -> bool:
    """Without dates and each supplier once, under headings of its own."""
    if plan.sources.date is not None or plan.sources.month is not None:
        return False
    if any(p is not plan and p.sources.headings == plan.sources.headings for p in plans):
        # A month in which each supplier was paid once, beside other months.
        return False
    names = plan.cells.to_series(plan.sources.supplier or 0).drop_nulls()
    return names.n_unique() >= 0.97 * len(names)


def without_repeated_sheets(
    plans: Sequence[SheetPlan], sheets: Sequence[SheetReading]
) -> tuple[list[SheetPlan], list[SheetReading], list[str]]:
    """Leave out sheets that repeat another sheet, or the sum of all the others."""
    kept: list[tuple[SheetPlan, SheetReading]] = []
    warnings = []
    for plan, sheet in zip(plans, sheets, strict=True):
        twin = next((i for i, (_, known) in enumerate(kept) if _same_payments(known, sheet)), None)
        if twin is None:
            kept.append((plan, sheet))
            continue
        pair = (kept[twin], (plan, sheet))
        # Of a part and the whole the whole, of two wholes the first.
        is_whole = sheet.payments.height > 1.05 * kept[twin][1].payments.height
        kept[twin], dropped = pair[::-1] if is_whole else pair
        warnings.append(
            f"sheet {dropped[0].grid.name!r} ({_size(dropped[1])}) was left out: "
            f"its payments are those of {kept[twin][0].grid.name!r}"
        )
    if len(kept) > 1:
        count = sum(sheet.payments.height for _, sheet in kept)
        for plan, sheet in kept:
            total = sum((_total(other) for _, other in kept), Decimal(0))
            is_copy = len(kept) > 2 and 2 * sheet.payments.height == count
            is_sum = 2 * sheet.payments.height < count and _is_undated(sheet) and total != 0
            if (is_copy or is_sum) and 2 * _total(sheet) == total:
                kept = [pair for pair in kept if pair[0] is not plan]
                warnings.append(
                    f"sheet {plan.grid.name!r} ({_size(sheet)}) was left out: "
                    f"it {'repeats' if is_copy else 'sums up'} all the other sheets"
                )
                break
    return [plan for plan, _ in kept], [sheet for _, sheet in kept], warnings


def _same_payments(one: SheetReading, other: SheetReading) -> bool:
    """Whether two sheets hold the same pounds in about as many rows, or one holds the other.

    Sutton Coldfield's 2016-17 workbook has its payments raw in 310 rows and cleaned in 308.
    """
    fewer, more = sorted((one.payments, other.payments), key=lambda frame: frame.height)
    if fewer.height < 3 or _are_apart(fewer, more):
        return False
    dated = fewer["payment_date"].null_count() == 0
    if fewer.height < 10 and not dated:
        return False
    if fewer.height >= 0.95 * more.height and _total(one) == _total(other) != 0:
        return True
    same = ["payment_date", "supplier_name", "amount_gbp"]
    return dated and fewer.join(more, on=same, how="anti").is_empty()


def _are_apart(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    """Whether the days of one end before those of the other begin: charges of two months."""
    spans = [(frame["payment_date"].min(), frame["payment_date"].max()) for frame in (one, other)]
    (first, last), (other_first, other_last) = spans
    if not (isinstance(first, date) and isinstance(last, date)):
        return False
    if not (isinstance(other_first, date) and isinstance(other_last, date)):
        return False
    return last < other_first or other_last < first


def _is_undated(sheet: SheetReading) -> bool:
    return sheet.payments["payment_date"].count() == 0


def _size(sheet: SheetReading) -> str:
    return f"{sheet.payments.height:,} payments, £{_total(sheet):,.2f}"


def _total(sheet: SheetReading) -> Decimal:
    return sum_gbp(sheet.payments["amount_gbp"])
