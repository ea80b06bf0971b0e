"""What a person should know of a reading beside its figures, a sentence each."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from pipeline.normalise.amounts import in_pence, parse_amounts, sum_gbp
from pipeline.normalise.dates import DateOrder
from pipeline.normalise.payments import read_sheet
from pipeline.normalise.sheets import SheetPlan
from pipeline.read.header import HeadingRules, fold_heading

_CREDIT_MARKS = (
    "c", "cr", "credit", "credits", "crn", "cn", "credit note", "credit notes", "credit memo",
)  # fmt: skip
_MARKING_HEADINGS = (" type", " indicator", " flag")
_MOST_YEARS_APART = 2


def about_sheets(
    left_out: Sequence[tuple[SheetPlan, str]], order: DateOrder, rules: HeadingRules
) -> list[str]:
    """What was left out, with the pounds of those sheets that could have been read."""
    warnings = []
    for plan, reason in left_out:
        size = f"{plan.cells.height:,} rows"
        if plan.blocks:
            payments = read_sheet(plan, order, rules).payments
            total = in_pence(sum_gbp(payments["amount_gbp"]))
            size = f"{size}, of them {payments.height:,} with amounts, £{total:,.2f}"
        warnings.append(f"sheet {plan.grid.name!r} ({size}) was left out: {reason}")
    return warnings


def _about_currency(plans: Sequence[SheetPlan]) -> list[str]:
    """Says so where amounts are not in pounds; of two currency columns one may be the shop's."""
    foreign: set[str] = set()
    for plan in plans:
        if plan.sources.amount_role == "amount_sterling":
            continue
        heading = fold_heading(plan.sources.heading(plan.sources.amount) or "")
        foreign.update(word.upper() for word in heading.split() if word in ("eur", "usd"))
        currencies = [
            {
                value.upper()
                for value in plan.cells.to_series(column).drop_nulls().unique()
                if len(value) == 3 and value.isalpha()
            }
            for column, roles in enumerate(plan.sources.roles)
            if roles[:1] == ("currency",)
        ]
        if {"GBP"} not in currencies:
            foreign.update(*currencies)
    foreign.discard("GBP")
    if not foreign:
        return []
    return [f"some amounts are in {', '.join(sorted(foreign))} and were added up as pounds"]


def _about_marked_credits(plans: Sequence[SheetPlan]) -> list[str]:
    """Says so where a column marks rows as credits, which the amounts beside it do not show."""
    for plan in plans:
        for column, roles in enumerate(plan.sources.roles):
            heading = f" {fold_heading(plan.sources.heading(column) or '')}"
            is_mark = "debit_or_credit" in roles or heading.endswith(_MARKING_HEADINGS)
            if not is_mark or column in plan.sources.amount_columns:
                continue
            texts = plan.cells.to_series(column)
            marks = [text for text in texts.unique() if text and text.lower() in _CREDIT_MARKS]
            if not marks:
                continue
            marked = plan.cells.filter(texts.is_in(marks))
            amounts = parse_amounts(marked.to_series(plan.sources.amount_columns[0]))
            if count := int((amounts > 0).sum()):
                return [
                    f"column {plan.sources.heading(column)!r} marks {count} rows as credits: "
                    "amounts were taken with the sign they are printed with"
                ]
    return []


def _about_years(payments: pl.DataFrame) -> list[str]:
    """Says so where days lie in the future, or years from all others; they are never changed."""
    first, last = payments["payment_date"].min(), payments["payment_date"].max()
    if not isinstance(first, date) or not isinstance(last, date):
        return []
    if last <= date.today() and last.year - first.year <= _MOST_YEARS_APART:
        return []
    day = pl.col("payment_date")
    years_apart = (day.dt.year() - day.median().dt.year()).abs()
    days, future, far, middle = payments.select(
        day.count(),
        (day > date.today()).sum().alias("future"),
        (years_apart > _MOST_YEARS_APART).sum().alias("far"),
        day.median().alias("middle"),
    ).row(0)
    if future and future == days:
        return [
            "every payment is dated in the future: workbooks that count days from 1904 show dates "
            "1,462 days late when they are copied into others"
        ]
    warnings = [f"{future} payments are dated in the future"] if future else []
    if far:
        warnings.append(
            f"{far} payments are dated more than {_MOST_YEARS_APART} years from the middle one, "
            f"{middle:%Y-%m-%d}"
        )
    return warnings


def about_rows(
    payments: pl.DataFrame, rejected: pl.DataFrame, plans: Sequence[SheetPlan]
) -> list[str]:
    """What is odd about the rows: currencies, credits, years, rejects, missing names and days."""
    warnings = [*_about_currency(plans), *_about_marked_credits(plans), *_about_years(payments)]
    if rejected.height:
        reasons = rejected["reason"].value_counts(sort=True).rows()
        said = ", ".join(f"{reason} ({count})" for reason, count in reasons)
        warnings.append(f"{rejected.height} rows were rejected: {said}")
    nameless = payments["supplier_name"].null_count()
    if nameless:
        warnings.append(f"{nameless} payments name no supplier")
    undated = payments["payment_date"].null_count()
    if undated and all(plan.sources.date is None for plan in plans):
        warnings.append("no column holds the day of payment")
    elif undated:
        warnings.append(f"{undated} payments have no readable day of payment")
    return warnings
