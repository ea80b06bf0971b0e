"""All publishers' turns of a night, a few hosts at a time."""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event
from urllib.parse import urlsplit

from pipeline.collect.archive import Archive
from pipeline.collect.attempts import Attempt
from pipeline.collect.collecting import collect_publisher
from pipeline.collect.http import PoliteSession
from pipeline.collect.ledger import Ledger
from pipeline.registry.models import Publisher

_HOSTS_AT_ONCE = 8

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Collected:
    """What came of one publisher: its attempts, or the error that nobody foresaw."""

    publisher: Publisher
    attempts: tuple[Attempt, ...] = ()
    error: Exception | None = None


def collect_publishers(
    publishers: Collection[Publisher],
    archive: Archive,
    ledger: Ledger,
    session: PoliteSession,
    on_done: Callable[[Collected], None] = lambda _: None,
    hosts_at_once: int = _HOSTS_AT_ONCE,
) -> dict[str, Collected]:
    """Collect all publishers, those on one host one after the other; by publisher id.

    `on_done` is called in this thread, for each publisher as soon as it is done. One publisher's
    exception is in its own result and stops no other. Where this thread is interrupted, or
    `on_done` raises, the files under way are ended and no further ones begun.
    """
    stop = Event()
    done = SimpleQueue[Collected]()

    def collect_one_after_the_other(group: Iterable[Publisher]) -> None:
        for publisher in group:
            done.put(_collected(publisher, archive, ledger, session, stop))

    results: dict[str, Collected] = {}
    with ThreadPoolExecutor(hosts_at_once, thread_name_prefix="collect") as pool:
        try:
            for group in _by_host(publishers):
                pool.submit(collect_one_after_the_other, group)
            while len(results) < len(publishers):
                result = done.get()
                results[result.publisher.id] = result
                on_done(result)
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return {publisher.id: results[publisher.id] for publisher in publishers}


def _collected(
    publisher: Publisher, archive: Archive, ledger: Ledger, session: PoliteSession, stop: Event
) -> Collected:
    if stop.is_set():
        return Collected(publisher)
    try:
        attempts = collect_publisher(publisher, archive, ledger, session, stop)
    except Exception as error:
        _log.error("%s: not collected", publisher.id, exc_info=error)
        return Collected(publisher, error=error)
    return Collected(publisher, tuple(attempts))


def _by_host(publishers: Collection[Publisher]) -> list[list[Publisher]]:
    """Publishers whose rules look at the same host together, the largest group first."""
    groups: dict[str, list[Publisher]] = defaultdict(list)
    for publisher in publishers:
        groups[urlsplit(publisher.discovery.looks_at or "").netloc].append(publisher)
    return sorted(groups.values(), key=len, reverse=True)
