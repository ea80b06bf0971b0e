"""Zip archives -> the grids of their members; how far packages may unpack."""

import time
import zipfile
from collections.abc import Callable
from dataclasses import replace

from pipeline.errors import RefusedFileError
from pipeline.read.grid import Grid, Workbook
from pipeline.read.limits import Limits
from pipeline.read.sniff import ZIP_FAULTS, open_zip

# Small files may shrink more without harm: a sheet of empty rows does.
_RATIO_MATTERS_FROM = 20_000_000


def check_unpacked_size(package: zipfile.ZipFile, limits: Limits) -> None:
    """Raises RefusedFileError when the directory promises more than the limits allow."""
    members = package.infolist()
    if len(members) > limits.max_zip_members:
        raise RefusedFileError(
            f"The zip has {len(members):,} members and the limit is {limits.max_zip_members:,}."
        )
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > limits.max_unpacked_bytes:
        raise RefusedFileError(
            f"The zip or workbook unpacks to {unpacked:,} bytes and the limit is "
            f"{limits.max_unpacked_bytes:,}."
        )
    if unpacked > _RATIO_MATTERS_FROM and unpacked > limits.max_unpacked_ratio * packed:
        raise RefusedFileError(
            f"The zip or workbook unpacks to {unpacked // max(packed, 1):,} times its size and "
            f"the limit is {limits.max_unpacked_ratio:,}."
        )


def read_zip(data: bytes, limits: Limits, read: Callable[[bytes, Limits], Workbook]) -> Workbook:
    """The grids of every member that `read` takes, named by member; refused ones as warnings.

    Raises RefusedFileError when no member can be read or the archive goes beyond the limits.
    """
    if limits.max_zip_depth < 1:
        raise RefusedFileError("Zips lie within zips deeper than the limit; unpack them first.")
    grids: list[Grid] = []
    warnings: list[str] = []
    encodings: set[str] = set()
    deadline = time.thread_time() + limits.max_seconds
    held = 0
    with open_zip(data) as archive:
        check_unpacked_size(archive, limits)
        for member in archive.infolist():
            if member.is_dir() or _is_system_file(member.filename):
                continue
            seconds = deadline - time.thread_time()
            if held > limits.max_unpacked_bytes or seconds <= 0:
                raise RefusedFileError(
                    f"The zip holds more than the limits of {limits.max_unpacked_bytes:,} bytes "
                    f"and {limits.max_seconds:g} s allow; split it."
                )
            inner = replace(limits, max_zip_depth=limits.max_zip_depth - 1, max_seconds=seconds)
            try:
                workbook = read(_member_bytes(archive, member), inner)
            except RefusedFileError as refusal:
                warnings.append(f"{member.filename}: {refusal}")
                continue
            held += sum(int(grid.frame.estimated_size()) for grid in workbook.grids)
            grids.extend(
                replace(grid, name=_grid_name(member.filename, grid)) for grid in workbook.grids
            )
            warnings.extend(f"{member.filename}: {warning}" for warning in workbook.warnings)
            encodings.update(filter(None, [workbook.encoding]))
    if not grids:
        causes = "; ".join(warnings[:3]) or "it is empty"
        raise RefusedFileError(f"The zip holds no table: {causes}")
    encoding = encodings.pop() if len(encodings) == 1 else None
    return Workbook("zip", encoding, tuple(grids), tuple(warnings))


def _grid_name(member: str, grid: Grid) -> str:
    return f"{member}/{grid.name}" if grid.name else member


def _is_system_file(name: str) -> bool:
    """Whether macOS or Windows put the member there, not the publisher."""
    last = name.rsplit("/", 1)[-1]
    return name.startswith("__MACOSX/") or last in (".DS_Store", "Thumbs.db", "desktop.ini")


def _member_bytes(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    if member.flag_bits & 1:
        raise RefusedFileError("protected by a password; ask the publisher for an open copy.")
    try:
        with archive.open(member) as packed:
            # zipfile stops at the size that the directory promised, which was checked.
            return packed.read(member.file_size)
    except ZIP_FAULTS as error:
        raise RefusedFileError(f"damaged ({error}); download it again.") from error
