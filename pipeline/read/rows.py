"""Tells the rows of a sheet that are payments from totals, headers, notes and blanks."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

import polars as pl

from pipeline.errors import RefusedFileError
from pipeline.read.header import LISTED, HeadingRules
from pipeline.read.labels import (
    BALANCE_LABEL,
    CLOSES_GROUP,
    COUNT_LABEL,
    LONGEST_LABEL,
    MAY_BE_LABEL,
    NAMES_TOTAL,
    PAGE_NUMBER,
    STATISTIC_LABEL,
    TOTAL_LABEL,
)
from pipeline.read.subtotals import sums_without_words

PAYMENT, BLANK, TOTAL, HEADER, NOTE, REJECTED = (
    "payment",
    "blank",
    "total",
    "header",
    "note",
    "rejected",
)
EXCLUDED = (BLANK, TOTAL, HEADER, NOTE)
GLUED = "a name and an amount without anything between them"

# Lambeth 2011-10: "Inter High Education/Academy21740.00" is 740.00 or 21,740.00.
_GLUED_AMOUNT = re.compile(r"(?:\S+ ){0,5}\S*[A-Za-z]\d[\d,]{2,}(?:\.\d{2})?")
# Looked at one by one, some 60,000 a second.
_MOST_SUSPECTS = 700_000
_LEADING_PENCE = re.compile(r"-?\d[\d,]*\.\d\d(?=\D|$)")
_REPORT_WRITER_MARKS = frozenset({"LIST", "INSERTED DETAIL", "*", "FORMAT", "h.*", "footer"})
_PENNY = Decimal("0.011")
_IS_BLANK = pl.all_horizontal(pl.all().is_null())


@dataclass(frozen=True)
class Block:
    """Rows under one header, with what is known of each: `cells` holds the text columns only.

    `amounts` is null where the amount's cell is blank or no amount; `may_be_labels` says where the
    supplier's cell may announce a sum, `dated` where the date's holds a day or month. Columns are
    positions in `cells`. Rows above `header_rows` are preamble unless they are payments in every
    respect (Hyndburn's header was sorted to the end). `named_width` is how many columns reach to
    the last heading.
    """

    cells: pl.DataFrame
    amounts: pl.Series
    amount_columns: tuple[int, ...]
    supplier_column: int
    may_be_labels: pl.Series
    date_column: int | None
    dated: pl.Series
    header_rows: tuple[int, ...] = ()
    named_width: int | None = None

    @cached_property
    def has_amount(self) -> pl.Series:
        """Which rows have an amount."""
        return self.amounts.is_not_null()


@dataclass(frozen=True)
class PrintedTotal:
    """A sum that the file prints: where in the block, and whether the rows above bear it out."""

    position: int
    amount: Decimal
    agrees: bool
    is_grand: bool


@dataclass(frozen=True)
class Verdicts:
    """What each row of a block is, why the rejected ones are, and the totals printed among them."""

    kinds: pl.Series
    reasons: dict[int, str] = field(default_factory=dict)
    totals: tuple[PrintedTotal, ...] = ()


def judge_rows(block: Block, rules: HeadingRules) -> Verdicts:
    """Say of every row of the block which of the six kinds it is.

    Raises RefusedFileError where more rows are odd than there is time to look at.
    """
    has_amount = block.has_amount
    is_odd = ~has_amount | block.may_be_labels
    suppliers = block.cells.to_series(block.supplier_column)
    if suppliers.null_count():
        is_odd = is_odd | suppliers.is_null()
    if block.date_column is None:
        labels = pl.any_horizontal(_may_be_label(pl.col(name)) for name in block.cells.columns)
        is_odd = is_odd | block.cells.select(labels).to_series()
    else:
        is_odd = is_odd | ~block.dated
    dated = block.dated if block.date_column is not None else None
    wordless_sums = sums_without_words(block.cells, block.amounts, block.supplier_column, dated)
    looked_at = {*range(block.header_rows[-1] + 1 if block.header_rows else 0), *wordless_sums}
    is_odd = is_odd.scatter(sorted(looked_at), values=True)
    kinds = _of_one_kind(PAYMENT, block).zip_with(has_amount, _of_one_kind(NOTE, block))
    odd, is_suspect = block.cells.filter(is_odd), is_odd
    is_blank = odd.select(_IS_BLANK).to_series()
    if is_blank.any():
        blank = is_odd.arg_true().filter(is_blank)
        kinds, is_suspect = kinds.scatter(blank, BLANK), is_odd.scatter(blank, values=False)
        odd = odd.filter(~is_blank)
    if odd.height > _MOST_SUSPECTS:
        raise RefusedFileError(
            f"{odd.height:,} of its rows lack a date, supplier or amount or look like totals, "
            f"and the limit for looking at such is {_MOST_SUSPECTS:,}: split it."
        )
    return _Judge(block, kinds, rules, odd.rows(), is_suspect, wordless_sums).verdicts()


def _of_one_kind(kind: str, block: Block) -> pl.Series:
    return pl.Series("kind", [kind], dtype=pl.String).new_from_index(0, len(block.amounts))


def _sum(amounts: pl.Series) -> Decimal:
    total = amounts.sum()
    return total if isinstance(total, Decimal) else Decimal(0)


def may_be_label(cells: pl.Series) -> pl.Series:
    """Which cells may announce a sum, or be named like something that does; false for blanks."""
    return cells.to_frame().select(_may_be_label(pl.col(cells.name))).to_series()


def _may_be_label(cell: pl.Expr) -> pl.Expr:
    return cell.str.contains(MAY_BE_LABEL).fill_null(value=False)


class _Judge:
    """Looks at the suspect rows of a block one by one, in order, with the sums so far."""

    def __init__(
        self,
        block: Block,
        kinds: pl.Series,
        rules: HeadingRules,
        suspects: list[tuple[str | None, ...]],
        is_suspect: pl.Series,
        wordless_sums: frozenset[int],
    ) -> None:
        self._block = block
        self._rules = rules
        self._kinds = kinds
        self._cells = suspects
        self._positions: list[int] = is_suspect.arg_true().to_list()
        amounts = block.amounts.filter(is_suspect).to_list()
        self._amounts = dict(zip(self._positions, amounts, strict=True))
        # The sum of all amounts before a row; those that are no payments are taken out as found.
        self._sums: dict[int, Decimal] = {}
        so_far, start = Decimal(0), 0
        for position in self._positions:
            so_far += _sum(block.amounts.slice(start, position - start))
            self._sums[position] = so_far
            start = position
        self._whole = _sum(block.amounts)
        self._rows = block.amounts.count()
        self._dated = dict(zip(self._positions, block.dated.filter(is_suspect), strict=True))
        paid = (block.dated & block.has_amount).arg_true()
        self._last_dated = int(paid[-1]) if len(paid) else -1
        self._reasons: dict[int, str] = {}
        self._totals: list[PrintedTotal] = []
        self._not_paid = Decimal(0)
        self._group_start = 0
        self._group_sum_start = Decimal(0)
        self._summary = self._summary_rows()
        self._wordless_sums = wordless_sums

    def verdicts(self) -> Verdicts:
        tail = self._tail_start()
        kinds = []
        for position, row in zip(self._positions, self._cells, strict=True):
            amount = self._amounts[position]
            if position in self._block.header_rows:
                kind = HEADER
            elif PAGE_NUMBER.fullmatch(" ".join(filter(None, row))):
                kind = NOTE
            elif amount is None:
                kind = self._without_amount(position, row)
            elif position in self._wordless_sums and not self._is_group_total(row):
                is_last = position == max(self._wordless_sums)
                is_grand = is_last and self._equals_whole(position, amount)
                kind = self._total(position, amount, agrees=True, is_grand=is_grand)
            else:
                kind = self._with_amount(position, amount, row, position >= tail)
            kinds.append(kind)
            if kind != PAYMENT:
                self._not_paid += amount or Decimal(0)
        return Verdicts(
            self._kinds.scatter(self._positions, kinds), self._reasons, tuple(self._totals)
        )

    def _summary_rows(self) -> frozenset[int]:
        """Undated rows, nameless or below the table, that add up to all dated payments."""
        block = self._block
        if block.date_column is None:
            return frozenset()
        summing: dict[int, Decimal] = {}
        for position, row in zip(self._positions, self._cells, strict=True):
            amount = self._amounts[position]
            if amount is None or self._dated[position] or self._is_above_header(position):
                continue
            is_named = row[block.supplier_column] is not None and position < self._last_dated
            if not (is_named or self._says_nothing_else(row) or self._is_labelled_total(row)):
                summing[position] = amount
        paid = block.amounts.filter(block.dated).sum()
        agree = isinstance(paid, Decimal) and abs(sum(summing.values()) - paid) < _PENNY
        return frozenset(summing) if len(summing) > 1 and agree else frozenset()

    def _tail_start(self) -> int:
        """Where the last unsuspected payment lies behind us: bare sums below it close the table."""
        bare = {
            position
            for position, row in zip(self._positions, self._cells, strict=True)
            if self._amounts[position] is not None and self._says_nothing_else(row)
        }
        kinds = self._kinds
        after = range(len(kinds), 0, -1)
        return next((p for p in after if kinds[p - 1] == PAYMENT and p - 1 not in bare), 0)

    def _without_amount(self, position: int, row: tuple[str | None, ...]) -> str:
        texts = [row[c] for c in self._block.amount_columns]
        text = next((t for t in texts if t is not None), None)
        if not any(char.isalnum() for cell in row if cell for char in cell):
            return NOTE
        if self._repeats_headings(row):
            return HEADER
        if self._is_labelled_total(row):
            return TOTAL
        supplier = row[self._block.supplier_column]
        known = supplier is not None and supplier not in _REPORT_WRITER_MARKS
        others = self._others(row)
        if self._is_above_header(position):
            return NOTE
        if known and len(others) == 1 and text is None and _GLUED_AMOUNT.fullmatch(supplier or ""):
            self._reasons[position] = GLUED
            return REJECTED
        if self._block.named_width and len(others) > 3 * self._block.named_width:
            self._reasons[position] = _about_lost_line_ends(row, self._block.named_width)
            return REJECTED
        if known and (self._is_dated(position) or len(others) >= 3):
            self._reasons[position] = (
                "the amount is blank" if text is None else "the amount cannot be read as pounds"
            )
            return REJECTED
        if text is not None and any(char.isdigit() for char in text) and len(others) >= 3:
            self._reasons[position] = "the amount cannot be read as pounds"
            return REJECTED
        return NOTE

    def _with_amount(
        self, position: int, amount: Decimal, row: tuple[str | None, ...], is_tail: bool
    ) -> str:
        dated = self._is_dated(position)
        proven_grand = self._equals_whole(position, amount) or self._equals_rest(amount)
        closes_group = self._closes_named_group(position, row)
        proven_group = self._equals_group(position, amount, 1 if closes_group else 2)
        proven = proven_grand or proven_group
        if self._says_nothing_else(row):
            if proven or is_tail:
                return self._total(position, amount, proven, is_grand=proven_grand or not proven)
            self._reasons[position] = (
                "an amount with nothing beside it that is not the sum of the rows above"
            )
            return REJECTED
        if self._is_labelled_total(row) and (proven or not dated):
            if not proven and self._is_no_sum(row, amount):
                return NOTE if self._is_above_header(position) else TOTAL
            return self._total(position, amount, proven, is_grand=proven_grand or not proven)
        if self._is_above_header(position) and not (dated and row[self._block.supplier_column]):
            return NOTE
        if proven and not dated and self._is_group_total(row):
            return self._total(position, amount, proven, is_grand=proven_grand)
        if proven and not dated and row[self._block.supplier_column] is None:
            return self._total(position, amount, proven, is_grand=proven_grand)
        if proven_grand and not dated and self._block.date_column is not None and self._rows > 4:
            # "30 records" beside the sum: undated among dated rows, and the sum to the penny.
            return self._total(position, amount, proven, is_grand=True)
        if position in self._summary or (not dated and self._is_below_total(position)):
            return NOTE
        return PAYMENT

    def _total(self, position: int, amount: Decimal, agrees: bool, *, is_grand: bool) -> str:
        self._totals.append(PrintedTotal(position, amount, agrees, is_grand))
        self._group_start = position + 1
        self._group_sum_start = self._sums[position] + amount
        return TOTAL

    def _equals_whole(self, position: int, amount: Decimal) -> bool:
        before = self._sums[position] - self._not_paid
        return position > 1 and bool(abs(before - amount) < _PENNY)

    def _equals_rest(self, amount: Decimal) -> bool:
        """Whether a sum printed above the payments equals all of them."""
        rest = self._whole - self._not_paid - amount
        return self._rows > 3 and bool(abs(rest - amount) < _PENNY)

    def _equals_group(self, position: int, amount: Decimal, least: int) -> bool:
        if position - self._group_start < least:
            return False
        return bool(abs(self._sums[position] - self._group_sum_start - amount) < _PENNY)

    def _closes_named_group(self, position: int, row: tuple[str | None, ...]) -> bool:
        """Whether a cell says "Acme Ltd Total" below an "Acme Ltd" that nothing else follows."""
        for column, cell in enumerate(row):
            if cell is None or len(cell) > LONGEST_LABEL:
                continue
            closing = CLOSES_GROUP.fullmatch(cell)
            if closing is None:
                continue
            start = self._group_start
            above = self._block.cells.to_series(column).slice(start, position - start).drop_nulls()
            if len(above) and above[-1].casefold() == closing[1].casefold():
                return True
        return False

    def _is_below_total(self, position: int) -> bool:
        """Whether the dated payments have ended, and their sum was printed."""
        if self._block.date_column is None or position <= self._last_dated:
            return False
        return any(total.agrees and total.is_grand for total in self._totals)

    def _is_above_header(self, position: int) -> bool:
        return position < min(self._block.header_rows, default=0)

    def _is_dated(self, position: int) -> bool:
        return self._block.date_column is not None and bool(self._dated[position])

    def _others(self, row: tuple[str | None, ...]) -> list[str]:
        return [
            cell
            for column, cell in enumerate(row)
            if cell is not None
            and column not in self._block.amount_columns
            and cell not in _REPORT_WRITER_MARKS
        ]

    def _says_nothing_else(self, row: tuple[str | None, ...]) -> bool:
        """Only figures in the row: sums of this column and of others, or a count of rows."""
        return not any(re.search(r"[A-Za-z]", cell) or _is_day(cell) for cell in self._others(row))

    def _is_labelled_total(self, row: tuple[str | None, ...]) -> bool:
        others = self._others(row)
        labels = [cell for cell in others if TOTAL_LABEL.fullmatch(cell)]
        words = [cell for cell in others if re.search(r"[A-Za-z]{2}", cell)]
        # A payment to a firm called "Total" has a date, a reference, a department beside it.
        if labels and len(words) - len(labels) <= 1:
            return True
        # "Balance" beside a name is what an instalment was for.
        alone = others[0] if len(others) == 1 else ""
        return bool(STATISTIC_LABEL.fullmatch(alone) or BALANCE_LABEL.fullmatch(alone))

    def _is_no_sum(self, row: tuple[str | None, ...], amount: Decimal) -> bool:
        """Whether a row counts the payments or says their mean instead of adding them up."""
        labels = self._others(row)
        if any(STATISTIC_LABEL.fullmatch(label) for label in labels):
            return True
        short = [label for label in labels if len(label) <= LONGEST_LABEL]
        counts = any(COUNT_LABEL.fullmatch(label) for label in short)
        return counts and amount == amount.to_integral_value()

    def _is_group_total(self, row: tuple[str | None, ...]) -> bool:
        return any(NAMES_TOTAL.search(cell) for cell in self._others(row))

    def _repeats_headings(self, row: tuple[str | None, ...]) -> bool:
        headings = [self._rules.recognise(cell) for cell in row if cell is not None]
        return sum(heading.certainty == LISTED for heading in headings) >= 2 and 2 * sum(
            heading.certainty > 0 for heading in headings
        ) >= len(headings)


def _about_lost_line_ends(row: tuple[str | None, ...], width: int) -> str:
    """Lambeth 2011-11 ends in one record of 109 cells, "991.00W C Evans & Sons Ltd" among them."""
    cells = [cell for cell in row if cell is not None]
    pence = [
        match[0]
        for before, cell in zip(["", *cells], cells, strict=False)
        if (match := _LEADING_PENCE.match(cell)) and not before.lower().endswith("total")
    ]
    pounds = sum((Decimal(text.replace(",", "")) for text in pence), Decimal(0))
    return (
        f"{len(cells)} cells ({sum(map(len, cells)):,} characters) under {width} headings: records "
        f"have lost their line ends, in them about £{pounds:,.2f}"
    )


def _is_day(cell: str) -> bool:
    return re.fullmatch(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}( .*)?", cell) is not None
