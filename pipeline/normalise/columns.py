"""Decides by headings and the cells below them which column is amount, supplier and date."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.normalise.profile import IDENTIFIERS, Profile
from pipeline.read.header import Header, Heading, fold_heading

# Net before gross, and the line's own amount before an invoice's, which may repeat on each line
# (Isles of Scilly prints both: summing the invoice's gives 5.4m where the lines are 4.4m).
_AMOUNT_PREFERENCE = (
    "amount_sterling",
    "amount_line",
    "amount_net",
    "amount",
    "amount_gross",
    "invoice_total",
    "amount_original",
    "order_value",
)
AMOUNTS = frozenset((*_AMOUNT_PREFERENCE, "debit", "credit"))
_DATE_PREFERENCE = ("payment_date", "posting_date", "date", "invoice_date", "other_date")
_NET_WORDS = ("net", "nett", "ex vat", "excl", "exc vat", "excluding", "exclusive", "excludes")
_GROSS_WORDS = ("gross", "inc vat", "incl", "including", "inclusive")
_NEVER_NET = frozenset(("irrecoverable_vat", "ignore", "transaction_id", "supplier_name"))
_NUMBERS = frozenset(("invoice_number", "transaction_id"))
# Of a code and a text that say the same the text is wanted.
_TEXTS = ("description", "department", "service", "category")
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


def choose_sources(header: Header, profile: Profile) -> Sources:
    """The sources that a header names, each confirmed by the cells below it."""
    headings = header.headings[: profile.width]
    # A header may be narrower than its rows: what stands beyond it has no heading.
    headings = (*headings, *[Heading("", "")] * (profile.width - len(headings)))
    taken: set[int] = set()
    guessed = []
    date = _first_confirmed(headings, _DATE_PREFERENCE, profile.dates, profile, taken)
    if date is None:
        # A column called "Month" may hold days; firsts of the month only say the month.
        date = _first_confirmed(headings, ("month",), profile.mid_month_days, profile, taken)
    if date is None:
        date = _only_unheaded(headings, set(), profile, _looks_like_dates)
        if date is None:
            date = _only_dates(profile)
        guessed += ["no heading names the date: the one column of dates was taken"] * (
            date is not None
        )
    if date is None:
        # Headed as the date but unreadable ("######" in a South West London pdf): all undated.
        date = _unreadable_date(headings, profile)
    taken.update(c for c in [date] if c is not None)
    whole = _amount_column(headings, profile, taken)
    amount, role = _net_of(headings, whole, profile, taken)
    amount, debit, credit = _with_credits(headings, amount, profile, taken)
    if amount is None and debit is None:
        amount = _only_unheaded(headings, taken, profile, looks_like_money)
        guessed += ["no heading names the amount: the one column of money was taken"] * (
            amount is not None
        )
    taken.update(c for c in [amount, debit, credit] if c is not None)
    supplier = _supplier_column(headings, profile, taken)
    if supplier is None:
        supplier = _only_unheaded(headings, taken, profile, _looks_like_suppliers)
        guessed += ["no heading names the supplier: the one column of firms was taken"] * (
            supplier is not None
        )
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
        amount_basis=basis_of(headings, debit if amount is None else amount, role),
        fields=fields,
        headings=tuple(heading.text for heading in headings),
        roles=tuple(heading.roles for heading in headings),
        guessed=tuple(guessed),
    )


def _only_unheaded(
    headings: Sequence[Heading],
    taken: set[int],
    profile: Profile,
    looks_right: Callable[[Profile, int], bool],
) -> int | None:
    """The one column without a known heading that looks right; None where there are two."""
    columns = [
        column
        for column, heading in enumerate(headings)
        if not heading.roles and column not in taken and looks_right(profile, column)
    ]
    return columns[0] if len(columns) == 1 else None


def _only_dates(profile: Profile) -> int | None:
    """The one column of days, whatever its heading ("Pay Run", "Transaction"); None if two."""
    columns = [column for column in range(profile.width) if _looks_like_dates(profile, column)]
    return columns[0] if len(columns) == 1 else None


def looks_like_money(profile: Profile, column: int) -> bool:
    """Whether a column is full of amounts, some of them with pence, commas or a pound sign."""
    return (
        profile.filled(column) >= 0.8
        and profile.amounts(column) >= 0.9
        and profile.pence(column) >= 0.3
    )


def _looks_like_dates(profile: Profile, column: int) -> bool:
    return (
        profile.filled(column) >= 0.8
        and profile.dates(column) >= 0.9
        and profile.mid_month_days(column) >= 0.5
        and profile.plain_numbers(column) < 0.1
    )


def _looks_like_suppliers(profile: Profile, column: int) -> bool:
    return (
        profile.filled(column) >= 0.5
        and profile.companies(column) >= 0.2
        and profile.different_names(column) >= 0.8
    )


def _supplier_column(headings: Sequence[Heading], profile: Profile, taken: set[int]) -> int | None:
    """The column of names; one that only repeats the publisher's own name is the last resort."""
    roles = ("supplier_name", "merchant_name")
    if any("merchant_name" in h.roles and profile.names(i) >= 0.5 for i, h in enumerate(headings)):
        # Beside a merchant a mere "Name" is the cardholder's.
        taken = taken | {i for i, h in enumerate(headings) if h.folded in ("name", "names")}
    several = _first_confirmed(headings, roles, profile.different_names, profile, taken)
    if several is not None and headings[several].roles[0] in roles:
        return several
    if several is not None:
        # "Details" may be whom was paid, and so may a heading that nobody has listed.
        likely = [
            column
            for column, heading in enumerate(headings)
            if column not in taken
            and (not heading.roles or set(roles).intersection(heading.roles))
            and profile.different_names(column) >= 0.5
        ]
        return max(
            likely,
            key=lambda column: (
                headings[column].roles[:1] == ("merchant_name",),
                profile.varies(column),
                profile.share("legal_forms", column),
                column == several,
            ),
        )
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
    # "Invoice" over invoice numbers, beside a column that can be nothing but an amount.
    found = [
        (c, role)
        for c, role in found
        if not _NUMBERS.intersection(headings[c].roles) or profile.pence(c) >= 0.1
    ] or found
    if len(found) == 1:
        return found[0]
    fullest = max(profile.pounds(column) for column, _ in found)
    # A net column that is empty or zero but for a few rows is not what the file is about.
    chosen = next((c, role) for c, role in found if profile.pounds(c) >= 0.5 * fullest)
    # "Payment Amount" may be repeated on each of the invoices it paid: then they add up to it.
    finer = [(c, role) for c, role in found if profile.adds_up_to(c, chosen[0])]
    return finer[0] if finer else chosen


