"""Turns the rows of a planned sheet into payments, rejected rows and excluded rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.normalise.amounts import GBP, parse_amounts, sum_gbp
from pipeline.normalise.columns import Sources
from pipeline.normalise.dates import DateOrder, month_number, parse_dates
from pipeline.normalise.lost_commas import join_torn_amounts, split_glued_cells
from pipeline.normalise.names import squeezed, unusual, where
from pipeline.normalise.redactions import withheld
from pipeline.normalise.schema import REJECTED_SCHEMA
from pipeline.normalise.sheets import BlockPlan, SheetPlan
from pipeline.read.grid import ROW_NUMBER
from pipeline.read.header import HeadingRules
from pipeline.read.rows import (
    GLUED,
    NOTE,
    PAYMENT,
    REJECTED,
    Block,
    PrintedTotal,
    judge_rows,
    may_be_label,
)

_TEXT_FIELDS = (
    "description",
    "department",
    "category",
    "transaction_id",
    "supplier_postcode",
    "supplier_id_as_published",
    "company_number",
    "charity_number",
    "vat_number",
    "capital_or_revenue",
)
_YES = (
    "y",
    "yes",
    "true",
    "1",
    "c",
    "card",
    "purchase card",
    "p card",
    "pcard",
    "gpc",
    "credit card",
)
_NO = ("n", "no", "false", "0", "-", "n/a", "none")
_NOTHING_REJECTED = pl.DataFrame(schema=REJECTED_SCHEMA)


@dataclass(frozen=True)
class SheetReading:
    """What the rows of one sheet became; `totals` are the sums it prints."""

    payments: pl.DataFrame
    rejected: pl.DataFrame
    excluded: pl.DataFrame
    totals: tuple[PrintedTotal, ...]
    warnings: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Every row of the sheet, each in exactly one of the three frames."""
        return self.payments.height + self.rejected.height + self.excluded.height


def read_sheet(plan: SheetPlan, order: DateOrder, rules: HeadingRules) -> SheetReading:
    """Read all blocks of a planned sheet."""
    blocks: list[SheetReading] = []
    for block in plan.blocks:
        blocks.append(_read_block(plan, block, order, rules, blocks))
    reading = SheetReading(
        payments=pl.concat([b.payments for b in blocks]),
        rejected=pl.concat([b.rejected for b in blocks]),
        excluded=pl.concat([b.excluded for b in blocks]),
        totals=tuple(total for b in blocks for total in b.totals),
        warnings=tuple(warning for b in blocks for warning in b.warnings),
    )
    if reading.rows != plan.cells.height:
        raise AssertionError(
            f"{plan.cells.height} rows in sheet {plan.grid.name!r}, {reading.rows} accounted for"
        )
    return reading


def _read_block(
    plan: SheetPlan,
    block: BlockPlan,
    order: DateOrder,
    rules: HeadingRules,
    above: Sequence[SheetReading],
) -> SheetReading:
    sources = block.sources
    size = block.stop - block.start
    row_numbers = plan.grid.frame.to_series(0).slice(block.start, size)
    cells = plan.cells.slice(block.start, size)
    warnings = [*sources.guessed]
    named = None
    if block.header is not None:
        named = max(i for i, heading in enumerate(block.header.headings) if heading.text) + 1
        cells, torn = join_torn_amounts(cells, named, sources)
        if torn:
            warnings.append(
                f"{torn} amounts were torn in two by an unquoted comma and put together"
            )
    amounts = _amounts(cells, sources)
    if sources.date is not None and sources.amount == sources.date + 1:
        cells, glued = split_glued_cells(cells, amounts, sources)
        if glued:
            amounts = _amounts(cells, sources)
            warnings.append(
                f"{glued} rows had lost the comma between two columns and were taken apart"
            )
    days, months = _dates(cells, sources, order)
    names = cells.to_series(_required(sources.supplier))
    is_unusual = unusual(names)
    header_rows = [row - block.start for row in block.header.rows] if block.header else []
    verdicts = judge_rows(
        Block(
            cells=cells,
            amounts=amounts,
            amount_columns=sources.amount_columns,
            supplier_column=_required(sources.supplier),
            may_be_labels=where(is_unusual, names, may_be_label),
            date_column=sources.date if months.count() else None,
            dated=months.is_not_null(),
            header_rows=tuple(header_rows),
            named_width=named,
        ),
        rules,
    )
    sheet = pl.Series("sheet", [plan.grid.name], dtype=pl.String).new_from_index(0, size)
    kinds, totals = verdicts.kinds, verdicts.totals
    is_payment = kinds == PAYMENT
    if above and sources.date is None and _sums_up(amounts.filter(is_payment), above):
        warnings.append(f"{is_payment.sum()} rows that sum up those above were left out")
        kinds, totals = kinds.replace(PAYMENT, NOTE), ()
        is_payment = kinds == PAYMENT
    marked = is_unusual.alias("is_unusual")
    whole = pl.DataFrame([sheet, row_numbers, days, months, amounts, marked]).hstack(cells)
    payments = _payments(whole.filter(is_payment), sources)
    return SheetReading(
        payments=payments,
        rejected=_rejected(whole, verdicts.reasons, sources),
        excluded=_excluded(whole, kinds, cells.columns),
        totals=totals,
        warnings=tuple(warnings),
    )


