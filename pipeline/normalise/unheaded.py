"""Finds amount, supplier and date by the cells alone, where no heading is understood."""

from dataclasses import replace

from pipeline.normalise.columns import AMOUNTS, Sources, basis_of, looks_like_money
from pipeline.normalise.profile import Profile
from pipeline.read.header import Header, Heading


def guess_sources(profile: Profile) -> Sources | None:
    """Sources by content alone: days, one column that looks like money, one like names."""
    columns = range(profile.width)
    dates = [c for c in columns if profile.dates(c) >= 0.9 and profile.filled(c) >= 0.8]
    money = [c for c in columns if c not in dates and looks_like_money(profile, c)]
    if len(money) != 1 or not dates:
        # Without days it might as well be a table of performance or of budgets.
        return None
    names = [
        c
        for c in columns
        if c not in dates
        and c not in money
        and profile.filled(c) >= 0.5
        and profile.names(c) >= 0.8
        and profile.distinct(c) > 0.02
        # A printed report cut at the commas of its thousands.
        and profile.share("padded", c) < 0.5
    ]
    likeness = {c: 2 * profile.companies(c) + profile.distinct(c) for c in names}
    ranked = sorted(names, key=lambda c: likeness[c], reverse=True)
    if not ranked or (len(ranked) > 1 and likeness[ranked[0]] < 1.3 * likeness[ranked[1]]):
        return None
    headings = tuple("" for _ in columns)
    return Sources(
        amount=money[0],
        supplier=ranked[0],
        date=dates[0],
        headings=headings,
        roles=tuple(() for _ in columns),
        guessed=("no row of headings was found: columns were recognised by their content",),
    )


def under_headings(guessed: Sources, header: Header) -> Sources:
    """Sources found by content, under the headings above them that nobody has listed."""
    amount = header.headings[guessed.amount_columns[0]]
    role = next((role for role in amount.roles if role in AMOUNTS), "amount")
    return replace(
        guessed,
        amount_role=role,
        amount_basis=basis_of(header.headings, guessed.amount, role),
        headings=tuple(heading.text for heading in header.headings),
        roles=tuple(heading.roles for heading in header.headings),
        guessed=("the headings were not understood: columns were recognised by their content",),
    )


def means_amount(heading: Heading) -> bool:
    """Whether a heading may stand above amounts: nothing is known of it, or that it is one."""
    return not heading.roles or bool(AMOUNTS.intersection(heading.roles))
