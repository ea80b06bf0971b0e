"""The archive: every file version ever fetched, named by the sha256 of its bytes.

    <root>/<sha[:2]>/<sha256>/content                          the bytes
    <root>/<sha[:2]>/<sha256>/<publication_id>.<version>.json  what was published under them
    <root>/<sha[:2]>/<sha256>/withdrawn.json                   why the bytes are no longer there
    <root>/<sha[:2]>/<sha256>/accepted.json                    why a doubtful version is right
    <root>/incoming/                                           downloads under way

Nothing in it is ever overwritten, and nothing deleted but by `withdraw`. `version` counts the
sidecars of one publication: a publication whose bytes return to an earlier version (Devon's 202501
was overwritten and put back within six minutes) has two sidecars beside the same content.
"""

import json
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from pipeline.collect.attempts import Publication
from pipeline.collect.part_file import PartFile
from pipeline.collect.sidecars import Sidecar, Tombstone
from pipeline.errors import AnchorspendError

_SHA256 = re.compile(r"[0-9a-f]{64}")
_TOMBSTONE = "withdrawn.json"
_ACCEPTED = "accepted.json"
_CHUNK = 1 << 20
_STALE_SECONDS = 24 * 3600


class Archive:
    """The content-addressed store of one warehouse."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def part_file(self) -> Iterator[PartFile]:
        """A file in `incoming/` that disappears at the end unless `store` has taken it."""
        incoming = self.root / "incoming"
        incoming.mkdir(parents=True, exist_ok=True)
        _remove_stale(incoming)
        descriptor, name = tempfile.mkstemp(suffix=".part", dir=incoming)
        path = Path(name)
        try:
            with os.fdopen(descriptor, "w+b") as stream:
                yield PartFile(path, stream)
        finally:
            path.unlink(missing_ok=True)

    def store(
        self,
        part: PartFile,
        publication: Publication,
        version: int,
        fetched_at: datetime,
        headers: Mapping[str, str],
    ) -> Sidecar:
        """Archive the bytes, then their sidecar; both are whole on disk when this returns.

        Raises AnchorspendError where the archive holds other bytes under the same name.
        """
        part.settle()
        sidecar = Sidecar(publication, version, part.sha256, part.bytes, fetched_at, headers)
        content = self.content_path(part.sha256)
        if content.exists():
            self._verify(content, part.bytes)
        else:
            content.parent.mkdir(parents=True, exist_ok=True)
            part.path.replace(content)
            _sync_folder(content.parent)
            _sync_folder(content.parent.parent)
            _sync_folder(self.root)
        self.describe(sidecar)
        return sidecar

    def describe(self, sidecar: Sidecar) -> None:
        """Write a sidecar beside bytes that the archive already holds."""
        folder = self.content_path(sidecar.sha256).parent
        path = folder / f"{sidecar.publication.publication_id}.{sidecar.version}.json"
        if path.exists():
            # The run that wrote it was ended before its ledger row: it says the same.
            return
        self._write_beside(path, path.name, sidecar.to_json())

    def withdraw(self, tombstone: Tombstone) -> None:
        """Delete the bytes of a file version for good; what they were published as stays.

        The tombstone is on disk before the bytes go, so that a purge that is cut short is known.
        """
        content = self.content_path(tombstone.sha256)
        content.parent.mkdir(parents=True, exist_ok=True)
        fields = asdict(tombstone) | {"withdrawn_at": tombstone.withdrawn_at.isoformat()}
        self._write_beside(content, _TOMBSTONE, json.dumps(fields, indent=1, ensure_ascii=False))
        content.unlink(missing_ok=True)
        _sync_folder(content.parent)

    def tombstone(self, sha256: str) -> Tombstone | None:
        """Why this file version was withdrawn, None where it was not.

        Raises AnchorspendError where the tombstone cannot be read.
        """
        path = self.content_path(sha256).with_name(_TOMBSTONE)
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            at = datetime.fromisoformat(fields["withdrawn_at"])
            return Tombstone(sha256, at, str(fields["reason"]), fields["replaced_by"])
        except FileNotFoundError:
            return None
        except (KeyError, TypeError, ValueError) as error:
            raise AnchorspendError(
                f"The tombstone {path} is damaged ({error}): write it anew with "
                f"`anchorspend withdraw {sha256}`."
            ) from None

    def tombstones(self) -> Iterator[Tombstone]:
        """Every tombstone; raises AnchorspendError, naming the file, where one cannot be read."""
        for path in sorted(self.root.glob(f"[0-9a-f][0-9a-f]/*/{_TOMBSTONE}")):
            found = self.tombstone(path.parent.name)
            if found is not None:
                yield found

    def content_path(self, sha256: str) -> Path:
        """Where the bytes with this digest lie, or would lie."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"not a sha256: {sha256!r}")
        return self.root / sha256[:2] / sha256 / "content"

    def read_bytes(self, sha256: str) -> bytes:
        """The bytes of one file version; raises AnchorspendError where they are missing."""
        try:
            return self.content_path(sha256).read_bytes()
        except FileNotFoundError:
            if tombstone := self.tombstone(sha256):
                raise AnchorspendError(
                    f"File version {sha256} was withdrawn ({tombstone.reason}): its bytes are gone."
                ) from None
            raise AnchorspendError(
                f"The archive has lost file version {sha256}: restore {self.root} from a copy, "
                "or run `anchorspend archive rebuild-ledger` so that it is fetched again."
            ) from None

    def sidecars(self) -> Iterator[Sidecar]:
        """Every sidecar whose bytes are there, in no particular order.

        Raises AnchorspendError, naming the file, where a sidecar cannot be read.
        """
        for path in sorted(self.root.glob("[0-9a-f][0-9a-f]/*/*.*.json")):
            try:
                sidecar = Sidecar.from_json(path.read_text(encoding="utf-8"))
            except (KeyError, TypeError, ValueError) as error:
                raise AnchorspendError(
                    f"The sidecar {path} is damaged ({error}): move it out of the archive and "
                    "its publication will be fetched again."
                ) from None
            if self.content_path(sidecar.sha256).exists():
                yield sidecar

    def accept(self, sha256: str, accepted_at: datetime, reason: str) -> None:
        """Note that somebody has looked at a version that was held back, and found it right.

        Raises AnchorspendError where the archive does not hold it.
        """
        content = self.content_path(sha256)
        if not content.exists():
            raise AnchorspendError(
                f"The archive holds no file version {sha256}: take one that "
                "`anchorspend review` lists."
            )
        fields = {"sha256": sha256, "accepted_at": accepted_at.isoformat(), "reason": reason}
        self._write_beside(content, _ACCEPTED, json.dumps(fields, indent=1, ensure_ascii=False))

    def accepted(self, sha256s: Iterable[str]) -> frozenset[str]:
        """Those of some versions that were accepted; a look at each, not through the archive."""
        return frozenset(
            sha256 for sha256 in sha256s if self.content_path(sha256).with_name(_ACCEPTED).exists()
        )

    def _write_beside(self, content: Path, name: str, text: str) -> None:
        """Put a text into the folder of some content, whole and on disk."""
        with self.part_file() as part:
            part.write((text.rstrip("\n") + "\n").encode())
            part.settle()
            part.path.replace(content.with_name(name))
        _sync_folder(content.parent)

    def _verify(self, content: Path, size: int) -> None:
        held = content.stat().st_size
        if held != size:
            raise AnchorspendError(
                f"{content} holds {held} bytes but should hold {size}: the disk or someone has "
                "damaged it, so move it away and run again."
            )


def _remove_stale(incoming: Path) -> None:
    """Remove parts that a killed run left behind a day ago or earlier."""
    for path in incoming.glob("*.part"):
        try:
            if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                path.unlink()
        except FileNotFoundError:
            continue


def _sync_folder(folder: Path) -> None:
    """Bring a rename to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
