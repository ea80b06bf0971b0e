"""Says why a table that names suppliers and amounts is not one list of payments in pounds."""

import re
from collections.abc import Iterator, Sequence

import polars as pl

from pipeline.normalise.columns import Sources, is_pivot
from pipeline.read.header import AMOUNT_ROLES, SUPPLIER_ROLES, Header, Heading

_LONGEST_TITLE, _TITLE_ROWS = 120, 20
_FEWEST_TIMES = 3
# "£000", "£'000", "('000)", "£k", "£m", "£ million", "thousands", "(p)". "Over £25,000" is none.
_UNITS = (
    ("thousands of pounds", r"(?:£ ?|['\u2019])['\u2019]?000(?!\d)|£ ?k\b|\bthousands?\b"),
    ("millions of pounds", r"£ ?m(?:n|illions?)?\b|\bmillions?\b"),
    ("pence", r"\bpence\b|\(p\)|\bin p\)?$"),
)
# A title may also tell of thousands of payments.
_UNITS_IN_TITLE = (
    (
        "thousands of pounds",
        r"£ ?['\u2019]?000(?!\d)|£ ?k\b|\bin (?:£ ?)?thousands\b",
    ),
    ("millions of pounds", r"\bin (?:£ ?)?millions\b|£ ?m\b"),
    ("pence", r"\bin pence\b"),
)
_MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_TIME = re.compile(
    rf"\b(?:{_MONTH}|q[1-4]|(?:p|m|period|month|week|quarter|qtr|year) ?\d{{1,2}}|"
    r"20\d\d(?: (?:20)?\d\d)?|\d{1,2})\b"
)


def why_no_list(header: Header, sources: Sources, cells: pl.DataFrame, body: pl.DataFrame) -> str:
    """Why the rows below a header cannot be read as payments in pounds; empty where they can.

    `cells` is the whole sheet, `body` what lies below the header.
    """
    if unit := _unit(header, sources, cells, body):
        return f"its amounts are in {unit}"
    if beside := _amounts_by_time(header, sources):
        return (
            f"its amounts stand in columns by month, year or number ({', '.join(beside)[:200]}): "
            "put them below each other"
        )
    if _is_nested_pivot(sources, body):
        return "it is a pivot table with groups in groups: their sums stand among their parts"
    if _pence_beside(header, sources, body):
        return "pounds and pence stand in columns of their own: join them"
    if beside_column := _second_table(header, body):
        return (
            f"a second table with the same headings begins in column {beside_column + 1}: "
            "put it below the first"
        )
    if beside_column := _other_table(header, body):
        return f"a second table begins in column {beside_column + 1}: put it in a sheet of its own"
    return ""


def _unit(header: Header, sources: Sources, cells: pl.DataFrame, body: pl.DataFrame) -> str | None:
    """The unit that heading, title or a row of units below the heading gives, if not pounds."""
    named = [(sources.heading(column) or "").replace("_", " ") for column in sources.amount_columns]
    # A row of units holds nothing that is an amount but "£000" itself.
    below = [body.to_series(column).cast(pl.String).head(1) for column in sources.amount_columns]
    named += [text for first in below for text in first if text and not re.search(r"[1-9]", text)]
    titles = [
        title
        for row in cells.head(header.rows[0]).tail(_TITLE_ROWS).rows()
        if len(title := " ".join(cell for cell in row if cell)) <= _LONGEST_TITLE
    ]
    for texts, units in ((named, _UNITS), (titles, _UNITS_IN_TITLE)):
        for unit, pattern in units:
            if any(re.search(pattern, text, re.IGNORECASE) for text in texts):
                return unit
    return None


def _amounts_by_time(header: Header, sources: Sources) -> list[str]:
    """The headings that differ from the amount's by nothing but the month, year or number."""
    if sources.amount is None:
        return []
    folded = [heading.folded for heading in header.headings]
    times = [text for text in folded if _TIME.fullmatch(text) and not text.isdecimal()]
    if len(set(times)) >= _FEWEST_TIMES and sources.date is None:
        # "Apr", "May", "Jun" and their "Total".
        return times
    amount = folded[sources.amount] if sources.amount < len(folded) else ""
    if not _TIME.search(amount):
        return []
    alike = [h for h in header.headings if _without_time(h.folded) == _without_time(amount)]
    return [heading.text for heading in alike] if len({h.folded for h in alike}) > 1 else []


def _without_time(folded: str) -> str:
    without = " ".join(_TIME.sub(" ", folded).split())
    return without if without != folded else f"{folded} without a month"


def _is_nested_pivot(sources: Sources, body: pl.DataFrame) -> bool:
    """Whether the labels of an Excel pivot come back under others, as those of inner groups do."""
    if sources.date is not None or not is_pivot(sources):
        return False
    labels = body.to_series(sources.supplier or 0).drop_nulls()
    return labels.n_unique() < len(labels)


def _pence_beside(header: Header, sources: Sources, body: pl.DataFrame) -> bool:
    """Cash books ruled by hand keep pounds and pence apart."""
    after = header.headings[sources.amount + 1 :] if sources.amount is not None else ()
    if sources.amount is None or not after or after[0].folded not in ("p", "pence"):
        return False
    pence = body.to_series(sources.amount + 1).drop_nulls()
    return len(pence) > 0 and bool(pence.str.contains(r"^\d{1,2}$").all())


def _second_table(header: Header, body: pl.DataFrame) -> int | None:
    """Where the same headings begin once more, with cells below them, if they do."""
    folded = [heading.folded for heading in header.headings]
    named = [column for column, text in enumerate(folded) if text]
    for width in range(2, len(named) // 2 + 1):
        tables = [named[at : at + width] for at in range(0, len(named), width)]
        texts = {tuple(folded[column] for column in table) for table in tables}
        second = tables[1]
        if len(texts) == 1 and len(set(texts.pop())) == width and second[-1] < body.width:
            filled = all(body.to_series(column).count() for column in second)
            return second[0] if filled else None
    return None


def _other_table(header: Header, body: pl.DataFrame) -> int | None:
    """Where behind a blank column a second list of whom, how much and more begins, if one does."""
    lists = []
    for columns in _between_blank_columns(header.headings, body):
        means = {role for column in columns for role in header.headings[column].roles[:1]}
        if (
            len(columns) > 2
            and means.intersection(SUPPLIER_ROLES)
            and means.intersection(AMOUNT_ROLES)
        ):
            lists.append(columns)
    return lists[1][0] if len(lists) > 1 else None


def _between_blank_columns(headings: Sequence[Heading], body: pl.DataFrame) -> Iterator[list[int]]:
    columns: list[int] = []
    for column, heading in enumerate(headings):
        if heading.folded:
            columns.append(column)
        elif column >= body.width or not body.to_series(column).count():
            yield columns
            columns = []
    yield columns
