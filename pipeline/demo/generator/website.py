"""The invented bodies' websites, served on this machine; every page says that all is invented."""

import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import groupby
from json import dumps
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from pipeline.demo.generator.files import Publication
from pipeline.demo.generator.publishers import Publisher

BANNER = "All of this is invented: no such body, supplier or payment exists."
# Stands in pages where the address of the site belongs, as the port is known only when served.
SITE_MARK = "{{site}}"
FORM_FIELDS = (
    "service_lable",
    "service_code",
    "organisational_unit",
    "expenditure_category",
    "expenditure_code",
    "payment_date",
    "transaction_number",
    "amount",
    "supplier_name",
)
REPOSITORY = "brackenford-harbour/spending"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".csv": "text/csv",
    ".pdf": "application/pdf",
    ".txt": "text/plain",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def write_pages(
    site: Path, publishers: Sequence[Publisher], publications: Sequence[Publication]
) -> None:
    """Write the pages that lead to the files."""
    (site / "robots.txt").write_text("User-agent: *\nDisallow: /private/\n", encoding="utf-8")
    for publisher in publishers:
        links = [one for one in publications if one.publisher_id == publisher.id]
        folder = site / publisher.id
        folder.mkdir(parents=True, exist_ok=True)
        if publisher.site == "year_pages":
            _write_year_pages(folder, publisher, links)
        elif publisher.site == "form":
            items = "".join(f"<li>{_link(one)}</li>" for one in links)
            page = f'<p>Choose a month.</p><ul class="pal_submenu">{items}</ul>'
            _write_page(folder / "index.html", publisher.name, page)
        elif publisher.site == "csv_and_pdf":
            items = "".join(
                f"<li>{escape(month.removesuffix(' PDF and CSV'))} "
                f"{' and '.join(_link(one) for one in of_month)}</li>"
                for month, of_month in groupby(links, key=lambda one: one.heading)
            )
            _write_page(folder / "index.html", publisher.name, f"<ul>{items}</ul>")
        elif publisher.site == "folder_listing":
            _write_folder_listing(site, links)
            _write_page(folder / "index.html", publisher.name, _lists(links))
        elif publisher.site not in ("blocked", "report_export", "nothing"):
            _write_page(folder / "index.html", publisher.name, _DISTRACTIONS + _lists(links))


_DISTRACTIONS = (
    "<p><a href='/private/minutes.html'>Minutes</a> "
    "<a href='mailto:nobody@invented.example'>Ask us</a></p>"
    "<h2>Other publications</h2><ul><li><a href='/other/annual-report-2021.pdf'>Annual report "
    "2021</a></li><li><a href='/other/contracts-register.csv'>Contracts register</a></li></ul>"
)


def _lists(links: Sequence[Publication]) -> str:
    return "".join(
        f"<h2>{escape(heading)}</h2><ul>{''.join(f'<li>{_link(one)}</li>' for one in some)}</ul>"
        for heading, some in groupby(links, key=lambda one: one.heading)
    )


def _link(one: Publication) -> str:
    path, question, query = one.path.partition("?")
    return f'<a href="/{quote(path)}{question}{escape(query)}">{escape(one.label)}</a>'


def _write_page(path: Path, title: str, body: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{escape(title)}</title>"
        f"</head><body><p role=alert><strong>{BANNER}</strong></p><h1>{escape(title)}</h1>"
        f"{body}</body></html>",
        encoding="utf-8",
    )


def _write_year_pages(folder: Path, publisher: Publisher, links: Sequence[Publication]) -> None:
    years = []
    for year, of_year in groupby(links, key=lambda one: one.heading):
        # Lancashire Teaching Hospitals' page of 2019 ends in a hyphen.
        name = f"publication-of-spend-{year}{'-' if year == '2022' else ''}"
        years.append(f"<li><a href='/{publisher.id}/{name}'>Spend {year}</a></li>")
        items = "".join(f"<li>{_link(one)}</li>" for one in of_year)
        _write_page(folder / name / "index.html", f"{publisher.name} {year}", f"<ul>{items}</ul>")
    _write_page(folder / "index.html", publisher.name, f"<ul>{''.join(years)}</ul>")


