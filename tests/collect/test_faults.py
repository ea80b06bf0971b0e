"""Nights that go wrong, each in a process: nothing is lost, and the next night completes."""

import gzip
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import polars as pl
import pytest

from pipeline.collect.archive import Archive
from pipeline.collect.held import held_files
from pipeline.collect.ledger import Ledger, rebuild_ledger
from pipeline.payments import COMPACTED
from pipeline.settings import PROJECT_ROOT
from tests.collect.served import Answerer, Site, answer

MONTHS = ("january", "february", "march", "april")
HEADING = "Payment Date,Supplier Name,Net Amount\n"


def spending(publisher: str, month: str, version: int = 0, rows: int = 20, of: str = "") -> bytes:
    number = MONTHS.index(of or month) + 1
    lines = [
        f"{day % 28 + 1:02}/{number:02}/2024,Supplier {day} of {publisher},{day}.{version:02}\n"
        for day in range(rows)
    ]
    return (HEADING + "".join(lines)).encode()


class Nights:
    """A warehouse, the site that its publishers are served from, and what runs their nights."""

    def __init__(self, launcher: subprocess.Popen[str], warehouse: Path, site: Site) -> None:
        self.launcher = launcher
        self.warehouse = warehouse
        self.archive = Archive(warehouse / "archive")
        self.site = site
        self.place = f"127.0.0.1:{site.port}"
        self.publishers: dict[str, list[str]] = {}
        self.files: dict[str, bytes] = {}

    def list_links(self, publisher: str, hrefs: dict[str, str]) -> None:
        links = "".join(f'<li><a href="{at}">{label} 2024</a></li>' for label, at in hrefs.items())
        self.site.answers[f"/{publisher}"] = answer(links.encode())
        self.publishers.setdefault(publisher, ["127.0.0.1"])

    def publish(self, publisher: str, version: int = 0) -> None:
        """Put a page and its files on the site."""
        self.list_links(publisher, {m: f"/{publisher}/{m}-2024.csv" for m in MONTHS})
        for month in MONTHS:
            self.put(publisher, month, spending(publisher, month, version))

    def put(self, publisher: str, month: str, body: bytes) -> None:
        self.files[f"{publisher} {month}"] = body
        self.answer(publisher, month, answer(body))

    def answer(self, publisher: str, month: str, sent: Answerer) -> None:
        self.site.answers[f"/{publisher}/{month}-2024.csv"] = sent

    def begin(self, **options: object) -> int:
        """Start a night; the id of its process and process group."""
        spec = {
            "warehouse": str(self.warehouse),
            "publishers": [
                [name, f"http://{self.place}/{name}", hosts]
                for name, hosts in self.publishers.items()
            ],
            "loopback_hosts": [self.place],
        }
        assert self.launcher.stdin
        self.launcher.stdin.write(json.dumps(spec | options) + "\n")
        self.launcher.stdin.flush()
        return int(self._told())

    def end(self) -> int:
        """Wait until the night is over; its exit code."""
        return int(self._told())

    def run(self, **options: object) -> int:
        self.begin(**options)
        return self.end()

    def _told(self) -> str:
        assert self.launcher.stdout
        return self.launcher.stdout.readline()

    def outcomes(self) -> dict[str, tuple[str, str]]:
        """The last outcome and reason of each publication, by publisher and label."""
        with Ledger(self.archive.root / "ledger.sqlite", self.archive) as ledger:
            return {
                f"{one.publication.publisher_id} {one.publication.label}".removesuffix(" 2024"): (
                    one.outcome,
                    one.reason,
                )
                for one in ledger.attempts()
            }

    def check_whole(self) -> None:
        """Every content is what its name says, every sidecar and Parquet file can be read."""
        for content in self.archive.root.glob("??/*/content"):
            assert hashlib.sha256(content.read_bytes()).hexdigest() == content.parent.name
        for path in self.archive.root.glob("??/*/*.*.json"):
            assert (path.parent / "content").exists()
        assert all(one.bytes for one in self.archive.sidecars())
        for folder in COMPACTED:
            for path in (self.warehouse / folder).glob("*.parquet"):
                pl.read_parquet(path)

    def check_complete(self) -> None:
        """The archive holds today's files, the payments are theirs, and the ledger is theirs."""
        with Ledger(self.archive.root / "ledger.sqlite", self.archive) as ledger:
            held = held_files(ledger)
            bodies = [self.archive.read_bytes(sha256) for sha256 in held["sha256"]]
            assert sorted(bodies) == sorted(self.files.values())
            rebuilt = self.archive.root / "rebuilt.sqlite"
            rebuild_ledger(self.archive, rebuilt)
            with Ledger(rebuilt, self.archive) as again:
                columns = ["publication_id", "sha256", "label", "first_day"]
                in_order = [one.select(columns).sort(columns) for one in (held, held_files(again))]
                assert in_order[0].equals(in_order[1])
        for publisher in self.publishers:
            mine = [body for name, body in self.files.items() if name.startswith(publisher + " ")]
            lines = b"".join(body.partition(b"\n")[2] for body in mine).decode().splitlines()
            payments = pl.read_parquet(self.warehouse / "payments" / f"{publisher}.parquet")
            paid = payments.select("supplier_name", pl.col("amount_gbp").cast(pl.Decimal(18, 2)))
            expected = [tuple(line.split(",")[1:]) for line in lines]
            assert sorted((name, str(amount)) for name, amount in paid.rows()) == sorted(expected)