def _net_of(
    headings: Sequence[Heading], whole: tuple[int | None, str], profile: Profile, taken: set[int]
) -> tuple[int | None, str]:
    """The column that is the whole less its VAT, whatever its heading ("Basic", "Sub Total")."""
    column, role = whole
    if column is None or role not in ("amount", "amount_gross", "invoice_total"):
        return whole
    vat = _columns_with(headings, "vat_amount", {*taken, column})
    nets = [
        c
        for c, heading in enumerate(headings)
        if c not in (column, *vat, *taken) and not _NEVER_NET.intersection(heading.roles)
    ]
    proven = (c for v in vat for c in nets if profile.is_sum_of(column, c, v))
    net = next(proven, None)
    return whole if net is None else (net, "amount_net")


def _with_credits(
    headings: Sequence[Heading], amount: int | None, profile: Profile, taken: set[int]
) -> tuple[int | None, int | None, int | None]:
    """The amount's column, or those of debits and credits where a row holds one of the two."""
    debit = _first_confirmed(headings, ("debit",), profile.amounts, profile, taken, sparse=True)
    credit = _first_confirmed(headings, ("credit",), profile.amounts, profile, taken, sparse=True)
    if amount is None and debit is not None and credit is not None:
        return None, debit, credit
    if amount is not None and credit is not None and profile.fills_gaps(credit, amount):
        # "Payments" beside "Credits".
        return None, amount, credit
    return (debit if amount is None and credit is None else amount), None, None


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
            # Blackpool prints "9AC - Level 9 Account Code" before the account's name.
            _is_code(headings[i].folded) and role in _TEXTS,
            headings[i].roles.index(role),
            -headings[i].certainty,
            headings[i].rank,
            i,
        ),
    )


def _is_code(folded: str) -> bool:
    words = set(folded.split())
    return bool(words & {"code", "codes"}) and not words & {"description", "desc", "name", "label"}


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
        if column is not None and name in IDENTIFIERS and profile.share(name, column) < 0.5:
            # "VAT" over pounds of VAT, "Postcode" over "Yes": not what ties suppliers together.
            column = None
        if column is not None:
            fields[name] = column
            used.add(column)
    return fields


def basis_of(headings: Sequence[Heading], amount: int | None, role: str) -> str:
    """Whether the amount's heading says that it is net or gross; "unknown" where it does not."""
    if amount is None:
        return "unknown"
    words = f" {headings[amount].folded} "
    if role == "amount_net" or any(f" {w} " in words for w in _NET_WORDS):
        return "net"
    if role == "amount_gross" or any(f" {w} " in words for w in _GROSS_WORDS):
        return "gross"
    return "unknown"


def is_pivot(sources: Sources) -> bool:
    """Whether the payees stand under "Row Labels", as Excel heads the groups of a pivot table."""
    return fold_heading(sources.heading(sources.supplier) or "") == "row labels"
