"""Nights that end in the middle: what was archived is whole, and the next night completes."""

import hashlib
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.collect.archive import Archive
from pipeline.collect.held import held_files
from pipeline.collect.ledger import Ledger, rebuild_ledger
from tests.collect.served import Site, answer

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august")

NIGHT = """
import sys
from pathlib import Path
from pipeline.collect.archive import Archive
from pipeline.collect.http import Manners, PoliteSession
from pipeline.collect.ledger import Ledger
from pipeline.collect.night import collect_publishers
from tests.collect.publishers import publisher_with
root, place = Path(sys.argv[1]), sys.argv[2]
publishers = [
    publisher_with(
        rule="links_on_page", landing_page=f"http://{place}/{name}", href_matches="csv"
    ).model_copy(update={"id": name})
    for name in ("ashford", "barton", "colne")
]
archive = Archive(root)
manners = Manners(delay_seconds=0, loopback_hosts=frozenset({place}))
print("begun", flush=True)
with Ledger(root / "ledger.sqlite", archive) as ledger, PoliteSession(None, manners) as web:
    for one in collect_publishers(publishers, archive, ledger, web).values():
        if one.error:
            raise one.error
        for attempt in one.attempts:
            print(attempt.publication.label, attempt.outcome, attempt.reason)
"""


def body(publisher: str, month: str) -> bytes:
    return b"Supplier,Amount\n" + f"{publisher} {month},1.00\n".encode() * 4_000


@pytest.fixture
def place(site: Site) -> str:
    def slowly(content: bytes):
        def send(handler) -> None:
            time.sleep(0.01)
            answer(content)(handler)

        return send

    for publisher in ("ashford", "barton", "colne"):
        links = "".join(f'<a href="/{publisher}/{m}-2024.csv">{m} 2024</a>' for m in MONTHS)
        site.answers[f"/{publisher}"] = answer(links.encode())
        for month in MONTHS:
            site.answers[f"/{publisher}/{month}-2024.csv"] = slowly(body(publisher, month))
    return f"127.0.0.1:{site.port}"


def begin(archive: Archive, place: str, **options) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", NIGHT, str(archive.root), place],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **options,
    )


def check_whole(archive: Archive) -> None:
    """Every content is what its name says, and every sidecar has its content."""
    for content in archive.root.glob("??/*/content"):
        assert hashlib.sha256(content.read_bytes()).hexdigest() == content.parent.name
    for path in archive.root.glob("??/*/*.*.json"):
        assert (path.parent / "content").exists()
    assert all(one.bytes for one in archive.sidecars())


def check_complete(archive: Archive) -> None:
    with Ledger(archive.root / "ledger.sqlite", archive) as ledger:
        held = held_files(ledger)
        bodies = {archive.read_bytes(sha256) for sha256 in held["sha256"]}
        assert held.height == 24
        assert bodies == {body(p, m) for p in ("ashford", "barton", "colne") for m in MONTHS}
        rebuilt = archive.root / "rebuilt.sqlite"
        rebuild_ledger(archive, rebuilt)
        with Ledger(rebuilt, archive) as again:
            columns = ["publication_id", "sha256", "label", "first_day"]
            assert (
                held_files(again)
                .select(columns)
                .sort(columns)
                .equals(held.select(columns).sort(columns))
            )


@pytest.mark.parametrize("moment", [0.01, 0.08, 0.17, 0.29])
def test_a_night_that_is_killed_is_made_good_by_the_next(archive, place, moment):
    with begin(archive, place) as child:
        assert child.stdout
        assert child.stdout.readline() == "begun\n"
        time.sleep(moment)
        os.killpg(child.pid, signal.SIGKILL)
    check_whole(archive)
    with begin(archive, place) as child:
        child.communicate()
        assert child.returncode == 0
    check_whole(archive)
    check_complete(archive)


def test_a_full_disk_is_an_error_of_each_file_and_leaves_nothing_in_part(archive, place):
    def allow_small_files_only() -> None:
        # Python ignores SIGXFSZ, so that writing beyond the limit is "File too large".
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    with begin(archive, place, preexec_fn=allow_small_files_only) as child:
        told, _ = child.communicate()
        assert child.returncode == 0
    outcomes = [line for line in told.splitlines() if line != "begun"]
    assert len(outcomes) == 24
    assert all("error" in line and "File too large" in line for line in outcomes)
    assert list(archive.root.glob("??/*")) == []
    assert list((archive.root / "incoming").iterdir()) == []
    with begin(archive, place) as child:
        child.communicate()
    check_complete(archive)


def test_everything_but_the_archive_may_be_lost(archive, place, tmp_path: Path):
    with begin(archive, place) as child:
        child.communicate()
    (archive.root / "ledger.sqlite").unlink()
    with begin(archive, place) as child:
        told, _ = child.communicate()
    assert told.count(" unchanged ") == 24
    check_complete(archive)
