"""From a publisher's landing page to its publications: every link taken, or left with a reason."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urldefrag, urljoin, urlsplit

from bs4 import BeautifulSoup
from bs4.element import Tag

from pipeline.collect.answers import Page
from pipeline.collect.attempts import Publication, publication_id
from pipeline.collect.hosts import host_of, is_allowed_host
from pipeline.collect.labels import clean_label, folders_and_name
from pipeline.collect.periods import PeriodDecision, period_of
from pipeline.errors import AnchorspendError
from pipeline.registry.models import DropFolder, LinksOnPage, Publisher

FetchPage = Callable[[str], Page]

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "caption", "summary", "legend", "dt")
_ROWS = ("li", "tr", "p", "dd")
# A row longer than this is a text with links in it, not the name of one of them.
_LONGEST_ROW = 200
_LONGEST_ADDRESS = 4000


@dataclass(frozen=True)
class Link:
    """One link of a landing page; `reason` says why it was taken or left."""

    url: str
    label: str
    heading: str
    decision: Literal["taken", "left"]
    reason: str
    publication: Publication | None = None


@dataclass(frozen=True)
class Discovery:
    """What the rule found: publications without repeats, and every link that was looked at."""

    publications: tuple[Publication, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True)
class _Anchor:
    url: str
    label: str
    row: str
    heading: str


def discover(publisher: Publisher, fetch: FetchPage) -> Discovery:
    """The publications that the publisher lists today; none where a person hands files in.

    Whatever `fetch` raises passes through.
    """
    match publisher.discovery:
        case LinksOnPage() as rule:
            return links_on_page(publisher.id, rule, fetch(rule.landing_page))
        case DropFolder():
            return Discovery((), ())


def source_hosts(publisher: Publisher) -> frozenset[str]:
    """The hosts that the publisher's pages and files may lie on."""
    rule = publisher.discovery
    if isinstance(rule, LinksOnPage):
        return frozenset({host_of(rule.landing_page), *rule.allowed_hosts})
    return frozenset()


def page_from_file(path: Path, url: str) -> Page:
    """A landing page that a person saved, as if it had come from its address."""
    try:
        return Page(url, path.read_bytes())
    except OSError as error:
        raise AnchorspendError(f"{path} cannot be read ({error.strerror}): check the name.") from (
            error
        )


def links_on_page(publisher_id: str, rule: LinksOnPage, page: Page) -> Discovery:
    """Sort every link of the page by the rule's patterns."""
    links: list[Link] = []
    taken: dict[str, Publication] = {}
    for anchor in _anchors(page):
        link = _sort(publisher_id, rule, anchor)
        if link.publication:
            earlier = taken.setdefault(link.publication.publication_id, link.publication)
            if earlier is not link.publication:
                reason = f"the same file as {earlier.label!r} above"
                link = Link(link.url, link.label, link.heading, "left", reason)
        links.append(link)
    return Discovery(tuple(taken.values()), tuple(links))


def _sort(publisher_id: str, rule: LinksOnPage, anchor: _Anchor) -> Link:
    def left(reason: str) -> Link:
        return Link(anchor.url, anchor.label, anchor.heading, "left", reason)

    host = host_of(anchor.url)
    if not host or urlsplit(anchor.url).scheme not in {"http", "https"}:
        return left("is no web address")
    if len(anchor.url) > _LONGEST_ADDRESS:
        return left(f"its address is longer than {_LONGEST_ADDRESS} characters")
    if not re.search(rule.href_matches, anchor.url):
        return left("its address does not match href_matches")
    if rule.label_matches and not re.search(rule.label_matches, anchor.label):
        return left("its label does not match label_matches")
    for pattern in rule.ignore:
        if re.search(pattern, anchor.url) or re.search(pattern, anchor.label):
            return left(f"matches {pattern!r} of ignore")
    if not is_allowed_host(host, {host_of(rule.landing_page), *rule.allowed_hosts}):
        return left(f"lies on {host}, which is neither the page's host nor in allowed_hosts")
    period = _period(anchor)
    if period.decision == "not_spend":
        return left(period.reason)
    publication = Publication(
        publisher_id=publisher_id,
        publication_id=publication_id(publisher_id, anchor.url),
        url=anchor.url,
        label=anchor.label,
        kind=period.kind,
        first_day=period.first_day,
        last_day=period.last_day,
    )
    return Link(anchor.url, anchor.label, anchor.heading, "taken", period.reason, publication)


def _period(anchor: _Anchor) -> PeriodDecision:
    """The period by the text beside the link, else by the heading above.

    The police commissioner of Devon and Cornwall lists "Jan 2024 PDF and CSV" with two links whose
    whole text is "PDF" and "CSV".
    """
    if anchor.row != anchor.label:
        beside = period_of(anchor.label, anchor.url, anchor.row)
        if beside.decision == "period" and beside.kind == _kind_above(anchor):
            return beside
    return period_of(anchor.label, anchor.url, anchor.heading)


def _kind_above(anchor: _Anchor) -> str:
    return period_of(anchor.label, anchor.url, anchor.heading).kind


def _anchors(page: Page) -> Iterator[_Anchor]:
    """The links in the order of the page, each with the heading above it."""
    soup = BeautifulSoup(page.content, "lxml", from_encoding=page.charset)
    base = soup.find("base", href=True)
    root = urljoin(page.url, str(base["href"])) if isinstance(base, Tag) else page.url
    heading = ""
    for element in soup.find_all([*_HEADINGS, "a"]):
        if element.name != "a":
            heading = clean_label(element.get_text(" "))
            continue
        href = str(element.get("href") or "").strip()
        if not href or href.startswith("#"):
            continue
        try:
            url = urldefrag(urljoin(root, href)).url
        except ValueError:
            url = href
        label = clean_label(element.get_text(" "))
        label = label or clean_label(str(element.get("title") or element.get("aria-label") or ""))
        yield _Anchor(url, label or folders_and_name(url)[1], _row_text(element), heading)


def _row_text(anchor: Tag) -> str:
    row = anchor.find_parent(_ROWS)
    text = clean_label(row.get_text(" ")) if row else ""
    return text if len(text) <= _LONGEST_ROW else ""
