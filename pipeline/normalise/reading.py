"""Reads the bytes of one published file into payments, with every row accounted for."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from pipeline.errors import RefusedFileError
from pipeline.normalise.amounts import in_pence, sum_gbp
from pipeline.normalise.dates import date_order
from pipeline.normalise.kinds import PURCHASE_CARD, SPEND, kind_of_file
from pipeline.normalise.layout import BlockLayout, layouts_of
from pipeline.normalise.payments import SheetReading, read_sheet
from pipeline.normalise.remarks import about_rows, about_sheets
from pipeline.normalise.repeated_totals import mark_repeated_totals
from pipeline.normalise.schema import EXCLUDED_SCHEMA, PAYMENTS_SCHEMA, REJECTED_SCHEMA
from pipeline.normalise.selection import choose_sheets, without_repeated_sheets
from pipeline.normalise.sheets import SheetPlan, plan_sheets, plan_without_header
from pipeline.read import read_workbook
from pipeline.read.grid import Workbook
from pipeline.read.header import HeadingRules, rules_with, standard_rules
from pipeline.read.limits import Limits
from pipeline.read.rows import EXCLUDED, NOTE

# Raise it with every change that lets a file be read or kept otherwise: it names the cache.
READER_VERSION = "12"


@dataclass(frozen=True)
class ReadingExceptions:
    """What one publisher's YAML says against the common rules: heading -> column, or `ignore`."""

    headers: Mapping[str, str] = field(default_factory=dict)


# TfL: "value equal to or greater than £250.00 Excl. VAT"; Cheshire: "*Transactions exclude VAT*".
_EXCLUDES_VAT = r"(?i)\b(?:exclud\w*|excl?\.?|net|exclusive)\s+(?:of\s+)?(?:recoverable\s+)?vat\b"
_INCLUDES_VAT = r"(?i)\b(?:includ\w*|incl?\.?|gross|inclusive)\s+(?:of\s+)?(?:recoverable\s+)?vat\b"

NO_EXCEPTIONS = ReadingExceptions()
READER_FAULT = "The reader itself fails on this file"


