"""Fetches the current file of each register: found on its page, resumed where it was cut."""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

import requests
from bs4 import BeautifulSoup
from urllib3.exceptions import HTTPError

from pipeline.collect.answers import Answer, FetchFailure, check_body, lower_names
from pipeline.collect.attempts import FormPairs
from pipeline.collect.http import Manners, PoliteSession
from pipeline.knowledge import read_knowledge
from pipeline.whole_files import written_whole

SOURCES_PATH = Path(__file__).with_name("sources.yml")
LEDGER_NAME = "downloads.json"
# BasicCompanyData is 0.5 GB zipped (2026), ONSPD up to 0.4 GB: four times that is no register.
REGISTER_MANNERS = Manners(max_bytes=4 * 2**30, seconds_per_file=7200.0)
RANGE_START = re.compile(r"bytes (\d+)-")
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")


@dataclass(frozen=True)
class RegisterSource:
    """Where one register is published; see sources.yml."""

    id: str
    register: str
    hosts: tuple[str, ...]
    every_days: int
    page: str | None = None
    link: str | None = None
    address: str | None = None
    file: str | None = None
    days_back: int = 0
    search: str | None = None
    title: str | None = None


@dataclass(frozen=True)
class Download:
    """What came of looking for one register's current file."""

    source: str
    register: str
    outcome: Literal["fetched", "unchanged", "fresh", "failed"]
    file: str | None
    sha256: str | None
    reason: str | None = None


def register_sources(path: Path = SOURCES_PATH) -> tuple[RegisterSource, ...]:
    """The sources of sources.yml."""
    return tuple(
        RegisterSource(**{**entry, "hosts": tuple(entry["hosts"])})
        for entry in read_knowledge(path)
    )


class RegisterSession(PoliteSession):
    """A polite session that goes on where a download was cut."""

    def __init__(self, contact: str | None, manners: Manners = REGISTER_MANNERS) -> None:
        """As PoliteSession does, with room for the largest registers."""
        super().__init__(contact, manners)

    @contextmanager
    def _sent(
        self, url: str, headers: Mapping[str, str], form: FormPairs | None = None
    ) -> Iterator[requests.Response]:
        with super()._sent(url, headers, form) as response:
            if response.status_code == HTTPStatus.PARTIAL_CONTENT:
                # The rest is as good as the whole: Content-Range tells them apart.
                response.status_code = HTTPStatus.OK
            yield response

    def fetch_rest(
        self, url: str, allowed_hosts: Collection[str], part: "PartFile", stamp: str | None
    ) -> Answer:
        """Write what a part of a file lacks, or all of it where it has changed since.

        `stamp` is the ETag or Last-Modified that the part was begun with. Raises FetchFailure; the
        part stays, to go on from.
        """
        for attempt in range(self.manners.tries):
            headers = {"Accept-Encoding": "identity"}
            if part.size and stamp:
                headers |= {"Range": f"bytes={part.size}-", "If-Range": stamp}
            else:
                part.start_again()
            try:
                with self._asked(url, allowed_hosts, headers) as response:
                    answer = Answer(response.status_code, lower_names(response.headers))
                    start = RANGE_START.match(answer.headers.get("content-range", ""))
                    if not start or int(start[1]) != part.size:
                        part.start_again()
                    stamp = stamp_of(answer)
                    part.note(url, stamp)
                    room = self.manners.max_bytes - part.size
                    self._read(response, part.write, room)
            except HTTPError as error:
                part.flush()
                if attempt + 1 == self.manners.tries:
                    reason = f"the connection was cut after {part.size} bytes ({error})"
                    raise FetchFailure("error", reason) from error
                continue
            part.flush()
            check_body(answer, part)
            return answer
        raise AssertionError("unreachable: the last try returns or raises")