def _sums_up(amounts: pl.Series, above: Sequence[SheetReading]) -> bool:
    """Whether undated rows under other headings repeat the pounds of the dated rows above."""
    if amounts.is_empty():
        return False
    paid = pl.concat([block.payments for block in above])
    is_dated = paid.height > 1 and paid["payment_date"].null_count() == 0
    return is_dated and sum_gbp(amounts) == sum_gbp(paid["amount_gbp"])


def _required(column: int | None) -> int:
    if column is None:
        raise AssertionError("a block is only planned with complete sources")
    return column


def _amounts(cells: pl.DataFrame, sources: Sources) -> pl.Series:
    if sources.amount is not None:
        return parse_amounts(cells.to_series(sources.amount)).alias("amount_gbp")
    debits = parse_amounts(cells.to_series(_required(sources.debit))).alias("debit")
    credits_ = parse_amounts(cells.to_series(_required(sources.credit))).alias("credit")
    zero = pl.lit(0, dtype=GBP)
    return (
        pl.DataFrame([debits, credits_])
        .select(
            pl.when(pl.col("debit").is_not_null() | pl.col("credit").is_not_null())
            .then(pl.col("debit").fill_null(zero) - pl.col("credit").abs().fill_null(zero))
            .cast(GBP)
            .alias("amount_gbp")
        )
        .to_series()
    )


def _dates(cells: pl.DataFrame, sources: Sources, order: DateOrder) -> tuple[pl.Series, pl.Series]:
    """The day and the month of each row, the month also where only that is printed."""
    nothing = pl.Series([None], dtype=pl.Date).new_from_index(0, cells.height)
    days, months = nothing, nothing
    if sources.date is not None:
        read = parse_dates(cells.to_series(sources.date), order)
        days, months = read.days, read.months
    if sources.month is not None and months.null_count():
        printed = _printed_months(cells, sources, order)
        months = pl.select(pl.coalesce(months, printed)).to_series()
    return days.alias("payment_date"), months.alias("payment_month")


def _printed_months(cells: pl.DataFrame, sources: Sources, order: DateOrder) -> pl.Series:
    texts = cells.to_series(_required(sources.month))
    months = parse_dates(texts, order).months
    if sources.year is None or months.count():
        return months
    # "AUGUST" beside "2023/24" (Hackney): the financial year begins in April.
    years = cells.to_series(sources.year)
    pairs = {
        pair: _month_of_year(*pair) for pair in zip(texts.to_list(), years.to_list(), strict=True)
    }
    named = [pairs[pair] for pair in zip(texts.to_list(), years.to_list(), strict=True)]
    return parse_dates(pl.Series(named, dtype=pl.String), order).months


def _month_of_year(month: str | None, year: str | None) -> str | None:
    number = month_number(month) if month else None
    if number is None or year is None or not year[:4].isdecimal():
        return None
    first = int(year[:4])
    spans_two_years = len(year) > 4
    return f"{number:02d}/{first + 1 if spans_two_years and number < 4 else first}"


def _redacted(payments: pl.DataFrame, sources: Sources) -> pl.Series:
    """Whether a name is withheld: by what stands for it, by a flag, or by another column."""
    names = payments[str(sources.supplier)]
    redacted = where(payments["is_unusual"], names, withheld)
    if "is_redacted" in sources.fields:
        flag = payments[str(sources.fields["is_redacted"])]
        says_yes = flag.str.to_lowercase().is_in(_YES).fill_null(value=False)
        redacted = redacted | says_yes | withheld(flag)
    if names.null_count():
        used = (sources.supplier, sources.date, *sources.amount_columns)
        others = [c for c in range(len(sources.headings)) if c not in used]
        for column in others:
            redacted = redacted | (names.is_null() & withheld(payments[str(column)]))
    return redacted.alias("is_redacted")


