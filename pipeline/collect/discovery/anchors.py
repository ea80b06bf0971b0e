"""The links of a web page, each with the row it stands in and the headings above it."""

from collections.abc import Collection, Iterator
from itertools import islice
from urllib.parse import urldefrag, urljoin

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from pipeline.collect.answers import Page
from pipeline.collect.discovery.found import MOST_LINKS, Candidate
from pipeline.collect.labels import clean_label, folders_and_name

_LEVELS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
# "button" is the head of an accordion or of a tab.
_HEADINGS = (*_LEVELS, "caption", "summary", "legend", "dt", "button")
_LOWEST_LEVEL = 7
_ROWS = ("li", "tr", "p", "dd")
# A row longer than this is a text with links in it, not the name of one of them.
_LONGEST_ROW = 200
_ROW_LEVELS = 12
_MOST_NODES = 300


def parsed(page: Page) -> BeautifulSoup:
    """The page as a tree, in the charset that the server or the page itself states."""
    return BeautifulSoup(page.content, "lxml", from_encoding=page.charset)


def root_of(soup: BeautifulSoup, page: Page) -> str:
    """The address that relative links start from."""
    base = soup.find("base", href=True)
    return joined(page.url, str(base["href"])) if isinstance(base, Tag) else page.url


def joined(root: str, href: str) -> str:
    """The whole address of a link without its fragment; as it stands where it is malformed."""
    try:
        return urldefrag(urljoin(root, href.strip())).url
    except ValueError:
        return href.strip()


def anchors(page: Page) -> Iterator[Candidate]:
    """The links in the order of the page, at most MOST_LINKS."""
    soup = parsed(page)
    root = root_of(soup, page)
    headings: list[tuple[int, str]] = []
    rows: dict[int, str] = {}

    def all_links() -> Iterator[Candidate]:
        for element in soup.find_all([*_HEADINGS, "a"]):
            if element.name != "a":
                _enter(headings, element)
                continue
            href = str(element.get("href") or "").strip()
            if not href or href.startswith("#"):
                continue
            url = joined(root, href)
            yield Candidate(
                url=url,
                label=label_of(element) or folders_and_name(url)[1],
                found_on=page.url,
                row=_row_text(element, rows),
                headings=tuple(text for _, text in reversed(headings)),
            )

    return islice(all_links(), MOST_LINKS)


def label_of(element: Tag) -> str:
    """The text of a link, else its title; "" where it has neither."""
    text = clean_label(text_of(element))
    return text or clean_label(str(element.get("title") or element.get("aria-label") or ""))


def _enter(headings: list[tuple[int, str]], element: Tag) -> None:
    """Put a heading below those of higher rank, in the place of those of its own and lower."""
    text = clean_label(text_of(element))
    if not text:
        return
    level = _LEVELS.get(element.name, _LOWEST_LEVEL)
    while headings and headings[-1][0] >= level:
        headings.pop()
    headings.append((level, text))


def _row_text(anchor: Tag, known: dict[int, str]) -> str:
    """The text of the line around the link; each line is read once, however many links it has."""
    row = ancestor(anchor, _ROWS, _ROW_LEVELS)
    if row is None:
        return ""
    if id(row) not in known:
        text = clean_label(text_of(row))
        known[id(row)] = text if len(text) <= _LONGEST_ROW else ""
    return known[id(row)]


def ancestor(element: Tag, names: Collection[str], levels: int) -> Tag | None:
    """The nearest element around this one that has one of the names, at most so far up."""
    around = islice(element.parents, levels)
    return next((one for one in around if one.name in names), None)


def text_of(element: Tag) -> str:
    """The text in an element, from its first few hundred nodes.

    A page may put ten thousand elements into one another: reading each to its end takes minutes.
    """
    nodes = islice(element.descendants, _MOST_NODES)
    return " ".join(str(node) for node in nodes if type(node) is NavigableString)
