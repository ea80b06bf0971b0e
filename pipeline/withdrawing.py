"""Withdrawing a file, or the name in one row, from everything that lies in the warehouse."""

import re
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

import polars as pl

from pipeline.collect.archive import Archive
from pipeline.collect.held import held_files
from pipeline.collect.ledger import Ledger
from pipeline.collect.withdrawal import Withdrawal, withdraw_file, withdraw_name, without_name
from pipeline.errors import AnchorspendError
from pipeline.normalise.reading import ReadingExceptions
from pipeline.payments import COMPACTED, CachedReading, ReadingCache
from pipeline.registry.load import load_registry
from pipeline.settings import Settings

_ROW = re.compile(r"([0-9a-f]{64}):([0-9]{1,9})(?::(.+))?", re.DOTALL)


@dataclass(frozen=True)
class Row:
    """One row of a file as marts.payments names it; `sheet` is None where it was not said."""

    sha256: str
    row_number: int
    sheet: str | None = None

    @classmethod
    def from_text(cls, text: str) -> "Row | None":
        """Read SHA256:ROW_NUMBER or SHA256:ROW_NUMBER:SHEET; None where it is neither."""
        found = _ROW.fullmatch(text)
        return cls(found[1], int(found[2]), found[3]) if found else None


def withdraw(settings: Settings, what: str, reason: str) -> list[str]:
    """Purge a file by its sha256, or a name by a row that holds it; the publishers concerned.

    A row's name goes from every version of every file of its publisher. What was made of the
    bytes goes too: readings, compacted payments, identified suppliers, the database. The archive
    keeps a tombstone, so that the same bytes are never kept again. Until the next run there is no
    database. Raises AnchorspendError where `what` is not held, or where a name cannot be taken out
    of a file; nothing has changed then.
    """
    archive = Archive(settings.archive_dir)
    with Ledger(settings.ledger_path, archive) as ledger:
        row = Row.from_text(what)
        if row is None:
            withdrawals = [withdraw_file(archive, ledger, settings.readings_dir, what, reason)]
        else:
            withdrawals = _withdraw_name(settings, archive, ledger, row, reason)
    publisher_ids = sorted({one for each in withdrawals for one in each.publisher_ids})
    _remove_what_was_made(settings, publisher_ids)
    return publisher_ids


def _withdraw_name(
    settings: Settings, archive: Archive, ledger: Ledger, row: Row, reason: str
) -> list[Withdrawal]:
    held = held_files(ledger, every_version=True)
    owners = held.filter(pl.col("sha256") == row.sha256)["publisher_id"].unique().to_list()
    if not owners:
        raise AnchorspendError(
            f"The archive holds no file version {row.sha256}: take file_sha256 and row_number "
            "of marts.payments."
        )
    of_owners = held.filter(pl.col("publisher_id").is_in(owners))
    readings = _readings(settings, archive, of_owners)
    name = _name_in(row, readings[row.sha256])
    with_name = [sha256 for sha256, one in readings.items() if _holds(one, name)]
    # All or none: a name that stays in a workbook would come back with the next build.
    for sha256 in with_name:
        without_name(archive.read_bytes(sha256), name, sha256)
    return [
        withdraw_name(archive, ledger, settings.readings_dir, sha256, name, reason)
        for sha256 in with_name
    ]


def _readings(settings: Settings, archive: Archive, held: pl.DataFrame) -> dict[str, CachedReading]:
    registry = load_registry(settings.registry, built_in=settings.has_built_in_registry)
    found: dict[str, CachedReading] = {}
    for publisher_id, sha256 in held.select("publisher_id", "sha256").iter_rows():
        publisher = registry.publishers.get(publisher_id)
        exceptions = ReadingExceptions(headers=dict(publisher.headers) if publisher else {})
        cache = ReadingCache(settings.readings_dir, exceptions)
        found[sha256] = cache.reading(sha256, partial(archive.read_bytes, sha256))
    return found


def _name_in(row: Row, reading: CachedReading) -> str:
    payments = reading.payments().filter(pl.col("row_number") == row.row_number).collect()
    if row.sheet is not None:
        payments = payments.filter(pl.col("sheet") == row.sheet)
    names = payments.filter(~pl.col("is_redacted"))["supplier_name"].drop_nulls().unique()
    if names.len() != 1:
        fault = "stands in several sheets" if names.len() else "is no payment with a name"
        raise AnchorspendError(
            f"Row {row.row_number} of {row.sha256} {fault}: take file_sha256, row_number and sheet "
            "of a row of marts.payments."
        )
    return str(names[0])


def _holds(reading: CachedReading, name: str) -> bool:
    words = " ".join(name.split()).casefold()
    names = reading.payments().select("supplier_name").collect()["supplier_name"]
    return any(" ".join(one.split()).casefold() == words for one in names.drop_nulls().unique())


def _remove_what_was_made(settings: Settings, publisher_ids: Collection[str]) -> None:
    """Remove all that a build makes anew and that may hold what was withdrawn."""
    for publisher_id in publisher_ids:
        for folder in COMPACTED:
            (settings.warehouse / folder / f"{publisher_id}.parquet").unlink(missing_ok=True)
    for path in settings.identified_dir.glob("*.parquet"):
        path.unlink()
    for made in (settings.report_dir, settings.export_dir):
        for version in settings.warehouse.glob(f"{made.name}*"):
            shutil.rmtree(version, ignore_errors=True)
    for path in settings.warehouse.glob(f"{settings.database_path.stem}*.duckdb*"):
        path.unlink()
