"""The month's work on the registers: download, check, load, keep the addresses."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.registers.addresses import KEPT_SNAPSHOTS, keep_addresses
from pipeline.registers.downloads import (
    Download,
    RegisterSession,
    RegisterSource,
    download_registers,
)
from pipeline.registers.loading import (
    RegisterSnapshot,
    RegistersRefusedError,
    load_register_files,
    load_registers,
)
from pipeline.registers.published import find_register_files, with_built_in_bodies


@dataclass(frozen=True)
class RefreshReport:
    """What each register in use is, what came of looking for newer ones, and who was refused."""

    snapshots: list[RegisterSnapshot]
    downloads: list[Download]
    refused: str | None


def refresh_registers(
    registers_dir: Path,
    source_folder: Path | None,
    web: RegisterSession | None,
    today: date,
    *,
    built_in_bodies: bool = True,
    kept_snapshots: int = KEPT_SNAPSHOTS,
    sources: Collection[RegisterSource] | None = None,
) -> RefreshReport:
    """Brings the registers up to date and keeps the addresses of those that are new.

    Local files of `source_folder` stand in for downloads; without them and without `web` what was
    loaded last stays. A register that is refused (cut short, other columns, older or much smaller
    than the one in use) leaves the last good one in use and is named in `refused`.
    """
    downloads: list[Download] = []
    refused = None
    try:
        if source_folder is not None:
            snapshots = load_registers(
                source_folder, registers_dir, built_in_bodies=built_in_bodies
            )
        elif web is not None:
            folder = registers_dir / "downloads"
            downloads = download_registers(folder, web, today, sources)
            files = find_register_files(folder)
            snapshots = load_register_files(
                with_built_in_bodies(files) if built_in_bodies else files,
                registers_dir,
                keeps_growing=True,
            )
        else:
            snapshots = load_registers(None, registers_dir)
    except RegistersRefusedError as refusal:
        snapshots, refused = refusal.snapshots, str(refusal)
    keep_addresses(registers_dir, snapshots, today, kept_snapshots)
    return RefreshReport(snapshots, downloads, refused)
