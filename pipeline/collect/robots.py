"""What the robots.txt of each site asks of us, read at most once a day."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

ROBOT_NAME = "anchorspend"

_DAY_SECONDS = 24 * 3600.0
_HOUR_SECONDS = 3600.0


class FetchProblemError(Exception):
    """A robots.txt that cannot be had: until it can, RFC 9309 wants us to stay away."""


@dataclass(frozen=True)
class _Known:
    rules: Protego | None
    problem: str
    good_until: float


class RobotsBook:
    """The rules of every site met so far.

    `read` gives the text at an address of robots.txt, "" where there is none, and raises
    FetchProblemError where the site does not answer.
    """

    def __init__(self, read: Callable[[str], str]) -> None:
        self._read = read
        self._known: dict[str, _Known] = {}

    def rules_for(self, url: str) -> Protego:
        """The rules of the site that the address lies on; raises FetchProblemError."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        known = self._known.get(site)
        if known is None or time.monotonic() > known.good_until:
            known = self._ask(site)
            self._known[site] = known
        if known.rules is None:
            raise FetchProblemError(known.problem)
        return known.rules

    def _ask(self, site: str) -> _Known:
        try:
            text = self._read(f"{site}/robots.txt")
        except FetchProblemError as error:
            # A dead host is asked once, not once for each of its files.
            return _Known(None, str(error), time.monotonic() + _HOUR_SECONDS)
        return _Known(Protego.parse(text), "", time.monotonic() + _DAY_SECONDS)