@dataclass(frozen=True)
class Summary:
    """What `anchorspend read --json` prints of a file; pounds are decimal text with two places."""

    status: str
    reason: str | None = None
    payments: int = 0
    total_gbp: str = "0.00"
    rejected: int = 0
    excluded: dict[str, int] = field(default_factory=lambda: dict.fromkeys(EXCLUDED, 0))
    excluded_gbp: dict[str, str] = field(default_factory=lambda: dict.fromkeys(EXCLUDED, "0.00"))
    rows: int = 0
    amount_column: str | None = None
    amount_basis: str = "unknown"
    supplier_column: str | None = None
    date_column: str | None = None
    first_date: str | None = None
    last_date: str | None = None
    negative: int = 0
    redacted: int = 0
    undated: int = 0
    format: str | None = None
    encoding: str | None = None
    sheets: list[str] = field(default_factory=list)
    printed_total_gbp: str | None = None
    kind: str = SPEND
    warnings: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """The fields by name, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Reading:
    """One file as read: payments, rejected and excluded rows, a summary, and its layout."""

    payments: pl.DataFrame
    rejected: pl.DataFrame
    excluded: pl.DataFrame
    summary: Summary
    layouts: tuple[BlockLayout, ...] = ()


def read_payments(data: bytes, exceptions: ReadingExceptions = NO_EXCEPTIONS) -> Reading:
    """Read a published file by its bytes alone.

    Never raises for a bad file: then the summary's status is "refused", with the structural cause.
    """
    limits = Limits.from_environment()
    workbook = None
    try:
        workbook = read_workbook(data, limits)
        return _read(workbook, exceptions)
    except RefusedFileError as error:
        return _refused(str(error), workbook)
    except (Exception, pl.exceptions.PanicException) as error:
        # One file in which nobody has foreseen something must not stop a publisher's others.
        cause = f"{type(error).__name__}: {error}"[:200]
        return _refused(f"{READER_FAULT} ({cause}); please report it with the file.", workbook)


def _refused(reason: str, workbook: Workbook | None = None) -> Reading:
    return Reading(
        pl.DataFrame(schema=PAYMENTS_SCHEMA),
        pl.DataFrame(schema=REJECTED_SCHEMA),
        pl.DataFrame(schema=EXCLUDED_SCHEMA),
        Summary(
            status="refused",
            reason=reason,
            format=workbook.format if workbook else None,
            encoding=workbook.encoding if workbook else None,
            warnings=list(workbook.warnings) if workbook else [],
        ),
    )


def _read(workbook: Workbook, exceptions: ReadingExceptions) -> Reading:
    rules = rules_with(exceptions.headers) if exceptions.headers else standard_rules()
    plans = plan_sheets(workbook.grids, rules)
    if not any(plan.blocks for plan in plans):
        plans = [plan_without_header(p, rules) if p.header is None else p for p in plans]
    plans, left_out = choose_sheets(plans)
    if not plans:
        raise RefusedFileError(_why_nothing_was_read(left_out))
    order = date_order(
        plan.cells.to_series(block.sources.date).slice(block.start, block.stop - block.start)
        for plan in plans
        for block in plan.blocks
        if block.sources.date is not None
    )
    sheets = [read_sheet(plan, order, rules) for plan in plans]
    plans, sheets, repeated = without_repeated_sheets(plans, sheets)
    warnings = [*workbook.warnings, *about_sheets(left_out, order, rules), *repeated]
    if order == "mdy":
        warnings.append("dates are printed month first (US): some have no other reading")
    payments = pl.concat([sheet.payments for sheet in sheets])
    if payments.is_empty():
        raise RefusedFileError(
            "The headings were recognised but no row below them is a payment with an amount."
        )
    payments, at_stake = mark_repeated_totals(payments, plans[0].sources)
    payments = _with_basis_in_notes(payments, sheets)
    if at_stake:
        warnings.append(
            f"the amount looks like an invoice total repeated on each of its lines: "
            f"£{at_stake:,.2f} of £{in_pence(sum_gbp(payments['amount_gbp'])):,.2f} are repeats "
            "(flagged repeated_total_suspected)"
        )
    return _reading(workbook, plans, sheets, payments, warnings, rules)


def _reading(
    workbook: Workbook,
    plans: Sequence[SheetPlan],
    sheets: Sequence[SheetReading],
    payments: pl.DataFrame,
    warnings: list[str],
    rules: HeadingRules,
) -> Reading:
    rejected = pl.concat([sheet.rejected for sheet in sheets])
    excluded = pl.concat([sheet.excluded for sheet in sheets])
    for plan, sheet in zip(plans, sheets, strict=True):
        name = f"sheet {plan.grid.name!r}: " if len(plans) > 1 else ""
        warnings += [f"{name}{warning}" for warning in dict.fromkeys(sheet.warnings)]
    total = in_pence(sum_gbp(payments["amount_gbp"]))
    printed = _printed_total(sheets)
    if printed and abs(total - 2 * printed) < Decimal("0.02"):
        raise RefusedFileError(
            f"Its rows add up to twice the total it prints, £{printed:,.2f}: some are the sums of "
            "others and nothing tells which; take those out."
        )
    if printed is not None and abs(printed - total) >= Decimal("0.02"):
        warnings.append(
            f"the file prints a total of £{printed:,.2f}, its payments add up to £{total:,.2f}"
        )
    kind = kind_of_file(plans, payments)
    if kind == PURCHASE_CARD:
        payments = payments.with_columns(pl.col("is_card").fill_null(value=True))
    by_kind = {kind: excluded["amount_gbp"].filter(excluded["class"] == kind) for kind in EXCLUDED}
    first, last = _span(payments)
    sources = plans[0].sources
    basis = payments["amount_basis"]
    summary = Summary(
        status="payments",
        payments=payments.height,
        total_gbp=str(total),
        rejected=rejected.height,
        excluded={kind: len(amounts) for kind, amounts in by_kind.items()},
        excluded_gbp={kind: str(in_pence(sum_gbp(amounts))) for kind, amounts in by_kind.items()},
        rows=payments.height + rejected.height + excluded.height,
        amount_column=" less ".join(str(sources.heading(c)) for c in sources.amount_columns),
        amount_basis=basis[0] if (basis == basis[0]).all() else "unknown",
        supplier_column=sources.heading(sources.supplier),
        date_column=sources.heading(sources.date),
        first_date=first.isoformat() if first else None,
        last_date=last.isoformat() if last else None,
        negative=int((payments["amount_gbp"] < 0).sum()),
        redacted=int(payments["is_redacted"].sum()),
        undated=payments["payment_date"].null_count(),
        format=workbook.format,
        encoding=workbook.encoding,
        sheets=[plan.grid.name for plan in plans],
        printed_total_gbp=str(printed) if printed is not None else None,
        kind=kind,
        warnings=[*warnings, *about_rows(payments, rejected, plans)],
    )
    return Reading(payments, rejected, excluded, summary, layouts_of(plans))


def _with_basis_in_notes(payments: pl.DataFrame, sheets: Sequence[SheetReading]) -> pl.DataFrame:
    """The payments with the basis that the notes around them state, where no heading does."""
    if not (payments["amount_basis"] == "unknown").any():
        return payments
    notes = pl.concat([sheet.excluded for sheet in sheets]).filter(pl.col("class") == NOTE)["text"]
    says_net = bool(notes.str.contains(_EXCLUDES_VAT).any())
    says_gross = bool(notes.str.contains(_INCLUDES_VAT).any())
    if says_net == says_gross:
        return payments
    stated = "net" if says_net else "gross"
    return payments.with_columns(pl.col("amount_basis").replace("unknown", stated))


def _printed_total(sheets: Sequence[SheetReading]) -> Decimal | None:
    """The grand total that the file prints: the sum over its sheets, if each prints one."""
    grand = []
    for sheet in sheets:
        candidates = [total for total in sheet.totals if total.is_grand]
        agreeing = [total for total in candidates if total.agrees]
        if not candidates:
            return None
        grand.append((agreeing or candidates)[-1].amount)
    return in_pence(sum(grand, Decimal(0)))


def _span(payments: pl.DataFrame) -> tuple[date | None, date | None]:
    """First and last day, of the months where only those are printed."""
    days = payments["payment_date"]
    if days.count():
        first, last = days.min(), days.max()
    else:
        first, last = payments["payment_month"].min(), payments["payment_month"].max()
        if isinstance(last, date):
            last = (last.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return (
        first if isinstance(first, date) else None,
        last if isinstance(last, date) else None,
    )


def _why_nothing_was_read(left_out: Sequence[tuple[SheetPlan, str]]) -> str:
    if not left_out:
        return "The file holds no table: not one row with two cells."
    if len(left_out) == 1:
        return f"Nothing in it can be read as payments: {left_out[0][1]}."
    reasons = "; ".join(f"sheet {plan.grid.name!r}: {reason}" for plan, reason in left_out[:6])
    return f"None of its {len(left_out)} sheets can be read as payments: {reasons}."
