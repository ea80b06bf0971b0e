"""Taking out for good what a publisher has withdrawn: a whole file, or one name in it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.collect.archive import Archive
from pipeline.collect.attempts import Publication
from pipeline.collect.keep import keep_bytes
from pipeline.collect.ledger import Ledger
from pipeline.collect.sidecars import Tombstone
from pipeline.errors import AnchorspendError

# What stands in the place of a name; the reader knows it as a name that is withheld.
PLACEHOLDER = "REDACTED"

_SHORTEST_NAME = 3
_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
# Workbooks, archives, PDF: what stands in them is packed, and cannot be replaced where it stands.
_PACKED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b")


@dataclass(frozen=True)
class Withdrawal:
    """What was withdrawn: the publications that had the file, and the file in its place, if any."""

    sha256: str
    publications: tuple[Publication, ...]
    replaced_by: str | None = None

    @property
    def publisher_ids(self) -> tuple[str, ...]:
        """The publishers whose payments must be compacted and built anew."""
        return tuple(sorted({one.publisher_id for one in self.publications}))


def withdraw_file(
    archive: Archive, ledger: Ledger, readings_dir: Path, sha256: str, reason: str
) -> Withdrawal:
    """Delete a file version and all that was read of it; the same bytes are never kept again.

    The version before it, if there is one, is the publication's newest again.
    Raises AnchorspendError where the archive does not hold it.
    """
    _check_held(archive, sha256)
    return _purge(archive, ledger, readings_dir, Tombstone(sha256, datetime.now(UTC), reason))


def withdraw_name(
    archive: Archive, ledger: Ledger, readings_dir: Path, sha256: str, name: str, reason: str
) -> Withdrawal:
    """Replace a name wherever it stands in a text file, and delete the file as it was.

    The file without the name takes its place in every publication that has it today. Raises
    AnchorspendError where the file is no text, or the name does not stand in it as it was read.
    """
    _check_held(archive, sha256)
    before = archive.read_bytes(sha256)
    after = without_name(before, name, sha256)
    today = [
        one
        for one in ledger.publications().values()
        if (held := ledger.held(one.publication_id)) and held.sha256 == sha256
    ]
    replaced_by = None
    for publication in today:
        with archive.part_file() as part:
            part.write(after)
            replaced_by = part.sha256
            keep_bytes(part, publication, archive, ledger, headers={})
    tombstone = Tombstone(sha256, datetime.now(UTC), reason, replaced_by)
    return _purge(archive, ledger, readings_dir, tombstone)


def _check_held(archive: Archive, sha256: str) -> None:
    if re.fullmatch(r"[0-9a-f]{64}", sha256) is None:
        raise AnchorspendError(
            f"{sha256!r} is no sha256 of a file: take the 64 figures and letters of file_sha256."
        )
    if not archive.content_path(sha256).exists() and archive.tombstone(sha256) is None:
        raise AnchorspendError(
            f"The archive holds no file version {sha256}: take the file_sha256 of a row."
        )


def _purge(
    archive: Archive, ledger: Ledger, readings_dir: Path, tombstone: Tombstone
) -> Withdrawal:
    """Tombstone first, so that a purge that is cut short can be done again."""
    archive.withdraw(tombstone)
    for path in readings_dir.glob(f"*/{tombstone.sha256[:2]}/{tombstone.sha256}.*"):
        path.unlink(missing_ok=True)
    publications = ledger.withdraw(tombstone.sha256)
    return Withdrawal(tombstone.sha256, tuple(publications), tombstone.replaced_by)


def without_name(content: bytes, name: str, sha256: str) -> bytes:
    """The content with PLACEHOLDER wherever the name stands, in capitals or small letters.

    Raises AnchorspendError where the content is no text, or the name does not stand in it.
    """
    words = name.split()
    if len("".join(words)) < _SHORTEST_NAME:
        raise AnchorspendError(
            f"{name!r} is too short to be replaced safely: withdraw the whole file {sha256}."
        )
    if content.startswith(_PACKED):
        raise AnchorspendError(
            "A name can be taken out of text files only, not of workbooks or PDF: withdraw the "
            f"whole file {sha256}, and hand in a copy without the name with `anchorspend add`."
        )
    encodings = [_UTF_16[content[:2]]] if content[:2] in _UTF_16 else ["utf-8", "cp1252"]
    found = 0
    for encoding in encodings:
        gap = b"(?:%s)+" % b"|".join(re.escape(blank.encode(encoding)) for blank in " \t\r\n")
        try:
            pattern = gap.join(re.escape(word.encode(encoding)) for word in words)
        except UnicodeEncodeError:
            continue
        content, count = re.subn(b"(?i)" + pattern, PLACEHOLDER.encode(encoding), content)
        found += count
    if not found:
        raise AnchorspendError(
            f"{name!r} does not stand in file {sha256} as it was read: withdraw the whole file."
        )
    return content