def _write_folder_listing(site: Path, links: Sequence[Publication]) -> None:
    """The listing of a repository's folder as GitHub's API answers it."""
    entries = [
        {
            "name": one.label,
            "path": one.label,
            "type": "file",
            "size": (site / one.path).stat().st_size,
            "sha": hashlib.sha1((site / one.path).read_bytes()).hexdigest(),  # noqa: S324
            "download_url": f"{SITE_MARK}/{one.path}",
        }
        for one in links
    ]
    path = site / "api/repos" / REPOSITORY / "contents" / "listing.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dumps(entries), encoding="utf-8")


@dataclass
class Site:
    """The websites as they are served: `url` without a slash at the end, which night it is."""

    url: str
    root: Path
    second_night: Path
    is_second_night: bool = False

    @property
    def host_and_port(self) -> str:
        """As "127.0.0.1:40000"."""
        return urlsplit(self.url).netloc

    @property
    def port(self) -> int:
        """The port that it is served on."""
        return int(self.url.rpartition(":")[2])

    def begin_second_night(self) -> None:
        """Replace what a publisher replaces: from now on its longer file is served."""
        self.is_second_night = True

    def find(self, path: str) -> Path | None:
        """The file at an address, or None."""
        for root in (self.second_night, self.root) if self.is_second_night else (self.root,):
            wanted = (root / unquote(path).lstrip("/")).resolve()
            for candidate in (wanted, wanted / "index.html", wanted / "listing.json"):
                if candidate.is_file() and candidate.is_relative_to(root.resolve()):
                    return candidate
        return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer in one piece: head and body apart wait 40 ms for each other (Nagle, delayed ACK).
    wbufsize = -1
    disable_nagle_algorithm = True
    site: Site
    blocked: frozenset[str]
    forms: frozenset[str]

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        body = path.lstrip("/").partition("/")[0]
        if body in self.blocked:
            self._challenge()
        elif found := self.site.find(path):
            self._file(found)
        else:
            self._page(HTTPStatus.NOT_FOUND, "There is no such page.")

    def do_POST(self) -> None:
        address = urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        fields = parse_qsl(self.rfile.read(length).decode())
        wanted = [value for name, value in fields if name == "strOutputFields"]
        body = address.path.lstrip("/").partition("/")[0]
        period = dict(parse_qsl(address.query)).get("Period", "")
        # Two public scrapers sent the repeated field once and lost eight columns of nine.
        is_whole = ("strAction", "exportCSV") in fields and set(wanted) == set(FORM_FIELDS)
        answer = self.site.find(f"/{body}/answers/{period}.csv") if period.isdigit() else None
        if body in self.forms and is_whole and answer:
            self._file(answer)
        else:
            self._page(HTTPStatus.OK, "Choose a period and every field.")

    def log_message(self, *_: object) -> None:
        """Say nothing: the demo has its own progress."""

    def _file(self, path: Path) -> None:
        content = path.read_bytes()
        if path.suffix in (".html", ".json"):
            content = content.replace(SITE_MARK.encode(), self.site.url.encode())
        stamp = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        if self.headers.get("if-none-match") == stamp:
            self._answer(HTTPStatus.NOT_MODIFIED, b"", {"ETag": stamp})
            return
        kind = _TYPES.get(path.suffix, "application/octet-stream")
        headers = {"Content-Type": kind, "ETag": stamp}
        if not path.suffix:
            headers["Content-Disposition"] = f'attachment; filename="{path.name}.csv"'
        self._answer(HTTPStatus.OK, content, headers)

    def _challenge(self) -> None:
        content = f"<html><head><title>Just a moment...</title></head><body><p>{BANNER}</p></body>"
        headers = {"Content-Type": "text/html", "cf-mitigated": "challenge"}
        self._answer(HTTPStatus.FORBIDDEN, content.encode(), headers)

    def _page(self, status: HTTPStatus, text: str) -> None:
        content = f"<html><body><p>{BANNER}</p><p>{text}</p></body></html>".encode()
        self._answer(status, content, {"Content-Type": "text/html; charset=utf-8"})

    def _answer(self, status: HTTPStatus, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def serve_site(
    site_root: Path, second_night: Path, publishers: Sequence[Publisher], port: int
) -> Iterator[Site]:
    """Serve the pages and files on a port of 127.0.0.1, on any for 0, until the block ends."""

    class Handler(_Handler):
        blocked = frozenset(one.id for one in publishers if one.site == "blocked")
        forms = frozenset(one.id for one in publishers if one.site == "form")

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    site = Site(f"http://127.0.0.1:{server.server_port}", site_root, second_night)
    Handler.site = site
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
