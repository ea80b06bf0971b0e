"""What comes back from a fetch: a page, an answer with a file, or a failure with its outcome."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

import requests
from urllib3.exceptions import HTTPError

from pipeline.collect.attempts import Outcome
from pipeline.collect.content import HEAD_BYTES, is_challenge, is_page

_REFUSALS = frozenset({401, 403, 407, 451})
_ABSENT = frozenset({404, 410})


class FetchFailure(Exception):  # noqa: N818 - a page that is blocked or absent is no error
    """A fetch that brought no bytes: which outcome it is, and why."""

    def __init__(self, outcome: Outcome, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason
        self.status = status


@dataclass(frozen=True)
class Page:
    """A landing page as it came: the address it was found at after redirects, and its bytes."""

    url: str
    content: bytes
    charset: str | None = None


@dataclass(frozen=True)
class Answer:
    """What a server said with a file; header names are in lower case."""

    status: int
    headers: Mapping[str, str]

    @property
    def is_unchanged(self) -> bool:
        """Whether the server says that the version we hold is still the newest (304)."""
        return self.status == HTTPStatus.NOT_MODIFIED


class Sink(Protocol):
    """What a body is written to; a second try starts again."""

    def write(self, chunk: bytes, /) -> object:
        """Take the next bytes."""

    def start_again(self) -> None:
        """Forget all bytes so far."""

    def head(self, size: int) -> bytes:
        """The first bytes written."""


def check_status(response: requests.Response) -> None:
    """Raise FetchFailure unless the server answers 200 or 304."""
    status = response.status_code
    if status in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
        return
    if status in _ABSENT:
        raise FetchFailure("not_published", f"there is nothing at this address ({status})", status)
    head = _head_of(response)
    if status in _REFUSALS or is_challenge(lower_names(response.headers), head):
        raise FetchFailure("blocked", f"the site keeps scripts out ({status})", status)
    raise FetchFailure("error", f"the site answers {status} {response.reason}", status)


def _head_of(response: requests.Response) -> bytes:
    try:
        return bytes(response.raw.read(HEAD_BYTES, decode_content=True))
    except HTTPError:
        return b""


def check_body(answer: Answer, sink: Sink) -> None:
    """Raise FetchFailure where something else came than a file."""
    head = sink.head(HEAD_BYTES)
    if is_challenge(answer.headers, head):
        raise FetchFailure("blocked", "the site asks for a browser", answer.status)
    if is_page(head):
        raise FetchFailure("html_instead", "a web page came instead of a file", answer.status)
    if not head:
        raise FetchFailure("error", "the file is empty", answer.status)


def stated_charset(response: requests.Response) -> str | None:
    """The charset that the server names; requests would make one up where it names none."""
    content_type = str(response.headers.get("content-type", "")).lower()
    return response.encoding if "charset" in content_type else None


def lower_names(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers with their names in lower case."""
    return {name.lower(): value for name, value in headers.items()}
