"""Decides by headings and the cells below them which column is amount, supplier and date."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import polars as pl

from pipeline.normalise.amounts import parse_amounts
from pipeline.normalise.dates import day_from_text, month_number
from pipeline.read.header import Header, Heading

# Net before gross, and the line's own amount before an invoice's, which may repeat on each line
# (Isles of Scilly prints both: summing the invoice's gives 5.4m where the lines are 4.4m).
_AMOUNT_PREFERENCE = (
    "amount_line",
    "amount_net",
    "amount",
    "amount_gross",
    "invoice_total",
    "order_value",
)
_DATE_PREFERENCE = ("payment_date", "posting_date", "date", "invoice_date")
_FIELDS: dict[str, tuple[str, ...]] = {
    "description": ("description",),
    "department": ("department", "service"),
    "category": ("category",),
    "transaction_id": ("transaction_id", "invoice_number"),
    "supplier_postcode": ("supplier_postcode",),
    "supplier_id_as_published": ("supplier_id_as_published",),
    "company_number": ("company_number",),
    "charity_number": ("charity_number",),
    "vat_number": ("vat_number",),
    "capital_or_revenue": ("capital_or_revenue",),
    "is_card": ("is_card",),
    "is_redacted": ("is_redacted",),
}
_SAMPLE_ROWS = 400
_COMPANY_WORDS = (
    r"(?i)\b(ltd|limited|plc|llp|council|trust|university|college|school|services|association|nhs"
    r"|group|uk|company|solicitors|associates|society|homes|care|consult\w*|amazon|hotel)\b|\.co"
)


@dataclass(frozen=True)
class Sources:
    """Where each thing comes from in a block of rows: column positions, None where nowhere."""

    amount: int | None
    supplier: int | None
    date: int | None = None
    month: int | None = None
    year: int | None = None
    debit: int | None = None
    credit: int | None = None
    amount_role: str = "amount"
    amount_basis: str = "unknown"
    fields: dict[str, int] = field(default_factory=dict)
    headings: tuple[str, ...] = ()
    roles: tuple[tuple[str, ...], ...] = ()
    guessed: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether there is an amount and somebody it went to."""
        return self.supplier is not None and (
            self.amount is not None or (self.debit is not None and self.credit is not None)
        )

    @property
    def amount_columns(self) -> tuple[int, ...]:
        """The columns that the amount is made of."""
        columns = (self.amount,) if self.amount is not None else (self.debit, self.credit)
        return tuple(column for column in columns if column is not None)

    def heading(self, column: int | None) -> str | None:
        """The heading as published of a column, or its number where it has none."""
        if column is None:
            return None
        text = self.headings[column] if column < len(self.headings) else ""
        return " ".join(text.split()) or f"column {column + 1}"


