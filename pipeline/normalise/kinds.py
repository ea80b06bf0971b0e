"""Names what a file is a list of: payments, purchase-card transactions, supplier totals, orders."""

import re
from collections.abc import Sequence

import polars as pl

from pipeline.normalise.sheets import SheetPlan

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


def kind_of_sheet(plan: SheetPlan) -> str:
    """What one sheet lists, by its headings and the lines above them."""
    roles = {role for block in plan.blocks for names in block.sources.roles for role in names[:1]}
    if plan.sources.amount_role == "order_value":
        return PURCHASE_ORDERS
    if roles & {"merchant_name", "cardholder"} or _title_says_card(plan):
        return PURCHASE_CARD
    return SPEND


def kind_of_file(plans: Sequence[SheetPlan], payments: pl.DataFrame) -> str:
    """What the file as a whole lists."""
    kind = kind_of_sheet(plans[0])
    if kind == SPEND and _is_supplier_totals(plans, payments):
        return SUPPLIER_TOTALS
    return kind


def _title_says_card(plan: SheetPlan) -> bool:
    """Only cards in the title: Hartlepool's names both expenditure and card expenditure."""
    name = plan.grid.name
    above = plan.cells.head(plan.header.rows[0] if plan.header else 0)
    lines = [name, *[" ".join(c for c in row if c) for row in above.rows()]]
    return any(_CARD_TITLE.search(line) and not _MORE_THAN_CARDS.search(line) for line in lines)


def _is_supplier_totals(plans: Sequence[SheetPlan], payments: pl.DataFrame) -> bool:
    """Each supplier once, nothing but a name and a sum, no date (Lambeth 2011, 14 files)."""
    narrow = all(
        plan.sources.date is None
        and plan.sources.month is None
        and len([h for h in plan.sources.headings if h.strip()]) <= 3
        and not plan.sources.fields
        for plan in plans
    )
    if not narrow or payments.height < 10:
        return False
    return payments["supplier_name"].n_unique() >= 0.97 * payments.height
