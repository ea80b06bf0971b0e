"""A file under way, whose size and digest are known once it is written."""

import hashlib
import os
from pathlib import Path
from typing import BinaryIO


class PartFile:
    """A file under way: written to, digested and counted at once."""

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        self.path = path
        self.bytes = 0
        self._stream = stream
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Digest of what has been written so far."""
        return self._digest.hexdigest()

    def write(self, chunk: bytes) -> None:
        """Append, and count into size and digest."""
        self._stream.write(chunk)
        self._digest.update(chunk)
        self.bytes += len(chunk)

    def start_again(self) -> None:
        """Forget what has been written, for another try at the same file."""
        self._stream.seek(0)
        self._stream.truncate()
        self._digest = hashlib.sha256()
        self.bytes = 0

    def head(self, size: int) -> bytes:
        """The first bytes of what has been written."""
        self._stream.flush()
        with self.path.open("rb") as stream:
            return stream.read(size)

    def settle(self) -> None:
        """Bring everything written to the disk."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
