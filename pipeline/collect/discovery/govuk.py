"""Publications on GOV.UK, by its content API: file addresses change with every release."""

from collections import deque
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit, urlunsplit

from pipeline.collect.answers import FetchFailure
from pipeline.collect.discovery.anchors import joined
from pipeline.collect.discovery.found import Candidate, Discovery, FetchPage, without_repeats
from pipeline.collect.discovery.listings import (
    entries,
    fetched_json,
    format_word,
    mapping,
    text,
    words,
)
from pipeline.collect.discovery.sorting import sorted_links
from pipeline.collect.labels import format_hint
from pipeline.registry.rules import GovukContentApi

_MOST_DOCUMENTS = 500


def govuk_content_api(
    publisher_id: str, rule: GovukContentApi, fetch: FetchPage, hosts: Collection[str]
) -> Discovery:
    """The attachments of the pages, and of the documents where a page is a collection.

    A page that cannot be had is a problem; where none can, the first one's FetchFailure is raised.
    """
    waiting = deque((_api_address(page), True) for page in rule.pages)
    seen = {url for url, _ in waiting}
    candidates: list[Candidate] = []
    problems: list[str] = []
    failures: list[FetchFailure] = []
    pages_read = 0
    while waiting and len(seen) <= _MOST_DOCUMENTS + len(rule.pages):
        url, may_lead_on = waiting.popleft()
        try:
            item = mapping(fetched_json(fetch, url))
            if "details" not in item:
                raise FetchFailure("error", f"{url} does not answer with a page of GOV.UK")
        except FetchFailure as failure:
            failures.append(failure)
            problems.append(f"{url} was not read: {failure.reason}")
            continue
        pages_read += 1
        candidates += _attachments(item, url)
        for document in _documents(item, url) if may_lead_on else []:
            if document not in seen:
                seen.add(document)
                waiting.append((document, False))
    if not pages_read and failures:
        raise failures[0]
    if waiting:
        problems.append(f"{len(waiting)} more documents of the collection were not read")
    return without_repeats(sorted_links(publisher_id, rule, candidates, hosts), problems)


def _api_address(page: str) -> str:
    parts = urlsplit(page)
    return urlunsplit((parts.scheme, parts.netloc, f"/api/content{parts.path}", "", ""))


def _attachments(item: Mapping[str, object], url: str) -> list[Candidate]:
    title = words(item.get("title"))
    return [
        Candidate(
            url=joined(url, text(one.get("url"))) if text(one.get("url")) else "",
            label=words(one.get("title")) or words(one.get("filename")),
            found_on=url,
            headings=(title,) if title else (),
            # "content_type" is text/csv or a long name of Microsoft's: the file name says more.
            format=format_hint("", text(one.get("url"))) or format_word(one.get("content_type")),
        )
        for one in entries(mapping(item["details"]).get("attachments"))
    ]


def _documents(item: Mapping[str, object], url: str) -> list[str]:
    """The API addresses of a collection's documents, on the same site."""
    if item.get("document_type") != "document_collection":
        return []
    parts = urlsplit(url)
    paths = [
        text(one.get("base_path")) for one in entries(mapping(item.get("links")).get("documents"))
    ]
    return [
        urlunsplit((parts.scheme, parts.netloc, f"/api/content{path}", "", ""))
        for path in paths
        if path.startswith("/") and not path.startswith("//")
    ]
