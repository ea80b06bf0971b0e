"""Finds the header rows of a grid and says what each heading means."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.knowledge import read_knowledge

SYNONYMS_PATH = Path(__file__).resolve().parent.parent / "registry" / "header_synonyms.yml"

AMOUNT_ROLES = (
    "amount_sterling",
    "amount_line",
    "amount_net",
    "amount",
    "amount_gross",
    "invoice_total",
    "debit",
    "credit",
    "amount_original",
    "order_value",
)
SUPPLIER_ROLES = ("supplier_name", "merchant_name", "cardholder")
DATE_ROLES = ("payment_date", "posting_date", "date", "invoice_date", "month")

LISTED, PHRASE, UNKNOWN = 2, 1, 0

# Hounslow printed 5 lines of leaked SQL above its header, Hartlepool 6 rows, Lambeth 9.
_ROWS_SEARCHED_FIRST = 60
_MOST_ROWS_SEARCHED = 200_000
_LONGEST_HEADING = 120
_FEWEST_HEADINGS = 3
_UNRANKED = 500
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_CURRENCY_SIGNS = {ord("€"): " eur ", ord("$"): " usd "}
_POUNDS = re.compile(r"[£œ\x9c\ufffd]|\bgbp\b")
_NUMBERING = re.compile(r"^\d{1,2}\s*[.)]\s*(?=[a-z])")
_NOT_WORDS = re.compile(r"[^0-9a-z]+")
_DATA = re.compile(
    r"[£(\-+ ]*\d[\d,. ]*\)?-?|\d{1,4}[-/.](\d{1,2}|[A-Za-z]{3,9})[-/.]\d{1,4}( .*)?"
)


@dataclass(frozen=True)
class Heading:
    """What a heading means: `roles` in the order they are to be tried, `rank` within its list."""

    text: str
    folded: str
    roles: tuple[str, ...] = ()
    certainty: int = UNKNOWN
    rank: int = 0


@dataclass(frozen=True)
class Header:
    """The header of a block of rows: `rows` are positions in the grid, `headings` by column."""

    rows: tuple[int, ...]
    headings: tuple[Heading, ...]
    score: int

    def columns_of(self, roles: Iterable[str]) -> list[int]:
        """The columns whose heading may mean one of the roles."""
        wanted = set(roles)
        return [i for i, heading in enumerate(self.headings) if wanted.intersection(heading.roles)]

    def same_columns(self, other: "Header") -> bool:
        """Whether both headers put the same headings in the same columns."""
        mine = {i: h.folded for i, h in enumerate(self.headings) if h.folded}
        theirs = {i: h.folded for i, h in enumerate(other.headings) if h.folded}
        return mine == theirs


def fold_heading(text: str) -> str:
    """A heading as it is compared: lower case words with one space between; a lone £ as '£'."""
    words = _CAMEL.sub(" ", text).lower().replace("&", " and ").replace("_", " ")
    words = words.translate(_CURRENCY_SIGNS)
    words = _NUMBERING.sub("", words.strip(" *\ufeff"))
    folded = _NOT_WORDS.sub(" ", _POUNDS.sub(" ", words)).strip()
    if folded in ("", "s") and _POUNDS.search(words):
        return "£"
    return folded


class HeadingRules:
    """The synonyms of `header_synonyms.yml`, with a publisher's exceptions before them."""

    def __init__(
        self,
        headings: Mapping[str, Sequence[str]],
        ambiguous: Mapping[str, Sequence[str]],
        phrases: Sequence[tuple[str, str]],
        exceptions: Mapping[str, str] | None = None,
    ) -> None:
        self._listed: dict[str, tuple[tuple[str, ...], int]] = {}
        for role, texts in headings.items():
            for rank, text in enumerate(texts):
                self._listed.setdefault(text, ((role,), rank))
        for text, roles in ambiguous.items():
            rank = self._listed[text][1] if text in self._listed else _UNRANKED
            self._listed[text] = (tuple(roles), rank)
        # "SUPPLIERNAME", as databases export it, has no capital to be taken apart at.
        self._run_together = {
            text.replace(" ", ""): meaning for text, meaning in self._listed.items() if " " in text
        }
        self._phrases = [(role, re.compile(pattern)) for role, pattern in phrases]
        self._exceptions = {fold_heading(text): role for text, role in (exceptions or {}).items()}
        self._known: dict[str, Heading] = {}

    def recognise(self, text: str | None) -> Heading:
        """What one heading means; unknown ones have no roles."""
        if text is None:
            return Heading("", "")
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = self._recognise(text)
        return known

    def _recognise(self, text: str) -> Heading:
        if len(text) > _LONGEST_HEADING:
            return Heading(text, "")
        folded = fold_heading(text)
        if folded in self._exceptions:
            return Heading(text, folded, (self._exceptions[folded],), LISTED)
        listed = self._listed.get(folded) or self._run_together.get(folded)
        if listed is not None:
            roles, rank = listed
            if "amount" in roles and _POUNDS.search(text.lower()):
                # "Payment (£)" is no date.
                roles = ("amount", *(role for role in roles if role != "amount"))
            return Heading(text, folded, roles, LISTED, rank)
        for role, pattern in self._phrases:
            if folded and pattern.search(folded):
                return Heading(text, folded, (role,), PHRASE, 2 * _UNRANKED)
        return Heading(text, folded)


