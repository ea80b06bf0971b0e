"""The drop folder: files that a person exported or downloaded, handed in with `anchorspend add`."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.collect.archive import Archive
from pipeline.collect.attempts import DROPPED, Attempt, Outcome, Publication, publication_id
from pipeline.collect.content import HEAD_BYTES, is_challenge, is_page
from pipeline.collect.keep import keep_bytes
from pipeline.collect.kinds import kind_of
from pipeline.collect.ledger import Ledger
from pipeline.collect.periods import period_of
from pipeline.errors import AnchorspendError

MAX_BYTES = 512 * 1024 * 1024
_CHUNK = 1 << 20


@dataclass(frozen=True)
class _Entry:
    """A file or folder as found; `name` is relative to what the person named, with slashes."""

    path: Path
    name: str
    refusal: str = ""


def add_files(
    publisher_id: str,
    paths: Sequence[Path],
    archive: Archive,
    ledger: Ledger,
    *,
    max_bytes: int = MAX_BYTES,
) -> list[Attempt]:
    """Archive files, and all files below folders, as publications of one publisher.

    One attempt per file found, in the order given; a file that is left out is an attempt with
    the reason. The same bytes under the same name once more are "unchanged".
    Raises AnchorspendError, before anything is archived, where a path does not exist.
    """
    for path in paths:
        if not path.exists():
            raise AnchorspendError(f"There is no file or folder {path}: check the name.")
    attempts: list[Attempt] = []
    names: set[str] = set()
    for path in paths:
        for entry in _entries(path, archive.root):
            if not entry.refusal and entry.name in names:
                entry = _Entry(
                    entry.path,
                    entry.name,
                    "another file of this name was added just before: rename one of them, or add "
                    "the folder that holds both",
                )
            names.add(entry.name)
            attempts.append(_add(publisher_id, entry, archive, ledger, max_bytes))
    return attempts


def _add(
    publisher_id: str, entry: _Entry, archive: Archive, ledger: Ledger, max_bytes: int
) -> Attempt:
    publication = _publication(publisher_id, entry.name)

    def left_out(outcome: Outcome, reason: str) -> Attempt:
        return ledger.record(Attempt(publication, outcome, datetime.now(UTC), reason=reason))

    if entry.refusal:
        return left_out("refused", entry.refusal)
    try:
        source = entry.path.open("rb")
    except OSError as error:
        return left_out("error", f"cannot be opened: {error.strerror}")
    with source, archive.part_file() as part:
        while chunk := source.read(_CHUNK):
            part.write(chunk)
            if part.bytes > max_bytes:
                return left_out("too_big", f"is bigger than {max_bytes} bytes")
        head = part.head(HEAD_BYTES)
        if not head:
            return left_out("refused", "is empty")
        if is_challenge({}, head):
            return left_out("blocked", "is the page of a guard that keeps scripts out, not a file")
        if is_page(head):
            return left_out("html_instead", "is a web page, not a file of payments")
        return keep_bytes(part, publication, archive, ledger, headers={})


def _publication(publisher_id: str, name: str) -> Publication:
    label = name.rpartition("/")[2]
    url = DROPPED + name
    period = period_of("", url)
    return Publication(
        publisher_id=publisher_id,
        publication_id=publication_id(publisher_id, url),
        url=url,
        label=label,
        kind=kind_of(label, url),
        first_day=period.first_day,
        last_day=period.last_day,
    )


def _entries(given: Path, archive_root: Path) -> Iterator[_Entry]:
    """What lies at a path that a person named, files below a folder in the order of their names."""
    if not given.is_dir():
        yield _file(given, given.name, archive_root)
        return
    root = given.resolve()
    if root.is_relative_to(archive_root.resolve()):
        yield _Entry(given, _printable(given.name), "is the archive itself")
        return
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        for name in sorted(folders):
            path = here / name
            refusal = _folder_refusal(path, archive_root)
            if refusal:
                folders.remove(name)
                yield _Entry(path, _below(root, path), refusal)
        folders.sort()
        for name in sorted(files):
            path = here / name
            if path.is_symlink() and not path.resolve().is_relative_to(root):
                yield _Entry(path, _below(root, path), "is a link that leads out of the folder")
            else:
                yield _file(path, _below(root, path), archive_root)


def _folder_refusal(path: Path, archive_root: Path) -> str:
    if path.name.startswith("."):
        return "is a hidden folder"
    if path.is_symlink():
        return "is a link to a folder"
    if path.resolve() == archive_root.resolve():
        return "is the archive itself"
    return ""


def _file(path: Path, name: str, archive_root: Path) -> _Entry:
    refusal = ""
    # "~$May.xlsx" is what Excel leaves beside a workbook that somebody has open.
    if path.name.startswith((".", "~$")):
        refusal = "is a hidden file"
    elif path.resolve().is_relative_to(archive_root.resolve()):
        refusal = "lies in the archive itself"
    else:
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                refusal = "is not a file"
        except OSError as error:
            refusal = f"cannot be read: {error.strerror}"
    return _Entry(path, _printable(name), refusal)


def _below(root: Path, path: Path) -> str:
    return _printable(path.relative_to(root).as_posix())


def _printable(name: str) -> str:
    """The name as text: a name that is not UTF-8 gets replacement signs."""
    return os.fsencode(name).decode("utf-8", "replace")