class PartFile:
    """A file that is being fetched: its bytes so far, and what they are a part of."""

    def __init__(self, path: Path) -> None:
        """Go on with the bytes that lie at the path, if any."""
        self.path = path
        self.note_path = path.with_name(f"{path.name}.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._stream = path.open("ab")

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return self._stream.tell()

    def stamp_for(self, url: str) -> str | None:
        """The stamp that the bytes of this address were begun with."""
        try:
            noted = json.loads(self.note_path.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return noted.get("stamp") if noted.get("url") == url else None

    def note(self, url: str, stamp: str | None) -> None:
        """Write down what the bytes are a part of."""
        self.note_path.write_text(json.dumps({"url": url, "stamp": stamp}), encoding="utf-8")

    def write(self, chunk: bytes, /) -> object:
        """Take the next bytes."""
        return self._stream.write(chunk)

    def start_again(self) -> None:
        """Forget all bytes so far."""
        self._stream.seek(0)
        self._stream.truncate()

    def flush(self) -> None:
        """Put all bytes on the disk."""
        self._stream.flush()

    def head(self, size: int) -> bytes:
        """The first bytes written."""
        with self.path.open("rb") as stream:
            return stream.read(size)

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()

    def remove(self) -> None:
        """Leave nothing behind."""
        self.close()
        self.path.unlink(missing_ok=True)
        self.note_path.unlink(missing_ok=True)


def stamp_of(answer: Answer) -> str | None:
    """What says that a file is still the same one: a strong ETag, else Last-Modified."""
    etag = answer.headers.get("etag", "")
    if etag and not etag.startswith("W/"):
        return etag
    return answer.headers.get("last-modified")


def download_registers(
    downloads_dir: Path,
    web: RegisterSession,
    today: date,
    sources: Collection[RegisterSource] | None = None,
) -> list[Download]:
    """Fetch the current file of each register into a folder, where a newer one may be.

    A source that fails keeps its last file and says why; the others go on.
    """
    downloads_dir.mkdir(parents=True, exist_ok=True)
    ledger = _read_ledger(downloads_dir)
    outcomes = []
    for source in register_sources() if sources is None else sources:
        last = ledger.get(source.id)
        if last and _is_fresh(last, source, today) and (downloads_dir / last["file"]).is_file():
            outcomes.append(
                Download(source.id, source.register, "fresh", last["file"], last["sha256"])
            )
            continue
        try:
            outcome = _download(source, downloads_dir, web, today, last)
        except FetchFailure as failure:
            reason = f"{failure.outcome}: {failure.reason}"
            kept = last or {"file": None, "sha256": None}
            outcomes.append(
                Download(source.id, source.register, "failed", kept["file"], kept["sha256"], reason)
            )
            continue
        outcomes.append(outcome)
        ledger[source.id] = {**asdict(outcome), "asked_on": today.isoformat()}
        _write_ledger(downloads_dir, ledger)
        if last and last["file"] != outcome.file:
            (downloads_dir / last["file"]).unlink(missing_ok=True)
    return outcomes


def forget_downloads(downloads_dir: Path, sources: Collection[str]) -> None:
    """Remove the files of some sources, so that they are asked for again the next time."""
    ledger = _read_ledger(downloads_dir)
    for source in sources:
        if last := ledger.pop(source, None):
            (downloads_dir / last["file"]).unlink(missing_ok=True)
    _write_ledger(downloads_dir, ledger)


def _download(
    source: RegisterSource,
    downloads_dir: Path,
    web: RegisterSession,
    today: date,
    last: Mapping[str, Any] | None,
) -> Download:
    failure = FetchFailure("error", f"{source.id} names no address")
    for url, name in current_files(source, web, today):
        if not SAFE_NAME.fullmatch(name):
            raise FetchFailure("refused", f"the file is called {name!r}")
        part = PartFile(downloads_dir / f".{source.id}.part")
        try:
            web.fetch_rest(url, source.hosts, part, part.stamp_for(url))
        except FetchFailure as missing:
            part.close()
            failure = missing
            if missing.outcome == "not_published":
                continue
            raise
        part.close()
        with part.path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        is_same = last is not None and last["sha256"] == digest
        part.path.replace(downloads_dir / name)
        part.remove()
        return Download(
            source.id, source.register, "unchanged" if is_same else "fetched", name, digest
        )
    raise failure


def current_files(
    source: RegisterSource, web: PoliteSession, today: date
) -> Iterator[tuple[str, str]]:
    """The addresses that may hold the current file, with its name, best first.

    Raises FetchFailure where the page or the search does not name one.
    """
    if source.page and source.link:
        yield _newest_link(source.page, source.link, web, source.hosts)
    elif source.search and source.title and source.address and source.file:
        item, stamp = _newest_item(source.search, source.title, web, source.hosts)
        yield source.address.format(item=item), source.file.format(**stamp)
    elif source.address and source.file:
        for back in range(source.days_back + 1):
            day = f"{today - timedelta(days=back):%Y%m%d}"
            yield source.address.format(day=day), source.file.format(day=day)


def _newest_link(
    page_url: str, link: str, web: PoliteSession, hosts: Collection[str]
) -> tuple[str, str]:
    page = web.fetch_page(page_url, hosts)
    soup = BeautifulSoup(page.content, "lxml")
    found = [
        urljoin(page.url, str(anchor["href"]).strip()) for anchor in soup.find_all("a", href=True)
    ]
    named = {urlsplit(url).path.rsplit("/", 1)[-1]: url for url in found}
    fitting = sorted(name for name in named if re.search(link, name))
    if not fitting:
        raise FetchFailure("error", f"{page_url} links to no file like {link}")
    return named[fitting[-1]], fitting[-1]


def _newest_item(
    search: str, title: str, web: PoliteSession, hosts: Collection[str]
) -> tuple[str, dict[str, str]]:
    """The id of the first item whose title fits, and its month and year as in names of files."""
    page = web.fetch_page(search, hosts)
    try:
        results = json.loads(page.content)["results"]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise FetchFailure("error", f"{search} answers no list of items") from error
    for item in results:
        if (match := re.search(title, str(item.get("title")))) and item.get("id"):
            return item["id"], {"month": match["month"][:3].upper(), "year": match["year"]}
    raise FetchFailure("error", f"{search} lists no item whose title is like {title}")


def _is_fresh(last: Mapping[str, Any], source: RegisterSource, today: date) -> bool:
    return today - date.fromisoformat(last["asked_on"]) < timedelta(days=source.every_days)


def _read_ledger(downloads_dir: Path) -> dict[str, Any]:
    try:
        ledger = json.loads((downloads_dir / LEDGER_NAME).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return ledger if isinstance(ledger, dict) else {}


def _write_ledger(downloads_dir: Path, ledger: Mapping[str, Any]) -> None:
    with written_whole(downloads_dir / LEDGER_NAME) as beside:
        beside.write_text(json.dumps(ledger, indent=1), encoding="utf-8")
