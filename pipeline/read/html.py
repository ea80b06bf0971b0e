"""Tables of a web page -> grids; error pages and bot challenges are refused as such."""

import re
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


def read_html(text: bytes, limits: Limits) -> list[Grid]:
    """The innermost tables of at least two rows and two columns, in the order of the page.

    Raises RefusedFileError for a page without one: an error page, a login, a bot challenge.
    """
    if len(text) > limits.max_markup_bytes:
        raise RefusedFileError(
            f"The web page has {len(text):,} bytes and the limit is {limits.max_markup_bytes:,}."
        )
    page = _parse(text)
    grids: list[Grid] = []
    for table in page.iter("table"):
        if next(table.iterdescendants("table"), None) is None:
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


def _frame_of_table(table: lxml.html.HtmlElement, limits: Limits) -> pl.DataFrame:
    rows: list[list[str]] = []
    covered: dict[int, int] = {}
    cells = 0
    for row in table.iter("tr"):
        values: list[str] = []
        for cell in row.iterchildren("td", "th"):
            _skip_covered(values, covered)
            first = len(values)
            values.append(_text_of(cell))
            values.extend([""] * (_span(cell, "colspan") - 1))
            for column in range(first, len(values)):
                covered[column] = _span(cell, "rowspan")
        _skip_covered(values, covered)
        covered = {column: left - 1 for column, left in covered.items() if left > 1}
        cells += len(values)
        if cells > limits.max_sheet_cells:
            raise RefusedFileError(
                f"A table of the page has more than {limits.max_sheet_cells:,} cells, the limit."
            )
        rows.append(values)
    return frame_of_strings(zip_longest(*rows))


def _skip_covered(values: list[str], covered: dict[int, int]) -> None:
    """Leaves empty the columns that a cell of an earlier row reaches down into."""
    while covered.get(len(values), 0) > 0 and len(values) in covered:
        values.append("")


def _span(cell: lxml.html.HtmlElement, attribute: str) -> int:
    digits = (cell.get(attribute) or "1").strip()
    return min(max(int(digits), 1), 1_000) if digits.isascii() and digits.isdigit() else 1


def _text_of(cell: lxml.html.HtmlElement) -> str:
    parts: list[str] = []
    for node in cell.iter():
        if node.tag == "br":
            parts.append("\v")
        if isinstance(node.tag, str) and node.tag not in ("script", "style"):
            parts.append(node.text or "")
        if node is not cell:
            parts.append(node.tail or "")
    # Only white space of the source collapses; a break is a line of the cell.
    lines = re.sub(r"[ \t\r\n\f]+", " ", "".join(parts)).split("\v")
    return "\n".join(line.strip() for line in lines)


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