@cache
def standard_rules() -> HeadingRules:
    """The rules that hold for every publisher."""
    return rules_with({})


def rules_with(exceptions: Mapping[str, str]) -> HeadingRules:
    """The rules with one publisher's headings read otherwise: heading -> column or `ignore`."""
    known = _synonyms()
    return HeadingRules(
        known["headings"],
        known["ambiguous"],
        [(role, pattern) for role, pattern in known["phrases"]],
        exceptions,
    )


@cache
def _synonyms() -> dict[str, Any]:
    synonyms: dict[str, Any] = read_knowledge(SYNONYMS_PATH)
    return synonyms


def find_header(cells: pl.DataFrame, rules: HeadingRules) -> Header | None:
    """The best header row of a grid: among its first rows, else anywhere (Hyndburn prints it last).

    `cells` holds the grid's text columns only; rows of the result are positions in it.
    """
    top = cells.head(_ROWS_SEARCHED_FIRST).rows()
    header = _best_header(list(enumerate(top)), rules)
    if header is not None:
        return _first_table(top[: header.rows[0]], rules) or header
    if cells.height <= _ROWS_SEARCHED_FIRST:
        return None
    return _best_header(_rows_that_may_be_headers(cells, _ROWS_SEARCHED_FIRST), rules)


def unknown_header(cells: pl.DataFrame, rules: HeadingRules) -> Header | None:
    """The first row with a word over every filled column, as headings that need not be known."""
    top = cells.head(_ROWS_SEARCHED_FIRST).rows()
    width = max((_filled_cells(row) for row in top), default=0)
    for position, row in enumerate(top):
        if _figures(row):
            return None
        if _filled(row) == width >= _FEWEST_HEADINGS:
            return Header((position,), tuple(rules.recognise(cell) for cell in row), 0)
    return None


def _first_table(above: Sequence[tuple[str | None, ...]], rules: HeadingRules) -> Header | None:
    """The header of a table that stands above the one with the best headings, if one does."""
    for position, row in enumerate(above):
        header = header_of_row(position, row, rules)
        if header is None or not header.columns_of(SUPPLIER_ROLES):
            continue
        amounts = header.columns_of(AMOUNT_ROLES)
        below = [[row[column] or "" for column in amounts] for row in above[position + 1 :]]
        if sum(any(map(_DATA.fullmatch, cells)) for cells in below) >= 2:
            return header
    return None


def later_headers(cells: pl.DataFrame, first: Header, rules: HeadingRules) -> list[Header]:
    """Header rows below the first: repeated ones, and those that begin other columns."""
    amounts = first.columns_of(AMOUNT_ROLES)
    start = first.rows[-1] + 1
    found = []
    for position, row in _rows_that_may_be_headers(cells, start, amounts[:1]):
        header = header_of_row(position, row, rules)
        if header is not None:
            found.append(header)
    return found


def _rows_that_may_be_headers(
    cells: pl.DataFrame, start: int, without_digits: Sequence[int] = ()
) -> list[tuple[int, tuple[str | None, ...]]]:
    """Rows with two words or more and, in the given columns, no figure."""
    searched = cells.slice(start)
    # A header row holds no amount: at most one of its cells is a bare number.
    figure = r"\d" if without_digits else r"^[£(\-]*\d[\d,]*(\.\d+)?\)?$"
    columns = [cells.columns[c] for c in without_digits] or cells.columns
    has_figure = pl.any_horizontal(
        pl.col(c).str.contains(figure).fill_null(value=False) for c in columns
    )
    may_be = searched.select(~has_figure).to_series()
    # Hardly a row of payments is left.
    if not may_be.any():
        return []
    has_words = pl.sum_horizontal(pl.col(c).is_not_null() for c in cells.columns) >= 2
    numbered = searched.with_row_index("position", offset=start)
    rows = numbered.filter(may_be).filter(has_words).head(_MOST_ROWS_SEARCHED).rows()
    return [(row[0], row[1:]) for row in rows]


