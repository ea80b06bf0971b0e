"""A web site on loopback, a session that may ask it, an empty archive and its ledger."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from pipeline.collect.archive import Archive
from pipeline.collect.http import PoliteSession
from pipeline.collect.ledger import Ledger
from tests.collect.served import Site, answer


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            sent = self.rfile.read(length).decode()
            found.forms[self.path].append(parse_qsl(sent, keep_blank_values=True))
            self.do_GET()

        def do_GET(self) -> None:
            found.requests[self.path].append({k.lower(): v for k, v in self.headers.items()})
            found.answers.get(self.path, answer(b"no such page", 404))(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Site(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def web(site: Site) -> Iterator[PoliteSession]:
    with PoliteSession("mail@example.org", site.manners) as session:
        yield session


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


@pytest.fixture
def ledger(archive: Archive) -> Iterator[Ledger]:
    with Ledger(archive.root / "ledger.sqlite", archive) as opened:
        yield opened
