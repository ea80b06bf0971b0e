"""Tables of a web page -> grids; error pages and bot challenges are refused as such."""

import re
from collections.abc import Iterator
from itertools import zip_longest

import lxml.etree  # type: ignore[import-untyped]
import lxml.html  # type: ignore[import-untyped]
import polars as pl

from pipeline.errors import RefusedFileError
from pipeline.read.grid import Grid, frame_of_strings
from pipeline.read.limits import Limits

_CHALLENGE = re.compile(
    r"just a moment|attention required|checking your browser|security check|are you a robot|"
    r"verify(?:ing)? (?:that )?you are (?:a )?human|captcha|cf-chl|challenge-platform|incapsula|"
    r"enable javascript and cookies|ddos protection|bot protection",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_NUMBER = re.compile(r"[-(£$€\s]*[\d,]+(?:\.\d+)?[)\s-]*")
_BLANKS = re.compile(r"[ \t\r\n\f]+")


def read_html(text: bytes, limits: Limits) -> list[Grid]:
    """The tables of at least two rows and two columns, in the order of the page.

    Of tables within tables those for layout are left out for the inner, others hold the inner.
    Raises RefusedFileError for a page without a table (an error page, a login, a bot challenge)
    and for one that was cut short.
    """
    if len(text) > limits.max_markup_bytes:
        raise RefusedFileError(
            f"The web page has {len(text):,} bytes and the limit is {limits.max_markup_bytes:,}."
        )
    if _breaks_off(text):
        raise RefusedFileError("The web page breaks off within a table; download it again.")
    page = _parse(text)
    grids: list[Grid] = []
    inner: set[lxml.html.HtmlElement] = set()
    for table in page.iter("table"):
        if table in inner or _is_for_layout(table):
            continue
        inner.update(table.iterdescendants("table"))
        frame = _frame_of_table(table, limits)
        if frame.height > 1 and frame.width > 2:
            grids.append(Grid("" if not grids else f"table {len(grids) + 1}", frame))
    if not grids:
        raise RefusedFileError(_what_the_page_is(page, text))
    return grids


def _parse(text: bytes) -> lxml.html.HtmlElement:
    try:
        return lxml.html.document_fromstring(text, parser=lxml.html.HTMLParser(encoding="utf-8"))
    except (lxml.etree.LxmlError, ValueError) as error:
        raise RefusedFileError(
            f"The file is a web page that cannot be parsed ({error})."
        ) from error


def _breaks_off(text: bytes) -> bool:
    """Whether the last table has no end and the text stops within a row."""
    folded = text.lower().rstrip()
    is_open = folded.rfind(b"</table") < folded.rfind(b"<table")
    return is_open and not folded.endswith((b"</tr>", b"</tbody>", b"</body>", b"</html>"))


def _is_for_layout(table: lxml.html.HtmlElement) -> bool:
    """Whether most of the cells around the tables within it have no text of their own."""
    if next(table.iterdescendants("table"), None) is None:
        return False
    cells = [cell for row in _rows_of(table) for cell in row.iterchildren("td", "th")]
    own = [cell for cell in cells if next(cell.iterdescendants("table"), None) is None]
    filled = sum(bool(_text_of(cell)) for cell in own)
    return 2 * filled <= len(cells) or len(own) < 2 * (len(cells) - len(own))


def _rows_of(table: lxml.html.HtmlElement) -> Iterator[lxml.html.HtmlElement]:
    """The table's rows without those of tables within it."""
    for part in table.iterchildren():
        if part.tag == "tr":
            yield part
        elif part.tag in ("thead", "tbody", "tfoot"):
            yield from part.iterchildren("tr")


def _frame_of_table(table: lxml.html.HtmlElement, limits: Limits) -> pl.DataFrame:
    rows: list[list[str]] = []
    covered: dict[int, tuple[int, str]] = {}
    cells = 0
    for row in _rows_of(table):
        values: list[str] = []
        for cell in row.iterchildren("td", "th"):
            _skip_covered(values, covered)
            first = len(values)
            text = _text_of(cell)
            values.append(text)
            values.extend([""] * (_span(cell, "colspan") - 1))
            # A name or date speaks for all rows that it spans, a number is the sum of them.
            below = "" if _NUMBER.fullmatch(text) else text
            for column in range(first, len(values)):
                covered[column] = (_span(cell, "rowspan"), below if column == first else "")
        _skip_covered(values, covered)
        covered = {at: (left - 1, text) for at, (left, text) in covered.items() if left > 1}
        cells += len(values)
        if cells > limits.max_sheet_cells:
            raise RefusedFileError(
                f"A table of the page has more than {limits.max_sheet_cells:,} cells, the limit."
            )
        rows.append(values)
    return frame_of_strings(zip_longest(*rows))


def _skip_covered(values: list[str], covered: dict[int, tuple[int, str]]) -> None:
    """Fills the columns that a cell of an earlier row reaches down into."""
    while len(values) in covered:
        values.append(covered[len(values)][1])


def _span(cell: lxml.html.HtmlElement, attribute: str) -> int:
    text = cell.get(attribute)
    if text is None:
        return 1
    digits = text.strip()
    return min(max(int(digits), 1), 1_000) if digits.isascii() and digits.isdigit() else 1


def _text_of(cell: lxml.html.HtmlElement) -> str:
    if not len(cell):
        return _BLANKS.sub(" ", cell.text or "").strip()
    # Only white space of the source collapses; a break is a line of the cell.
    lines = _BLANKS.sub(" ", "".join(_texts_in(cell))).split("\v")
    return "\n".join(line.strip() for line in lines)


def _texts_in(element: lxml.html.HtmlElement) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag == "br":
            yield "\v"
        elif isinstance(child.tag, str) and not _is_unseen(child):
            yield from _texts_in(child)
        yield child.tail or ""


def _is_unseen(element: lxml.html.HtmlElement) -> bool:
    """Scripts, and what tables that sort themselves keep beside a date: 20240401."""
    return element.tag in ("script", "style") or bool(_HIDDEN.search(element.get("style", "")))


def _what_the_page_is(page: lxml.html.HtmlElement, text: bytes) -> str:
    title = " ".join((page.findtext(".//title") or page.findtext(".//h1") or "").split())[:100]
    named = f" titled {title!r}" if title else ""
    if _CHALLENGE.search(title) or _CHALLENGE.search(text[:200_000].decode(errors="replace")):
        return (
            f"The file is a web page{named} that checks for robots, not the published file; "
            "download it by hand."
        )
    return (
        f"The file is a web page{named} without a table of payments, probably an error page; "
        "check the link."
    )
