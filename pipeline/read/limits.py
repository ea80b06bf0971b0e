"""How much of a published file the reader is ready to take on."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.errors import AnchorspendError

FILE_MB, FILE_CELLS, FILE_SECONDS = (
    "ANCHORSPEND_MAX_FILE_MB",
    "ANCHORSPEND_MAX_FILE_CELLS",
    "ANCHORSPEND_MAX_FILE_SECONDS",
)


@dataclass(frozen=True)
class Limits:
    """Bounds that keep one hostile file from stopping a night: sizes in bytes, time in seconds.

    Seconds are of work, not of the clock: what a file is read as hangs on its bytes, not on what
    else the machine does.
    Three of the limits are settings. They bound memory too: 30m cells of text take up to 2 GB.
    """

    max_bytes: int = 200_000_000
    max_text_cells: int = 30_000_000
    max_seconds: float = 25.0
    max_repaired_cells: int = 4_000_000
    max_sheet_cells: int = 10_000_000
    max_markup_bytes: int = 20_000_000
    max_columns: int = 16_384
    max_sheets: int = 500
    max_workbook_memory: int = 1_500_000_000
    max_unpacked_bytes: int = 300_000_000
    max_unpacked_ratio: int = 400
    max_zip_members: int = 2_000
    max_zip_depth: int = 2
    max_pages: int = 500

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Limits":
        """The limits with those that the environment sets; raises AnchorspendError for no number.

        ANCHORSPEND_MAX_FILE_MB (millions of bytes), ANCHORSPEND_MAX_FILE_CELLS and
        ANCHORSPEND_MAX_FILE_SECONDS; unset or empty variables take their defaults.
        """
        variables = os.environ if environment is None else environment

        def positive(name: str, default: float) -> float:
            text = variables.get(name) or str(default)
            try:
                value = float(text)
            except ValueError:
                value = 0
            if not 0 < value < 1e12:
                raise AnchorspendError(f"{name} is {text!r}: set it to a number above 0.")
            return value

        return cls(
            max_bytes=int(positive(FILE_MB, cls.max_bytes / 1e6) * 1e6),
            max_text_cells=int(positive(FILE_CELLS, cls.max_text_cells)),
            max_seconds=positive(FILE_SECONDS, cls.max_seconds),
        )


DEFAULT_LIMITS = Limits()
