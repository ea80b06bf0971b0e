"""How much of a published file the reader is ready to take on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds that keep one hostile file from stopping a night: sizes in bytes, time in seconds."""

    max_bytes: int = 200_000_000
    max_text_cells: int = 30_000_000
    max_repaired_cells: int = 4_000_000
    max_sheet_cells: int = 10_000_000
    max_markup_bytes: int = 30_000_000
    max_columns: int = 16_384
    max_sheets: int = 500
    max_workbook_memory: int = 1_500_000_000
    max_unpacked_bytes: int = 300_000_000
    max_unpacked_ratio: int = 400
    max_zip_members: int = 2_000
    max_zip_depth: int = 2
    max_pages: int = 500
    max_seconds: float = 25.0


DEFAULT_LIMITS = Limits()
