"""One writer per warehouse: an OS lock that ends with the process that holds it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import AnchorspendError


@contextmanager
def warehouse_lock(warehouse: Path) -> Iterator[None]:
    """Hold the warehouse for writing.

    Raises AnchorspendError where another run holds it: two runs would replace each other's files.
    """
    warehouse.mkdir(parents=True, exist_ok=True)
    with (warehouse / ".lock").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnchorspendError(
                f"Another run is writing to {warehouse}: wait until it ends and start again."
            ) from None
        yield
