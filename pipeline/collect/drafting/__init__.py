"""Drafts a publisher's YAML from its landing page, for a person to complete and check."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from pipeline.collect.answers import FetchFailure, Page
from pipeline.collect.attempts import Publication
from pipeline.collect.discovery import FetchPage, page_from_file
from pipeline.collect.discovery.anchors import parsed
from pipeline.collect.drafting.links import find_files
from pipeline.collect.drafting.publisher_yaml import Facts, FileSummary, SampleFile, draft_text
from pipeline.collect.drafting.wording import (
    open_licence,
    page_text,
    publisher_kind,
    publisher_name,
    threshold,
)
from pipeline.collect.hosts import host_of
from pipeline.collect.http import PoliteSession
from pipeline.errors import AnchorspendError

__all__ = ["FileSummary", "draft_from_address", "draft_publisher"]

_MOST_SAMPLES = 3

ReadFile = Callable[[bytes], FileSummary]


def draft_from_address(
    url: str, saved_page: Path | None, session: PoliteSession, read: ReadFile
) -> str:
    """The draft for the landing page at an address, or for one that a person saved from there.

    Files are looked into up to the size of a page. Raises AnchorspendError where the page cannot
    be had.
    """

    def fetch(address: str) -> Page:
        return session.fetch_page(address, {host_of(address)})

    if saved_page:
        return draft_publisher(page_from_file(saved_page, url), fetch, read)
    try:
        page = fetch(url)
    except FetchFailure as failure:
        raise AnchorspendError(
            f"{url} was not read ({failure.outcome}: {failure.reason}): correct the address, or "
            "save the page with a browser and give the file as --landing-page."
        ) from failure
    return draft_publisher(page, fetch, read)


def draft_publisher(page: Page, fetch: FetchPage, read: ReadFile, today: date | None = None) -> str:
    """The YAML that can be drafted from a landing page, as text.

    `fetch` is asked for subpages and for the newest, a middle and the oldest file; what it raises
    as FetchFailure is told in a comment. `read` makes a summary of a file's bytes.
    """
    soup = parsed(page)
    found = find_files(page, fetch)
    text = page_text(soup)
    name = publisher_name(soup)
    facts = Facts(
        landing_page=page.url,
        seen_on=today or date.today(),
        name=name,
        kind=publisher_kind(name, page.url),
        threshold=threshold([text, *(file.label for file in found.files)]),
        licence=open_licence(text),
        found=found,
        samples=tuple(_looked_into(file, fetch, read) for file in _samples(found.files)),
    )
    return draft_text(facts)


def _samples(files: Sequence[Publication]) -> list[Publication]:
    """The newest file of spending, one from the middle and the oldest."""
    spend = [file for file in files if file.kind == "spend" and file.form is None]
    dated = sorted(
        (file for file in spend if file.last_day), key=lambda file: str(file.last_day), reverse=True
    )
    among = dated or spend
    chosen = [among[i] for i in (0, len(among) // 2, -1)] if among else []
    return list({file.publication_id: file for file in chosen}.values())[:_MOST_SAMPLES]


def _looked_into(file: Publication, fetch: FetchPage, read: ReadFile) -> SampleFile:
    try:
        return SampleFile(file, read(fetch(file.url).content))
    except FetchFailure as failure:
        return SampleFile(file, None, failure.reason)
