"""Nothing in the archive is lost, overwritten or half-written."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.collect.archive import Archive
from pipeline.collect.attempts import Publication
from pipeline.collect.sidecars import Sidecar
from pipeline.errors import AnchorspendError

NOW = datetime(2026, 4, 1, 2, 30, tzinfo=UTC)
MAY = Publication(
    publisher_id="ashford",
    publication_id="0" * 32,
    url="https://ashford.example/may.csv",
    label="May 2025",
    kind="spend",
    first_day=date(2025, 5, 1),
    last_day=date(2025, 5, 31),
)


def store(archive: Archive, body: bytes, version: int = 1) -> Sidecar:
    with archive.part_file() as part:
        part.write(body)
        return archive.store(part, MAY, version, NOW, {"etag": '"1"'})


def test_bytes_lie_under_their_digest_and_come_back(archive):
    sidecar = store(archive, b"a,b\n1,2\n")
    path = archive.root / sidecar.sha256[:2] / sidecar.sha256 / "content"
    assert path.read_bytes() == archive.read_bytes(sidecar.sha256) == b"a,b\n1,2\n"


def test_the_content_is_the_download_itself_renamed(archive):
    with archive.part_file() as part:
        part.write(b"a,b\n")
        inode = part.path.stat().st_ino
        archive.store(part, MAY, 1, NOW, {})
        assert archive.content_path(part.sha256).stat().st_ino == inode


def test_a_sidecar_says_all_that_was_known(archive):
    sidecar = store(archive, b"a")
    assert list(archive.sidecars()) == [sidecar]


def test_the_same_bytes_twice_are_stored_once_and_described_twice(archive):
    first = store(archive, b"a", version=1)
    content = archive.content_path(first.sha256)
    before = content.stat()
    store(archive, b"a", version=2)
    assert content.stat().st_mtime_ns == before.st_mtime_ns
    assert content.stat().st_ino == before.st_ino
    assert sorted(sidecar.version for sidecar in archive.sidecars()) == [1, 2]


def test_damaged_content_is_reported_and_not_overwritten(archive):
    sidecar = store(archive, b"abc")
    archive.content_path(sidecar.sha256).write_bytes(b"a")
    with pytest.raises(AnchorspendError, match="move it away"):
        store(archive, b"abc", version=2)
    assert archive.content_path(sidecar.sha256).read_bytes() == b"a"


def test_an_abandoned_download_leaves_nothing(archive):
    with archive.part_file() as part:
        part.write(b"half")
    assert [path for path in archive.root.rglob("*") if path.is_file()] == []


def test_parts_of_a_killed_run_are_cleared_after_a_day(archive):
    store(archive, b"a")
    old, fresh = (archive.root / "incoming" / name for name in ("old.part", "fresh.part"))
    old.write_bytes(b"x")
    fresh.write_bytes(b"x")
    os.utime(old, (time.time() - 90_000,) * 2)
    store(archive, b"b")
    assert not old.exists()
    assert fresh.exists()


def test_a_damaged_sidecar_is_named(archive):
    sidecar = store(archive, b"a")
    path = archive.content_path(sidecar.sha256).with_name("x.1.json")
    path.write_text('{"publisher_id": "ash')
    with pytest.raises(AnchorspendError, match=r"x\.1\.json"):
        list(archive.sidecars())


def test_an_accepted_version_is_remembered_beside_its_bytes(archive):
    sidecar = store(archive, b"a")
    archive.accept(sidecar.sha256, NOW, "the council has confirmed it")
    assert archive.accepted([sidecar.sha256, "0" * 64]) == {sidecar.sha256}
    assert archive.accepted(["0" * 64]) == frozenset()
    assert list(archive.sidecars()) == [sidecar]
    with pytest.raises(AnchorspendError, match="anchorspend review"):
        archive.accept("0" * 64, NOW, "no such version")


def test_no_path_is_built_from_anything_but_a_digest(archive):
    with pytest.raises(ValueError, match="not a sha256"):
        archive.content_path("../../etc/passwd")


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pipeline.collect.archive import Archive
from pipeline.collect.attempts import Publication
archive = Archive(Path(sys.argv[1]))
for number in range(100_000):
    publication = Publication("ashford", f"{number:032d}", "https://x", "label", "spend")
    with archive.part_file() as part:
        for _ in range(8):
            part.write(f"{number},".encode() * 20_000)
        archive.store(part, publication, 1, datetime.now(UTC), {})
    if number == 0:
        print("writing", flush=True)
"""


@pytest.mark.parametrize("moment", [0.0, 0.013, 0.037])
def test_a_kill_at_any_moment_leaves_nothing_half_written(tmp_path: Path, moment: float):
    archive = Archive(tmp_path / "archive")
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(archive.root)], stdout=subprocess.PIPE
    )
    with writer:
        assert writer.stdout
        assert writer.stdout.readline() == b"writing\n"
        time.sleep(moment)
        writer.send_signal(signal.SIGKILL)
    sidecars = list(archive.sidecars())
    assert sidecars
    for sidecar in sidecars:
        number = int(sidecar.publication.publication_id)
        assert archive.read_bytes(sidecar.sha256) == f"{number},".encode() * 160_000
    for content in archive.root.glob("??/*/content"):
        with archive.part_file() as part:
            part.write(content.read_bytes())
            assert part.sha256 == content.parent.name