class Profile:
    """What the cells of a block look like, column by column, measured on a sample of its rows."""

    def __init__(self, cells: pl.DataFrame) -> None:
        filled = cells.filter(
            pl.sum_horizontal(pl.col(c).is_not_null() for c in cells.columns) >= 2
        )
        self._sample = filled.gather_every(max(1, filled.height // _SAMPLE_ROWS))
        self._shares: dict[tuple[str, int], float] = {}

    @property
    def width(self) -> int:
        """How many columns there are."""
        return self._sample.width

    def filled(self, column: int) -> float:
        """The share of rows with something in the column."""
        height = self._sample.height
        return 1 - self._sample.to_series(column).null_count() / height if height else 0.0

    def amounts(self, column: int) -> float:
        """The share of the column's cells that are amounts."""
        return self._share("amounts", column)

    def dates(self, column: int) -> float:
        """The share of the column's cells that are days or months."""
        return self._share("dates", column)

    def mid_month_days(self, column: int) -> float:
        """The share of the column's cells that are days other than the first of a month."""
        return self._share("mid_month_days", column)

    def names(self, column: int) -> float:
        """The share of the column's cells that hold a word."""
        return self._share("names", column)

    def different_names(self, column: int) -> float:
        """As `names`, and zero where twenty cells or more hold one name only."""
        values = self.cells(column)
        if len(values) >= 20 and values.n_unique() == 1:
            return 0.0
        return self.names(column)

    def companies(self, column: int) -> float:
        """The share of the column's cells with a word that firms and public bodies bear."""
        return self._share("companies", column)

    def pence(self, column: int) -> float:
        """The share of the column's cells written as money: with pence, thousands commas or £."""
        return self._share("pence", column)

    def distinct(self, column: int) -> float:
        """Different values over cells."""
        values = self._sample.to_series(column).drop_nulls()
        return values.n_unique() / len(values) if len(values) else 0.0

    def cells(self, column: int) -> pl.Series:
        """The sampled cells that are not blank."""
        return self._sample.to_series(column).drop_nulls()

    def _share(self, measure: str, column: int) -> float:
        key = (measure, column)
        if key not in self._shares:
            values = self.cells(column)
            self._shares[key] = _measure(measure, values) / len(values) if len(values) else 0.0
        return self._shares[key]


def _measure(measure: str, values: pl.Series) -> int:
    if measure == "amounts":
        return len(values) - parse_amounts(values).null_count()
    if measure == "dates":
        read = {text: _is_date(text) for text in values.unique()}
        return sum(read[text] for text in values)
    if measure == "mid_month_days":
        return sum(_is_mid_month(text) for text in values)
    pattern = {
        "names": r"[A-Za-z]{3}|^[A-Z]{1,3}$|[A-Za-z]{2} [A-Za-z]|^\d+[A-Z]?[a-z]+",
        "companies": _COMPANY_WORDS,
        "pence": r"^[^A-Za-z]*(?:\d\.\d{1,2}\d*|\d,\d{3}|£ ?\d)[^A-Za-z]*$",
    }[measure]
    return int(values.str.contains(pattern).sum())


def _is_date(text: str) -> bool:
    return (
        day_from_text(text) is not None
        or day_from_text(text, "mdy") is not None
        or month_number(text) is not None
    )


def _is_mid_month(text: str) -> bool:
    day = day_from_text(text)
    return day is not None and not day.is_month and day.value.day > 1


def choose_sources(header: Header, profile: Profile) -> Sources:
    """The sources that a header names, each confirmed by the cells below it."""
    headings = header.headings[: profile.width]
    taken: set[int] = set()
    date = _first_confirmed(headings, _DATE_PREFERENCE, profile.dates, profile, taken)
    if date is None:
        # A column called "Month" may hold days; firsts of the month only say the month.
        date = _first_confirmed(headings, ("month",), profile.mid_month_days, profile, taken)
    if date is None:
        # Headed as the date but unreadable ("######" in a South West London pdf): all undated.
        date = _unreadable_date(headings, profile)
    taken.update(c for c in [date] if c is not None)
    amount, role = _amount_column(headings, profile, taken)
    debit = _first_confirmed(headings, ("debit",), profile.amounts, profile, taken, sparse=True)
    credit = _first_confirmed(headings, ("credit",), profile.amounts, profile, taken, sparse=True)
    if amount is not None or debit is None or credit is None:
        debit = credit = None
    taken.update(c for c in [amount, debit, credit] if c is not None)
    supplier = _supplier_column(headings, profile, taken)
    taken.update(c for c in [supplier] if c is not None)
    month = _first_confirmed(headings, ("month",), profile.dates, profile, taken)
    year = _best_of(headings, ("year",), taken, profile)
    fields = _field_columns(headings, taken, profile)
    if supplier is not None:
        fields = {
            name: column
            for name, column in fields.items()
            if not (name == "supplier_id_as_published" and column == supplier)
        }
    return Sources(
        amount=amount,
        supplier=supplier,
        date=date,
        month=month,
        year=year,
        debit=debit,
        credit=credit,
        amount_role=role,
        amount_basis=_basis(headings, amount, role, profile),
        fields=fields,
        headings=tuple(heading.text for heading in headings),
        roles=tuple(heading.roles for heading in headings),
    )


def _supplier_column(
    headings: Sequence[Heading], profile: Profile, taken: set[int]
) -> int | None:
    """The column of names; one that only repeats the publisher's own name is the last resort."""
    roles = ("supplier_name", "merchant_name")
    several = _first_confirmed(headings, roles, profile.different_names, profile, taken)
    if several is not None:
        return several
    return _first_confirmed(headings, roles, profile.names, profile, taken)


def _unreadable_date(headings: Sequence[Heading], profile: Profile) -> int | None:
    columns = [
        column
        for column, heading in enumerate(headings)
        if heading.roles[:1] and heading.roles[0] in _DATE_PREFERENCE and profile.filled(column) > 0
    ]
    return next((c for c in columns if profile.amounts(c) < 0.5), None)


def _amount_column(
    headings: Sequence[Heading], profile: Profile, taken: set[int]
) -> tuple[int | None, str]:
    found: list[tuple[int, str]] = []
    for role in _AMOUNT_PREFERENCE:
        for column in _columns_with(headings, role, taken):
            if profile.amounts(column) >= 0.5 and column not in {c for c, _ in found}:
                found.append((column, role))
    if not found:
        return None, "amount"
    fullest = max(profile.filled(column) for column, _ in found)
    # A net column that is empty but for a few rows is not what the file is about.
    return next((c, role) for c, role in found if profile.filled(c) >= 0.5 * fullest)


def _first_confirmed(
    headings: Sequence[Heading],
    roles: Iterable[str],
    share: Callable[[int], float],
    profile: Profile,
    taken: set[int],
    *,
    sparse: bool = False,
) -> int | None:
    """The first column, by order of roles, whose cells are what the heading says."""
    confirmed = [
        column
        for role in roles
        for column in _columns_with(headings, role, taken)
        if share(column) >= 0.5
    ]
    well_filled = [c for c in confirmed if sparse or profile.filled(c) >= 0.5]
    if well_filled:
        return well_filled[0]
    return max(confirmed, key=profile.filled, default=None)


def _columns_with(headings: Sequence[Heading], role: str, taken: set[int]) -> list[int]:
    columns = [i for i, h in enumerate(headings) if role in h.roles and i not in taken]
    # "Beneficiary Name" before "Organisation Name", which only may be the supplier (Staffordshire).
    return sorted(
        columns,
        key=lambda i: (
            -headings[i].certainty,
            headings[i].roles.index(role),
            headings[i].rank,
            i,
        ),
    )


def _best_of(
    headings: Sequence[Heading], roles: Iterable[str], taken: set[int], profile: Profile
) -> int | None:
    for role in roles:
        for column in _columns_with(headings, role, taken):
            if profile.filled(column) > 0:
                return column
    return None


def _field_columns(
    headings: Sequence[Heading], taken: set[int], profile: Profile
) -> dict[str, int]:
    used = set(taken)
    fields = {}
    for name, roles in _FIELDS.items():
        column = _best_of(headings, roles, used, profile)
        if column is not None:
            fields[name] = column
            used.add(column)
    return fields


def _basis(headings: Sequence[Heading], amount: int | None, role: str, profile: Profile) -> str:
    if amount is None:
        return "unknown"
    words = f" {headings[amount].folded} "
    if role == "amount_net" or any(f" {w} " in words for w in _NET_WORDS):
        return "net"
    if role == "amount_gross" or any(f" {w} " in words for w in _GROSS_WORDS):
        return "gross"
    return "unknown"


_NET_WORDS = ("net", "nett", "ex vat", "excl", "exc vat", "excluding", "exclusive", "excludes")
_GROSS_WORDS = ("gross", "inc vat", "incl", "including", "inclusive")


def guess_sources(profile: Profile) -> Sources | None:
    """Sources by content alone, where exactly one column looks like money and one like names."""
    columns = range(profile.width)
    dates = [c for c in columns if profile.dates(c) >= 0.9 and profile.filled(c) >= 0.8]
    money = [
        c
        for c in columns
        if c not in dates
        and profile.filled(c) >= 0.8
        and profile.amounts(c) >= 0.9
        and profile.pence(c) >= 0.2
    ]
    if len(money) != 1:
        return None
    names = [
        c
        for c in columns
        if c not in dates
        and c not in money
        and profile.filled(c) >= 0.5
        and profile.names(c) >= 0.8
        and profile.distinct(c) > 0.02
    ]
    likeness = {c: 2 * profile.companies(c) + profile.distinct(c) for c in names}
    ranked = sorted(names, key=lambda c: likeness[c], reverse=True)
    if not ranked or (len(ranked) > 1 and likeness[ranked[0]] < 1.3 * likeness[ranked[1]]):
        return None
    headings = tuple("" for _ in columns)
    return Sources(
        amount=money[0],
        supplier=ranked[0],
        date=dates[0] if dates else None,
        headings=headings,
        roles=tuple(() for _ in columns),
        guessed=("no row of headings was found: columns were recognised by their content",),
    )
