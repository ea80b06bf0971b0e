"""A small web site on 127.0.0.1 whose answers a test writes down itself."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from pipeline.collect.http import Manners

Answerer = Callable[[BaseHTTPRequestHandler], None]


def answer(
    body: bytes = b"",
    status: int = 200,
    headers: dict[str, str] | None = None,
    length: int | None = None,
) -> Answerer:
    """An answer with these bytes; `length` is what Content-Length says, where it lies."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        handler.end_headers()
        handler.wfile.write(body)
        if length is not None:
            # Who was promised more would wait for it as long as the connection is open.
            handler.close_connection = True

    return send


def in_turn(*answers: Answerer) -> Answerer:
    """One answer after the other; the last stays."""
    left = list(answers)

    def send(handler: BaseHTTPRequestHandler) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(handler)

    return send


@dataclass
class Site:
    """What the server answers by path, what it was asked, and what was posted to it."""

    port: int
    host: str = "127.0.0.1"
    answers: dict[str, Answerer] = field(default_factory=dict)
    requests: dict[str, list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))
    forms: dict[str, list[list[tuple[str, str]]]] = field(default_factory=lambda: defaultdict(list))

    @property
    def root(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def manners(self) -> Manners:
        return Manners(
            delay_seconds=0,
            tries=3,
            backoff_seconds=0.01,
            silence_seconds=5,
            max_bytes=100_000,
            loopback_hosts=frozenset({f"127.0.0.1:{self.port}"}),
        )

    def asked(self, path: str) -> int:
        return len(self.requests[path])
