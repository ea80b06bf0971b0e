"""Finds invoice totals that a file repeats on each line of the invoice."""

from decimal import Decimal

import polars as pl

from pipeline.normalise.amounts import sum_gbp
from pipeline.normalise.columns import Sources
from pipeline.read.header import fold_heading

# Lancashire police 2023-24: 14% of the column are repeats; where lines are what they say, identical
# ones are a fraction of that.
_LEAST_SHARE = Decimal("0.01")


def mark_repeated_totals(payments: pl.DataFrame, sources: Sources) -> tuple[pl.DataFrame, Decimal]:
    """Flag the second and later copies of what looks like one invoice's total, and sum them.

    In pounds. Only where the heading speaks of a total and no line amount stands beside it.
    """
    heading = fold_heading(sources.heading(sources.amount) or "")
    if sources.amount_role not in ("amount", "invoice_total") or "total" not in heading.split():
        return payments, Decimal(0)
    same = ["payment_date", "supplier_name", "amount_gbp", "transaction_id", "category"]
    is_copy = (
        payments.select(pl.struct(same).is_first_distinct().not_()).to_series()
        & ~payments["is_redacted"]
        & payments["payment_date"].is_not_null()
    )
    at_stake = sum_gbp(payments.filter(is_copy)["amount_gbp"])
    total = sum_gbp(payments["amount_gbp"])
    if abs(at_stake) < _LEAST_SHARE * abs(total) or not at_stake:
        return payments, Decimal(0)
    return payments.with_columns(is_copy.alias("repeated_total_suspected")), at_stake
