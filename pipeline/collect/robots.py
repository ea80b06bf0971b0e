"""What the robots.txt of each site asks of us, read at most once a day."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from pipeline.collect.answers import FetchFailure

ROBOT_NAME = "anchorspend"

_DAY_SECONDS = 24 * 3600.0
_HOUR_SECONDS = 3600.0


@dataclass(frozen=True)
class _Known:
    rules: Protego | FetchFailure
    good_until: float


class RobotsBook:
    """The rules of every site met so far.

    `read` gives the text at an address of robots.txt, "" where there is none, and raises
    FetchFailure where the site does not answer: until it does, RFC 9309 wants us to stay away.
    """

    def __init__(self, read: Callable[[str], str]) -> None:
        self._read = read
        self._known: dict[str, _Known] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def rules_for(self, url: str) -> Protego:
        """The rules of the site that the address lies on; raises FetchFailure."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            lock = self._locks.setdefault(site, threading.Lock())
        # A second thread that comes to a new site waits for the rules that the first asks for.
        with lock:
            known = self._known.get(site)
            if known is None or time.monotonic() > known.good_until:
                known = self._ask(site)
                self._known[site] = known
        if isinstance(known.rules, FetchFailure):
            failure = known.rules
            raise FetchFailure(failure.outcome, failure.reason, failure.status)
        return known.rules

    def _ask(self, site: str) -> _Known:
        try:
            text = self._read(f"{site}/robots.txt")
        except FetchFailure as failure:
            # A dead host is asked once, not once for each of its files.
            return _Known(failure, time.monotonic() + _HOUR_SECONDS)
        return _Known(Protego.parse(text), time.monotonic() + _DAY_SECONDS)