def _best_header(
    rows: list[tuple[int, tuple[str | None, ...]]], rules: HeadingRules
) -> Header | None:
    best: Header | None = None
    figures = [_figures(row) for _, row in rows]
    for index, (position, row) in enumerate(rows):
        if figures[index] > 1:
            continue
        header = header_of_row(position, row, rules)
        is_followed = index + 1 < len(rows) and rows[index + 1][0] == position + 1
        if is_followed and figures[index] == figures[index + 1] == 0:
            header = _two_row_header(position, row, rows[index + 1][1], rules) or header
        if header is not None and (best is None or header.score > best.score):
            best = header
    return best


def _two_row_header(
    position: int,
    upper: tuple[str | None, ...],
    lower: tuple[str | None, ...],
    rules: HeadingRules,
) -> Header | None:
    """Two rows as one header ("Payment" over "Date"), if together they say no less than alone."""
    if min(map(_filled, (upper, lower))) < 2:
        return None
    alone = [header_of_row(position, upper, rules), header_of_row(position + 1, lower, rules)]
    least = max((one.score for one in alone if one is not None), default=0)
    header = header_of_row(position, _joined(upper, lower), rules)
    merged = header_of_row(position, _joined(_spread(upper, lower), lower), rules)
    if merged is not None and merged.score > max(least, header.score if header else 0):
        header = merged
    if header is None or header.score < least:
        return None
    return Header((position, position + 1), header.headings, header.score)


def _joined(upper: Sequence[str | None], lower: Sequence[str | None]) -> list[str | None]:
    return [" ".join(filter(None, parts)) or None for parts in zip(upper, lower, strict=True)]


def _spread(upper: Sequence[str | None], lower: Sequence[str | None]) -> list[str | None]:
    """The upper row with each cell repeated over what may be its merged right neighbours."""
    spread: list[str | None] = []
    for above, below in zip(upper, lower, strict=True):
        follows = above is None and below is not None and bool(spread)
        spread.append(spread[-1] if follows else above)
    return spread


def _filled(row: tuple[str | None, ...]) -> int:
    return sum(cell is not None and any(c.isalpha() or c == "£" for c in cell) for cell in row)


def _filled_cells(row: Sequence[str | None]) -> int:
    return sum(cell is not None for cell in row)


def header_of_row(position: int, row: Sequence[str | None], rules: HeadingRules) -> Header | None:
    """The row as a header, if it names an amount or supplier beside something else; else None."""
    figures = _figures(row)
    if figures > 1 or _filled_cells(row) < 2:
        return None
    headings = tuple(rules.recognise(cell) for cell in row)
    meanings: dict[str, int] = {}
    for heading in headings:
        if heading.roles and heading.roles[0] != "ignore":
            role = heading.roles[0]
            meanings[role] = max(meanings.get(role, 0), heading.certainty)
    score = sum(meanings.values())
    is_header = (
        len(meanings) >= 2 and _names_a_payment(headings) and figures <= (1 if score >= 8 else 0)
    )
    return Header((position,), headings, score) if is_header else None


def _names_a_payment(headings: Sequence[Heading]) -> bool:
    roles = {role for heading in headings for role in heading.roles}
    has_amount = bool(roles.intersection(AMOUNT_ROLES))
    has_supplier = bool(roles.intersection(SUPPLIER_ROLES))
    has_date = bool(roles.intersection(DATE_ROLES))
    named = has_amount + has_supplier + has_date
    listed = sum(heading.certainty == LISTED for heading in headings)
    if not listed:
        return named == 3
    return named >= 2 or (has_amount and len(roles) >= 3) or listed >= 4


def _figures(row: Sequence[str | None]) -> int:
    """How many cells of the row are figures, counted up to two."""
    found = (cell for cell in row if cell and len(cell) <= _LONGEST_HEADING)
    return len(list(islice(filter(_DATA.fullmatch, found), 2)))
