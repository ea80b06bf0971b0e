"""Names what a file is a list of: payments, purchase-card transactions, supplier totals, orders."""

import re
from collections.abc import Sequence

import polars as pl

from pipeline.normalise.columns import Sources, is_pivot
from pipeline.normalise.sheets import SheetPlan
from pipeline.read.header import fold_heading

SPEND, PURCHASE_CARD, SUPPLIER_TOTALS, PURCHASE_ORDERS = (
    "spend",
    "purchase_card",
    "supplier_totals",
    "purchase_orders",
)
_CARD_TITLE = re.compile(
    r"(?i)\b(?:purchas\w+|procurement|corporate|payment|credit|charge|government procurement)[ -]+"
    r"(?:charge[ -]+)?cards?\b|\bp[ -]?cards?\b|\bgpc\b"
)
_MORE_THAN_CARDS = re.compile(r"(?i)\band\b|includ|exclud")
_REGISTER_TITLE = re.compile(
    r"(?i)\bpurchase orders?\b|\bcontracts? (?:register|list|database|awards?|awarded)\b"
    r"|\bregister of (?:contracts|grants)\b|\borders (?:raised|placed)\b"
)
_SAYS_PAID = re.compile(
    r"(?i)\b(?:paid|pay|payments?|spend|spending|spent|expenditure|invoices?|inv)\b"
)
# The day on which something was promised; whether it was paid such a table does not say.
_DAY_OF_PROMISE = re.compile(r"\b(?:order|po|award|awarded|contract|commencement|start)\b")
_COUNTS_PAYMENTS = re.compile(
    r"^(?:number|no|count|qty) (?:of )?(?:\w+ )?"
    r"(?:payments?|invoices?|transactions?|records|lines)$"
    r"|^count$|^rank$|^of (?:total|spend|total spend)$"
)


def kind_of_sheet(plan: SheetPlan) -> str:
    """What one sheet lists, by its headings and the lines above them."""
    roles = {role for block in plan.blocks for names in block.sources.roles for role in names[:1]}
    titles = _titles(plan)
    if plan.sources.amount_role == "order_value" or _lists_promises(plan.sources, titles):
        return PURCHASE_ORDERS
    if roles & {"merchant_name", "cardholder"} or any(map(_says_card, titles)):
        return PURCHASE_CARD
    return SPEND


def kind_of_file(plans: Sequence[SheetPlan], payments: pl.DataFrame) -> str:
    """What the file as a whole lists."""
    kind = kind_of_sheet(plans[0])
    if kind == SPEND and _is_supplier_totals(plans, payments):
        return SUPPLIER_TOTALS
    return kind


def _says_card(title: str) -> bool:
    """Only cards in the title: Hartlepool's names both expenditure and card expenditure."""
    return bool(_CARD_TITLE.search(title) and not _MORE_THAN_CARDS.search(title))


def _titles(plan: SheetPlan) -> list[str]:
    """The sheet's name and the lines above its headings."""
    above = plan.cells.head(plan.header.rows[0] if plan.header else 0)
    return [plan.grid.name, *[" ".join(c for c in row if c) for row in above.rows()]]


def _lists_promises(sources: Sources, titles: Sequence[str]) -> bool:
    """Orders, contracts or awards by title or date, where no heading speaks of payments."""
    date = fold_heading(sources.heading(sources.date) or "")
    if not (_DAY_OF_PROMISE.search(date) or any(map(_REGISTER_TITLE.search, titles))):
        return False
    return not any(map(_SAYS_PAID.search, (*sources.headings, *titles)))


def _is_supplier_totals(plans: Sequence[SheetPlan], payments: pl.DataFrame) -> bool:
    """Each supplier once without a date (Lambeth 2011, 14 files), or the groups of a pivot."""
    if not all(_may_be_totals(plan.sources) for plan in plans):
        return False
    if all(is_pivot(plan.sources) for plan in plans):
        return True
    is_each_once = payments["supplier_name"].n_unique() >= 0.97 * payments.height
    return payments.height >= 10 and is_each_once


def _may_be_totals(sources: Sources) -> bool:
    """Undated, and nothing but a name and a sum, or how many payments it is the sum of."""
    if sources.date is not None or sources.month is not None:
        return False
    if is_pivot(sources) or any(
        _COUNTS_PAYMENTS.search(fold_heading(heading)) for heading in sources.headings
    ):
        return True
    return len([h for h in sources.headings if h.strip()]) <= 3 and not sources.fields