@pytest.fixture(scope="module")
def launcher() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.collect.night_launcher"],
        cwd=PROJECT_ROOT,
        env={**os.environ, "POLARS_MAX_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()


@pytest.fixture
def nights(launcher, tmp_path, site: Site) -> Nights:
    return Nights(launcher, tmp_path / "warehouse", site)


def test_nights_killed_at_twenty_moments_lose_nothing_and_the_next_one_completes(nights):
    seed = time.time_ns()
    print(f"seed {seed}")
    chance = random.Random(seed)  # noqa: S311
    for publisher in ("ashford", "barton"):
        nights.publish(publisher)
    assert nights.run() == 0
    seen = set(nights.files.values())
    # Not the first night, which waits until its launcher has imported everything.
    nights.put("ashford", "march", spending("ashford", "march", 21))
    start = time.monotonic()
    assert nights.run() == 0
    length = time.monotonic() - start
    killed = 0
    for version in range(1, 21):
        for publisher in ("ashford", "barton"):
            month = chance.choice(MONTHS)
            nights.put(publisher, month, spending(publisher, month, version))
        group = nights.begin()
        time.sleep(chance.uniform(0, length))
        # The night may be over, or may not have made its session yet.
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        killed += nights.end() == -signal.SIGKILL
        nights.check_whole()
        held = {path.read_bytes() for path in nights.archive.root.glob("??/*/content")}
        assert seen <= held
        seen = held
    assert killed >= 5
    assert nights.run() == 0
    nights.check_whole()
    nights.check_complete()


def test_a_full_disk_is_an_error_of_each_file_and_leaves_nothing_in_part(nights):
    nights.publish("ashford")
    large = spending("ashford", "march", rows=4_000)
    nights.put("ashford", "march", large)
    assert nights.run(largest_file=40_000) == 0
    outcomes = nights.outcomes()
    assert {outcomes[f"ashford {month}"][0] for month in MONTHS if month != "march"} == {"new"}
    assert outcomes["ashford march"][0] == "error"
    assert "File too large" in outcomes["ashford march"][1]
    nights.check_whole()
    assert list((nights.archive.root / "incoming").iterdir()) == []
    assert nights.run() == 0
    nights.check_complete()


def test_everything_but_the_archive_may_be_lost(nights):
    nights.publish("ashford")
    assert nights.run() == 0
    for path in nights.warehouse.rglob("*"):
        if path.is_file() and nights.archive.root not in path.parents:
            path.unlink()
    (nights.archive.root / "ledger.sqlite").unlink()
    assert nights.run() == 0
    assert {outcome for outcome, _ in nights.outcomes().values()} == {"unchanged"}
    nights.check_complete()


def drip(handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    try:
        for _ in range(200):
            handler.wfile.write(b"x" * 100)
            handler.wfile.flush()
            time.sleep(0.02)
    except (BrokenPipeError, ConnectionResetError):
        handler.close_connection = True


def cut(handler) -> None:
    """Answer in chunks, and go away in the middle of one."""
    handler.protocol_version = "HTTP/1.1"
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"1000\r\n" + spending("cut", "january")[:100])
    handler.close_connection = True


def sent_elsewhere(location: str) -> Answerer:
    return answer(status=302, headers={"Location": location})


BOMB = gzip.compress(b"1,2,3\n" * 4_000_000)
PAGE = b"<!DOCTYPE html><html><title>Page not found</title><body>Sorry</body></html>"

# What is served in the place of the publisher's file of February, the outcome and the reason.
ANSWERS: dict[str, tuple[Answerer, str, str]] = {
    "drip": (drip, "error", "not complete"),
    "cut": (cut, "error", ""),
    "wrong_length": (answer(b"a,b\n1,2\n", length=5_000), "error", ""),
    "bomb": (answer(BOMB, headers={"Content-Encoding": "gzip"}), "too_big", ""),
    "loop": (sent_elsewhere("/loop/february-2024.csv"), "error", "redirect"),
    "metadata": (sent_elsewhere("http://169.254.169.254/latest/"), "refused", "169.254.169.254"),
    "page_as_csv": (answer(PAGE, headers={"Content-Type": "text/csv"}), "html_instead", ""),
    "empty_file": (answer(b""), "error", ""),
    "busy": (answer(b"busy", 503), "error", "503"),
    "away": (answer(b"", 404), "gone", "archive stays in use"),
    "shut": (answer(b"", 403), "blocked", "anchorspend add shut"),
}


def test_a_night_of_every_fault_keeps_what_was_held_and_says_what_happened(nights):
    for name in ANSWERS:
        nights.publish(name)
    assert nights.run() == 0
    nights.check_complete()
    for name, (sent, _, _) in ANSWERS.items():
        nights.answer(name, "february", sent)
        nights.put(name, "march", spending(name, "march", 1))
    assert nights.run() == 0
    outcomes = nights.outcomes()
    for name, (_, outcome, reason) in ANSWERS.items():
        assert outcomes[f"{name} february"][0] == outcome, outcomes[f"{name} february"]
        assert reason in outcomes[f"{name} february"][1]
        assert outcomes[f"{name} january"][0] == "unchanged"
        assert outcomes[f"{name} march"][0] == "changed"
    nights.check_whole()
    nights.check_complete()
    assert list((nights.archive.root / "incoming").iterdir()) == []
    for name in ANSWERS:
        nights.put(name, "february", spending(name, "february", 2))
    assert nights.run() == 0
    nights.check_complete()


def test_a_name_that_leads_inside_and_a_site_without_tls_are_left_alone(nights):
    """A name server that answers with the address of a cloud's keys, and http on https's port."""
    nights.publish("ashford")
    named = f"files.example:{nights.site.port}"
    for publisher, base in (("named", f"http://{named}"), ("plain", f"http://{nights.place}")):
        nights.publish(publisher)
        nights.publishers[publisher] = ["127.0.0.1", "files.example"]
        nights.list_links(publisher, {m: f"{base}/{publisher}/{m}-2024.csv" for m in MONTHS})
    both = [nights.place, named]
    assert nights.run(names={"files.example": "127.0.0.1"}, loopback_hosts=both) == 0
    nights.check_complete()
    links = {m: f"https://{nights.place}/plain/{m}-2024.csv" for m in MONTHS}
    nights.list_links("plain", links)
    nights.put("ashford", "march", spending("ashford", "march", 1))
    assert nights.run(names={"files.example": "169.254.169.254"}) == 0
    outcomes = nights.outcomes()
    assert {outcomes[f"named {month}"][0] for month in MONTHS} == {"refused"}
    assert "169.254.169.254" in outcomes["named march"][1]
    with Ledger(nights.archive.root / "ledger.sqlite", nights.archive) as ledger:
        secure = [one for one in ledger.attempts("plain") if "https:" in one.publication.url]
    assert {one.outcome for one in secure} == {"error"}
    assert all("SSL" in one.reason or "certificate" in one.reason for one in secure)
    nights.check_complete()
    nights.list_links("plain", {m: f"/plain/{m}-2024.csv" for m in MONTHS})
    assert nights.run(names={"files.example": "127.0.0.1"}, loopback_hosts=both) == 0
    assert {nights.outcomes()[f"plain {month}"][0] for month in MONTHS} == {"unchanged"}
    nights.check_complete()


def empty_page(nights: Nights) -> None:
    nights.site.answers["/ashford"] = answer(b"<html><body><h1>Spending</h1></body></html>")


def half_the_links(nights: Nights) -> None:
    nights.list_links("ashford", {m: f"/ashford/{m}-2024.csv" for m in MONTHS[:2]})


def lying_charset(nights: Nights) -> None:
    """The page says UTF-8 and is cp1252, with signs that are no UTF-8 in every label."""
    links = "".join(
        f'<li><a href="/ashford/{m}-2024.csv">Spend over £500 – {m} 2024</a></li>' for m in MONTHS
    )
    kind = {"Content-Type": "text/html; charset=utf-8"}
    nights.site.answers["/ashford"] = answer(links.encode("cp1252"), headers=kind)


@pytest.mark.parametrize(
    ("spoil", "outcome", "said"),
    [
        (empty_page, "error", "none of the 0 links on the page is a publication"),
        (half_the_links, "gone", "no longer on the landing page"),
        (lying_charset, "unchanged", ""),
    ],
)
def test_a_page_that_went_wrong_costs_nothing_that_was_held(
    nights, spoil: Callable[[Nights], None], outcome, said
):
    nights.publish("ashford")
    nights.publish("barton")
    assert nights.run() == 0
    spoil(nights)
    nights.put("barton", "march", spending("barton", "march", 1))
    assert nights.run() == 0
    outcomes = nights.outcomes()
    assert any(said in reason and one == outcome for one, reason in outcomes.values())
    assert outcomes["barton march"][0] == "changed"
    nights.check_complete()
    nights.publish("ashford", version=3)
    assert nights.run() == 0
    nights.check_complete()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (spending("ashford", "february", of="april"), "outside the stated period"),
        (spending("ashford", "february", rows=8), "8 payments where the version before has 20"),
    ],
)
def test_another_month_or_half_a_file_is_kept_and_held_back(nights, body, said):
    nights.publish("ashford")
    assert nights.run() == 0
    nights.answer("ashford", "february", answer(body))
    assert nights.run() == 0
    assert nights.outcomes()["ashford february"][0] == "changed"
    files = pl.read_parquet(nights.warehouse / "files" / "ashford.parquet")
    [held_back] = files.filter("is_held_back").to_dicts()
    assert said in held_back["selection_reason"]
    assert nights.archive.read_bytes(held_back["file_sha256"]) == body
    payments = pl.read_parquet(nights.warehouse / "payments" / "ashford.parquet")
    assert payments.height == 80
    nights.put("ashford", "february", spending("ashford", "february", 2))
    assert nights.run() == 0
    nights.check_complete()
