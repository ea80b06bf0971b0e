"""Polite fetching: one identified request at a time per host, robots.txt obeyed, never forced."""

import os
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import requests
from requests.utils import get_environ_proxies
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError
from urllib3.util.retry import Retry

from pipeline.collect.answers import (
    Answer,
    FetchFailure,
    Page,
    Sink,
    check_body,
    check_status,
    lower_names,
    stated_charset,
)
from pipeline.collect.attempts import FormPairs
from pipeline.collect.content import HEAD_BYTES, is_challenge
from pipeline.collect.hosts import GuardedAdapter, PrivateAddressError, host_of, is_allowed_host
from pipeline.collect.robots import ROBOT_NAME, RobotsBook
from pipeline.errors import AnchorspendError

__all__ = ["Answer", "FetchFailure", "Manners", "Page", "PoliteSession"]

NO_CERTIFICATES: Mapping[str, Collection[Path]] = MappingProxyType({})

_CHUNK = 1 << 16
_MAX_PAGE_BYTES = 20 * 1024 * 1024
_MAX_ROBOTS_BYTES = 512 * 1024
_MAX_REDIRECTS = 5
_HOSTS_KEPT_OPEN = 64
_RETRIED = frozenset({429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# After these a form has been taken, and its answer is simply asked for.
_ANSWER_IS_ELSEWHERE = frozenset({301, 302, 303})


@dataclass(frozen=True)
class Manners:
    """How hard and how long to ask.

    `loopback_hosts` are the "host:port" on this machine that a demo or a test is served from:
    the one exception to fetching from public addresses only.
    """

    delay_seconds: float = 1.0
    connect_seconds: float = 15.0
    silence_seconds: float = 60.0
    seconds_per_file: float = 900.0
    max_bytes: int = 512 * 1024 * 1024
    tries: int = 4
    backoff_seconds: float = 1.0
    longest_wait_seconds: int = 120
    loopback_hosts: frozenset[str] = frozenset()

    @classmethod
    def towards(cls, loopback_site: str | None) -> "Manners":
        """The usual manners; with a site of our own on this machine, which needs no pauses."""
        if loopback_site is None:
            return cls()
        hosts = frozenset({loopback_site})
        return cls(delay_seconds=0.0, backoff_seconds=0.0, loopback_hosts=hosts)


@dataclass
class _Turn:
    """Whose turn it is at one host, and from when the next request may go."""

    delay_seconds: float
    lock: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = 0.0

    def end(self) -> None:
        """Let the next request go after the delay."""
        self.free_at = time.monotonic() + self.delay_seconds


class _PatientRetry(Retry):
    """Tries again on 429, 5xx and lost connections, but never asks a guard's page twice."""

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        *arguments: object,
        **options: object,
    ) -> "_PatientRetry":
        spent = self
        if response is not None and is_challenge(lower_names(response.headers), b""):
            spent = self.new(total=0)
        return Retry.increment(spent, method, url, response, *arguments, **options)  # type: ignore[arg-type]


class PoliteSession:
    """Fetches pages and files; threads may share it, each host sees one request at a time."""

    def __init__(
        self,
        contact: str | None,
        manners: Manners | None = None,
        certificates: Mapping[str, Collection[Path]] = NO_CERTIFICATES,
    ) -> None:
        """Introduce ourselves as anchorspend/<version> with the contact, where there is one.

        `certificates` are PEM files by host, trusted for that host alone beside the usual ones:
        the remedy for a site that leaves an intermediate certificate out (Blackburn, Tendring).
        Raises AnchorspendError where the contact could not stand in a header, or a certificate
        cannot be read.
        """
        self.manners = manners or Manners()
        if contact and not (contact.isascii() and contact.isprintable()):
            raise AnchorspendError(
                "ANCHORSPEND_CONTACT holds characters that cannot stand in a web request: "
                "give a mail address or a web address."
            )
        self.user_agent = f"{ROBOT_NAME}/{version('anchorspend')}"
        if contact:
            self.user_agent += f" (+{contact})"
        self._turns: dict[str, _Turn] = {}
        self._turns_lock = threading.Lock()
        self._robots = RobotsBook(self._read_robots)
        self._session = requests.Session()
        # No .netrc: a publisher's host must not be sent anybody's password.
        self._session.trust_env = False
        self._session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
        self._session.headers["User-Agent"] = self.user_agent
        retries = _PatientRetry(
            total=self.manners.tries - 1,
            status_forcelist=_RETRIED,
            # The forms that are posted ask for an export and change nothing.
            allowed_methods={"GET", "POST"},
            backoff_factor=self.manners.backoff_seconds,
            backoff_max=self.manners.longest_wait_seconds,
            retry_after_max=self.manners.longest_wait_seconds,
            raise_on_status=False,
        )
        by_prefix: dict[str, Collection[Path]] = {"https://": (), "http://": ()}
        for host, paths in certificates.items():
            by_prefix |= {f"https://{host}/": paths, f"https://{host}:": paths}
        for prefix, paths in by_prefix.items():
            adapter = GuardedAdapter(
                self.manners.loopback_hosts,
                paths,
                max_retries=retries,
                pool_connections=_HOSTS_KEPT_OPEN,
            )
            self._session.mount(prefix, adapter)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def fetch_page(
        self, url: str, allowed_hosts: Collection[str], form: FormPairs | None = None
    ) -> Page:
        """A web page, or another answer that is read at once, of at most 20 MiB.

        With a form it is posted to the address. Raises FetchFailure.
        """
        body = BytesIO()
        with self._asked(url, allowed_hosts, {}, form) as response:
            try:
                self._read(response, body.write, _MAX_PAGE_BYTES)
            except HTTPError as error:
                raise FetchFailure("error", f"the page came cut off ({error})") from error
            content = body.getvalue()
            if is_challenge(lower_names(response.headers), content[:HEAD_BYTES]):
                raise FetchFailure("blocked", "the site asks for a browser", response.status_code)
            return Page(response.url, content, stated_charset(response))

    def fetch_file(
        self,
        url: str,
        allowed_hosts: Collection[str],
        sink: Sink,
        etag: str | None = None,
        last_modified: str | None = None,
        form: FormPairs | None = None,
    ) -> Answer:
        """Write a file's bytes to the sink, unless it is as it was when it had these stamps.

        With a form it is the answer to posting it. Raises FetchFailure; what the sink holds then
        is of no use.
        """
        stamps = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = {name: value for name, value in stamps.items() if value}
        for attempt in range(self.manners.tries):
            try:
                with self._asked(url, allowed_hosts, headers, form) as response:
                    answer = Answer(response.status_code, lower_names(response.headers))
                    if not answer.is_unchanged:
                        self._read(response, sink.write, self.manners.max_bytes)
            except HTTPError as error:
                if attempt + 1 == self.manners.tries:
                    reason = f"the connection was cut while the file came ({error})"
                    raise FetchFailure("error", reason) from error
                sink.start_again()
                time.sleep(self.manners.backoff_seconds * 2**attempt)
                continue
            if not answer.is_unchanged:
                check_body(answer, sink)
            elif not headers:
                raise FetchFailure("error", "answers 304 though we hold no version", answer.status)
            return answer
        raise AssertionError("unreachable: the last try returns or raises")

    @contextmanager
    def _asked(
        self,
        url: str,
        allowed_hosts: Collection[str],
        headers: Mapping[str, str],
        form: FormPairs | None = None,
    ) -> Iterator[requests.Response]:
        """An answer of 200 or 304, redirects followed within the allowed hosts."""
        came_from = ""
        for _ in range(_MAX_REDIRECTS + 1):
            self._check_address(url, came_from, allowed_hosts)
            self._check_robots(url)
            with self._sent(url, headers, form) as response:
                if response.status_code not in _REDIRECTS:
                    check_status(response)
                    yield response
                    return
                if response.status_code in _ANSWER_IS_ELSEWHERE:
                    form = None
                came_from, url = url, urljoin(url, response.headers.get("location", ""))
        raise FetchFailure("error", f"redirects more than {_MAX_REDIRECTS} times")

    def _check_address(self, url: str, came_from: str, allowed_hosts: Collection[str]) -> None:
        host = host_of(url)
        how = f"redirects to {url}" if came_from else f"{url} lies"
        if urlsplit(url).scheme not in {"http", "https"} or not host:
            raise FetchFailure("refused", f"{how}, which is no web address")
        if not is_allowed_host(host, allowed_hosts):
            raise FetchFailure(
                "refused",
                f"{how} on {host}, which is none of the publisher's hosts: "
                "if it is, add it to allowed_hosts in its YAML",
            )
        if came_from.startswith("https:") and url.startswith("http:"):
            raise FetchFailure("refused", f"{how} without encryption")

    def _check_robots(self, url: str) -> None:
        rules = self._robots.rules_for(url)
        if not rules.can_fetch(url, ROBOT_NAME):
            raise FetchFailure("blocked", "the site's robots.txt asks us to stay away")
        if wish := rules.crawl_delay(ROBOT_NAME):
            turn = self._turn_at(urlsplit(url).netloc)
            wait = min(float(wish), float(self.manners.longest_wait_seconds))
            turn.delay_seconds = max(turn.delay_seconds, wait)

    def _turn_at(self, place: str) -> _Turn:
        with self._turns_lock:
            return self._turns.setdefault(place.lower(), _Turn(self.manners.delay_seconds))

    def _read_robots(self, address: str) -> str:
        """The text of a robots.txt on this host; "" where there is none (any 4xx, RFC 9309)."""
        host = host_of(address)
        for _ in range(_MAX_REDIRECTS + 1):
            try:
                with self._sent(address, {}) as response:
                    if response.status_code == HTTPStatus.OK:
                        text = BytesIO()
                        self._read(response, text.write, _MAX_ROBOTS_BYTES)
                        return text.getvalue().decode("utf-8", "replace")
                    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                        reason = f"robots.txt answers {response.status_code}"
                        raise FetchFailure("error", reason, response.status_code)
                    address = urljoin(address, response.headers.get("location", ""))
                    if response.status_code not in _REDIRECTS or not is_allowed_host(
                        host_of(address), [host]
                    ):
                        return ""
            except FetchFailure as failure:
                if failure.outcome == "too_big":
                    return ""
                raise
            except HTTPError as error:
                reason = f"robots.txt cannot be read ({error})"
                raise FetchFailure("error", reason) from error
        return ""

    @contextmanager
    def _sent(
        self, url: str, headers: Mapping[str, str], form: FormPairs | None = None
    ) -> Iterator[requests.Response]:
        """The answer to one request, at this host's turn; the turn ends with the body."""
        manners = self.manners
        place = urlsplit(url).netloc
        proxies = {} if place in manners.loopback_hosts else get_environ_proxies(url)
        turn = self._turn_at(place)
        with turn.lock:
            time.sleep(max(0.0, turn.free_at - time.monotonic()))
            try:
                response = self._session.request(
                    "GET" if form is None else "POST",
                    url,
                    headers=dict(headers),
                    data=form,
                    stream=True,
                    allow_redirects=False,
                    timeout=(manners.connect_seconds, manners.silence_seconds),
                    proxies=proxies,
                )
            except PrivateAddressError as error:
                raise FetchFailure("refused", str(error)) from error
            except requests.exceptions.SSLError as error:
                reason = (
                    f"the site's certificate cannot be verified ({error}): where it leaves one "
                    "out, save that one under certificates/ and name it in extra_certificates"
                )
                raise FetchFailure("error", reason) from error
            except (requests.RequestException, HTTPError, ValueError) as error:
                raise FetchFailure("error", f"the site cannot be reached ({error})") from error
            finally:
                turn.end()
            try:
                with response:
                    yield response
            finally:
                turn.end()

    def _read(
        self, response: requests.Response, write: Callable[[bytes], object], limit: int
    ) -> None:
        """Hand on the body, decoded, piece by piece.

        Raises FetchFailure where it is too big or too slow, urllib3's HTTPError where it is cut.
        """
        announced = response.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > limit:
            raise FetchFailure("too_big", f"{announced} bytes are more than {limit}", 200)
        deadline = time.monotonic() + self.manners.seconds_per_file
        size = 0
        # read1 gives what has come; read would wait for a whole chunk while bytes drip in.
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            size += len(chunk)
            if size > limit:
                raise FetchFailure("too_big", f"more than {limit} bytes", 200)
            if time.monotonic() > deadline:
                seconds = self.manners.seconds_per_file
                raise FetchFailure("error", f"not complete after {seconds:.0f} seconds", 200)
            write(chunk)
