"""The month's work on the registers: download, check, load, keep the addresses."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.registers.addresses import keep_addresses
from pipeline.registers.downloads import (
    Download,
    RegisterSession,
    RegisterSource,
    download_registers,
    forget_downloads,
)
from pipeline.registers.loading import (
    RegisterSnapshot,
    RegistersRefusedError,
    load_register_files,
    load_registers,
)
from pipeline.registers.published import RegisterFiles, find_register_files, with_bodies_of_registry


@dataclass(frozen=True)
class RefreshReport:
    """What each register in use is, and what came of looking for newer files."""

    snapshots: list[RegisterSnapshot]
    downloads: list[Download]

    def problem(self, register: str) -> str | None:
        """Why a register could not be brought up to date: not to be had, or refused."""
        failed = [
            f"{one.source} was not downloaded ({one.reason})."
            for one in self.downloads
            if one.register == register and one.outcome == "failed"
        ]
        refused = [
            one.refused for one in self.snapshots if one.register == register and one.refused
        ]
        return " ".join([*failed, *refused]) or None

    @property
    def refused(self) -> str | None:
        """What is wrong with the files that were refused."""
        return " ".join(one.refused for one in self.snapshots if one.refused) or None


def refresh_registers(
    registers_dir: Path,
    source_folder: Path | None,
    web: RegisterSession | None,
    today: date,
    *,
    kept_snapshots: int,
    built_in_bodies: bool = True,
    registry: Path | None = None,
    sources: Collection[RegisterSource] | None = None,
) -> RefreshReport:
    """Brings the registers up to date and keeps the addresses of those that are new.

    Local files of `source_folder` stand in for downloads; without them and without `web` what was
    refreshed last stays. A register that is refused (cut short, other columns, older or much
    smaller than the one in use) leaves the last good one in use; its download is forgotten.
    """
    downloads: list[Download] = []
    folder = registers_dir / "downloads"
    try:
        if source_folder is not None:
            snapshots = load_registers(
                source_folder,
                registers_dir,
                built_in_bodies=built_in_bodies,
                registry=registry,
            )
        else:
            files = RegisterFiles()
            if web is not None:
                downloads = download_registers(folder, web, today, sources)
                files = find_register_files(folder)
            snapshots = load_register_files(
                with_bodies_of_registry(files, built_in=built_in_bodies, extra=registry),
                registers_dir,
                keeps_growing=True,
            )
    except RegistersRefusedError as refusal:
        snapshots = refusal.snapshots
        refused = {one.register for one in snapshots if one.refused}
        if sources_refused := [one.source for one in downloads if one.register in refused]:
            forget_downloads(folder, sources_refused)
    keep_addresses(registers_dir, snapshots, today, kept_snapshots)
    return RefreshReport(snapshots, downloads)