def _payments(rows: pl.DataFrame, sources: Sources) -> pl.DataFrame:
    """The rows that are payments under the names of PAYMENTS_SCHEMA."""

    def constant(value: str | bool | None, dtype: type[pl.DataType]) -> pl.Series:
        return pl.Series([value], dtype=dtype).new_from_index(0, rows.height)

    nothing = constant(None, pl.String)

    def text(field: str) -> pl.Series:
        return rows[str(sources.fields[field])] if field in sources.fields else nothing

    columns = {
        "sheet": rows["sheet"],
        ROW_NUMBER: rows[ROW_NUMBER],
        "payment_date": rows["payment_date"],
        "payment_month": rows["payment_month"],
        "supplier_name": squeezed(rows[str(sources.supplier)], rows["is_unusual"]),
        "amount_gbp": rows["amount_gbp"],
        "amount_basis": constant(sources.amount_basis, pl.String),
        **{field: text(field) for field in _TEXT_FIELDS},
        "is_redacted": _redacted(rows, sources),
        "is_card": _is_card(text("is_card")),
        "repeated_total_suspected": constant(value=False, dtype=pl.Boolean),
        "other": _other(rows, sources),
    }
    return pl.DataFrame([column.alias(name) for name, column in columns.items()])


def _is_card(flags: pl.Series) -> pl.Series:
    if flags.null_count() == len(flags):
        return flags.cast(pl.Boolean)
    text = pl.col(flags.name).str.to_lowercase()
    says = pl.when(text.is_in(_YES)).then(True).when(text.is_in(_NO)).then(False)
    return flags.to_frame().select(says).to_series()


def _other(payments: pl.DataFrame, sources: Sources) -> pl.Series:
    """The cells of all columns that were not used, as one JSON object by heading.

    A column without a heading goes by its number: Herefordshire's files have no headings at all.
    """
    used = {
        sources.supplier,
        sources.date,
        *sources.amount_columns,
        *sources.fields.values(),
    }
    seen: dict[str, int] = {}
    parts = []
    for column, heading in enumerate(sources.headings):
        text = " ".join(heading.split())
        if column in used or text == "*" or "ignore" in sources.roles[column]:
            continue
        if not text:
            if payments[str(column)].null_count() == payments.height:
                continue
            text = f"column {column + 1}"
        seen[text] = seen.get(text, 0) + 1
        key = text if seen[text] == 1 else f"{text} ({seen[text]})"
        cell = pl.col(str(column))
        entry = pl.struct(cell.alias(key)).struct.json_encode().str.slice(1)
        parts.append(pl.when(cell.is_not_null()).then(entry.str.head(-1)))
    if not parts:
        return pl.Series([None], dtype=pl.String).new_from_index(0, payments.height)
    joined = pl.concat_str(parts, separator=",", ignore_nulls=True)
    whole = pl.when(joined != "").then(pl.lit("{") + joined + pl.lit("}"))
    return payments.select(whole).to_series()


def _rejected(whole: pl.DataFrame, reasons: dict[int, str], sources: Sources) -> pl.DataFrame:
    if not reasons:
        return _NOTHING_REJECTED
    positions = sorted(reasons)
    columns = [str(column) for column in sources.amount_columns]
    reason = pl.Series("reason", [reasons[position] for position in positions], dtype=pl.String)
    # An amount glued to a name is to be looked for in the name's cell.
    is_glued = reason == GLUED
    return whole.select(pl.all().gather(positions)).select(
        "sheet",
        ROW_NUMBER,
        pl.when(is_glued)
        .then(pl.lit(sources.heading(sources.supplier)))
        .otherwise(pl.lit(sources.heading(sources.amount_columns[0])))
        .alias("column_name"),
        pl.when(is_glued)
        .then(pl.col(str(sources.supplier)))
        .otherwise(pl.coalesce(columns))
        .alias("value"),
        reason,
    )


def _excluded(whole: pl.DataFrame, kinds: pl.Series, cells: Sequence[str]) -> pl.DataFrame:
    is_left_out = (kinds != PAYMENT) & (kinds != REJECTED)
    kinds = kinds.filter(is_left_out).alias("class")
    text = pl.concat_str(cells, separator=" | ", ignore_nulls=True).alias("text")
    return whole.filter(is_left_out).select("sheet", ROW_NUMBER, kinds, "amount_gbp", text)
