"""What a rule finds: links taken or left, publications, and what kept it from seeing everything."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from pipeline.collect.answers import Page
from pipeline.collect.attempts import FormPairs, Publication

FetchPage = Callable[[str], Page]

MOST_LINKS = 20_000
LONGEST_ADDRESS = 4_000


@dataclass(frozen=True)
class Candidate:
    """A link as it stands in a page or a listing, before it is sorted.

    `row` is the text of the line that it stands in; `headings` are those above it, the nearest
    first. `form`, `visit_form` and `period_fields` are those of a file that is had by posting.
    """

    url: str
    label: str
    found_on: str
    row: str = ""
    headings: tuple[str, ...] = ()
    format: str = ""
    form: FormPairs | None = None
    visit_form: FormPairs = ()
    period_fields: FormPairs = ()


@dataclass(frozen=True)
class Link:
    """One link that was looked at; `reason` says why it was taken or left."""

    url: str
    label: str
    heading: str
    decision: Literal["taken", "left"]
    reason: str
    publication: Publication | None = None


@dataclass(frozen=True)
class Discovery:
    """What the rule found: publications without repeats, and every link that was looked at.

    `problems` say what kept the rule from seeing all there is (a year's page that is gone, more
    pages than it may read, a data set that has vanished); what was found counts all the same.
    """

    publications: tuple[Publication, ...]
    links: tuple[Link, ...]
    problems: tuple[str, ...] = ()


def without_repeats(links: Iterable[Link], problems: Iterable[str] = ()) -> Discovery:
    """Leave what an earlier link has already given: one file, or the same link in every menu."""
    told: set[tuple[str, str, str]] = set()
    taken: dict[str, Publication] = {}
    kept: list[Link] = []
    for link in links:
        if link.publication:
            earlier = taken.setdefault(link.publication.publication_id, link.publication)
            if earlier is not link.publication:
                reason = f"the same file as {earlier.label!r} above"
                link = Link(link.url, link.label, link.heading, "left", reason)
        account = (link.url, link.label, link.reason)
        if link.publication or account not in told:
            told.add(account)
            kept.append(link)
    return Discovery(tuple(taken.values()), tuple(kept), tuple(problems))
