"""Files that are links on web pages: the landing page alone, or pages that it leads to."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipeline.collect.answers import FetchFailure, Page
from pipeline.collect.attempts import address_identity
from pipeline.collect.discovery.anchors import anchors
from pipeline.collect.discovery.found import (
    MOST_LINKS,
    Candidate,
    Discovery,
    FetchPage,
    Link,
    without_repeats,
)
from pipeline.collect.discovery.sorting import left, matches, sorted_links
from pipeline.collect.hosts import host_of, is_allowed_host
from pipeline.registry.rules import LinksOnPage, LinksOnSubpages


def links_on_page(publisher_id: str, rule: LinksOnPage, page: Page) -> Discovery:
    """Sort every link of the page by the rule's patterns."""
    hosts = {host_of(rule.landing_page), *rule.allowed_hosts}
    found = list(anchors(page))
    return without_repeats(sorted_links(publisher_id, rule, found, hosts), _too_many(page, found))


@dataclass(frozen=True)
class _ToRead:
    """A page that is still to be read: how it was found, and the labels that led to it."""

    url: str
    hops: int
    led_by: tuple[str, ...] = ()


def links_on_subpages(publisher_id: str, rule: LinksOnSubpages, fetch: FetchPage) -> Discovery:
    """Sort the links of the landing page and of the pages that it leads to, the nearest first.

    A page that cannot be read is a problem; the landing page's own failure passes through.
    """
    hosts = {host_of(rule.landing_page), *rule.allowed_hosts}
    waiting = deque([_ToRead(rule.landing_page, 0)])
    seen = {_identity(rule.landing_page)}
    links: list[Link] = []
    problems: list[str] = []
    pages_read = 0
    while waiting and pages_read < rule.max_pages:
        current = waiting.popleft()
        try:
            page = fetch(current.url)
        except FetchFailure as failure:
            if current.hops == 0:
                raise
            problems.append(f"the page {current.url} was not read: {failure.reason}")
            continue
        finally:
            pages_read += 1
        found = [replace(one, headings=(*one.headings, *current.led_by)) for one in anchors(page)]
        problems += _too_many(page, found)
        leading, files = _parted(rule, found)
        links += sorted_links(publisher_id, rule, files, hosts)
        for one in leading:
            further = _ToRead(one.url, current.hops + 1, (one.label, *current.led_by))
            reason = _why_not_read(further, rule, hosts, seen)
            links.append(left(one, reason or "leads to a page that was read for links"))
            if not reason:
                seen.add(_identity(one.url))
                waiting.append(further)
    if waiting:
        problems.append(f"{len(waiting)} more pages were not read: max_pages is {rule.max_pages}")
    return without_repeats(links, problems)


def _parted(
    rule: LinksOnSubpages, found: Iterable[Candidate]
) -> tuple[list[Candidate], list[Candidate]]:
    """The links that lead on, and the others."""
    leading: list[Candidate] = []
    others: list[Candidate] = []
    for one in found:
        leads_on = (
            not matches(rule.href_matches, one.url)
            and matches(rule.subpage_matches, one.url)
            and matches(rule.subpage_label_matches, one.label)
        )
        (leading if leads_on else others).append(one)
    return leading, others


def _why_not_read(
    further: _ToRead, rule: LinksOnSubpages, hosts: Iterable[str], seen: set[str]
) -> str:
    if _identity(further.url) in seen:
        return "leads to a page that is read already"
    if not is_allowed_host(host_of(further.url), set(hosts)):
        return f"leads to {host_of(further.url)}, which is none of the publisher's hosts"
    if further.hops > rule.depth:
        return f"leads to a page further away than depth {rule.depth}"
    return ""


def _identity(url: str) -> str:
    try:
        return address_identity(url)
    except ValueError:
        return url


def _too_many(page: Page, found: list[Candidate]) -> list[str]:
    if len(found) < MOST_LINKS:
        return []
    return [f"the page {page.url} holds more than {MOST_LINKS} links: the rest was not looked at"]
