"""One publisher's turn of a night: discover, fetch what may have changed, archive, write down."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Event

from pipeline.collect.answers import FetchFailure
from pipeline.collect.archive import Archive
from pipeline.collect.attempts import (
    DROPPED,
    HELD_OUTCOMES,
    Attempt,
    Outcome,
    Publication,
    publication_id,
)
from pipeline.collect.discovery import Discovery, discover, source_hosts
from pipeline.collect.fetching import fetch_publication
from pipeline.collect.http import PoliteSession
from pipeline.collect.keep import KEPT_HEADERS, keep_bytes, keep_unchanged
from pipeline.collect.ledger import Ledger
from pipeline.registry.models import Publisher
from pipeline.registry.rules import DropFolder, Socrata, UrlPerMonth

_LONGEST_REASON = 2_000

_log = logging.getLogger(__name__)


def collect_publisher(
    publisher: Publisher,
    archive: Archive,
    ledger: Ledger,
    session: PoliteSession,
    stop: Event | None = None,
) -> list[Attempt]:
    """Fetch a publisher's publications, one attempt for each, in the order of its page.

    Once `stop` is set, no further file is begun.

    What goes wrong with a page or file is an attempt with the reason, never an exception; only a
    ledger that cannot be written is raised (AnchorspendError), since nothing could be written down.
    """
    if isinstance(publisher.discovery, DropFolder):
        return []
    page = _landing_page(publisher)
    try:
        found = discover(publisher, lambda url: session.fetch_page(url, source_hosts(publisher)))
    except Exception as error:
        return [_failed(page, error, publisher, ledger)]
    if not found.publications:
        return [_fault(page, _nothing_found(publisher, found), ledger)]
    attempts: list[Attempt] = []
    for publication in found.publications:
        if stop is not None and stop.is_set():
            return attempts
        attempts.append(_fetch(publication, publisher, archive, ledger, session))
    if isinstance(publisher.discovery, UrlPerMonth | Socrata) and all(
        attempt.outcome == "not_published" for attempt in attempts
    ):
        reason = (
            f"none of the {len(attempts)} months is there: the address may have changed, so look "
            f"at {page.url} and mend the rule of {publisher.id}"
        )
        return [*attempts, _fault(page, reason, ledger)]
    if found.problems:
        # What was not seen today may stand where we could not look, so nothing is said to be gone.
        return [*attempts, _fault(page, "; ".join(found.problems)[:_LONGEST_REASON], ledger)]
    listed = {publication.publication_id for publication in found.publications}
    return attempts + _no_longer_listed(publisher, listed, ledger)


def faults(publisher: Publisher, attempts: Sequence[Attempt]) -> list[Attempt]:
    """The attempts that a person should look at: all but those after which all is as it should be.

    A month that is not at its address yet is no fault where the rule writes addresses down
    without looking.
    """
    quiet: set[Outcome] = {*HELD_OUTCOMES, "withdrawn"}
    if isinstance(publisher.discovery, UrlPerMonth | Socrata):
        quiet.add("not_published")
    return [attempt for attempt in attempts if attempt.outcome not in quiet]


def _nothing_found(publisher: Publisher, found: Discovery) -> str:
    told = "; ".join(found.problems)[:_LONGEST_REASON]
    return (
        f"none of the {len(found.links)} links on the page is a publication: it may have been "
        f"rebuilt, so look at `anchorspend discover {publisher.id}` and mend its rule"
        + (f" ({told})" if told else "")
    )


def _fault(page: Publication, reason: str, ledger: Ledger) -> Attempt:
    return ledger.record(Attempt(page, "error", datetime.now(UTC), reason=reason))


def _landing_page(publisher: Publisher) -> Publication:
    """What the rule looks at first, as what an attempt is about when discovery fails."""
    url = publisher.discovery.looks_at or ""
    identifier = publication_id(publisher.id, url)
    return Publication(publisher.id, identifier, url, "landing page", "other")


def _fetch(
    publication: Publication,
    publisher: Publisher,
    archive: Archive,
    ledger: Ledger,
    session: PoliteSession,
) -> Attempt:
    held = ledger.held(publication.publication_id)
    known = held if held and held.sha256 and archive.content_path(held.sha256).exists() else None
    try:
        with archive.part_file() as part:
            answer = fetch_publication(
                publisher,
                publication,
                session,
                part,
                etag=known.etag if known else None,
                last_modified=known.last_modified if known else None,
            )
            headers = {
                name: value for name, value in answer.headers.items() if name in KEPT_HEADERS
            }
            if answer.is_unchanged and known:
                return keep_unchanged(publication, known, archive, ledger, headers)
            return keep_bytes(part, publication, archive, ledger, headers, answer.status)
    except Exception as error:
        return _failed(publication, error, publisher, ledger, is_held=held is not None)


def _failed(
    publication: Publication,
    error: Exception,
    publisher: Publisher,
    ledger: Ledger,
    *,
    is_held: bool = False,
) -> Attempt:
    now = datetime.now(UTC)
    if not isinstance(error, FetchFailure):
        _log.error("%s: %s", publisher.id, publication.url, exc_info=error)
        reason = f"{type(error).__name__}: {error}"
        return ledger.record(Attempt(publication, "error", now, reason=reason))
    outcome, reason = error.outcome, error.reason
    if outcome == "not_published" and is_held:
        outcome, reason = "gone", f"{reason}; the copy in the archive stays in use"
    if outcome == "blocked":
        reason += (
            f"; download it in a browser and hand it in: `anchorspend add {publisher.id} FILE`"
        )
    attempt = Attempt(publication, outcome, now, http_status=error.status, reason=reason)
    return ledger.record(attempt)


def _no_longer_listed(publisher: Publisher, listed: set[str], ledger: Ledger) -> list[Attempt]:
    """Note once that a held publication has left the page; its files stay in use."""
    return [
        ledger.record(
            Attempt(
                last.publication,
                "gone",
                datetime.now(UTC),
                reason="no longer on the landing page; the copy in the archive stays in use",
            )
        )
        for last in ledger.last_of_each(publisher.id)
        if last.outcome in HELD_OUTCOMES
        and last.publication.publication_id not in listed
        and not last.publication.url.startswith(DROPPED)
    ]
