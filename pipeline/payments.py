"""A publisher's held files -> readings, parsed once -> its compacted Parquet of payments."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.collect.archive import Archive
from pipeline.collect.chosen_months import select_months
from pipeline.collect.revisions import file_revisions
from pipeline.collect.withdrawn_names import COMPARED, withdrawn_names, without_withdrawn_names
from pipeline.normalise.reading import READER_VERSION, ReadingExceptions, read_payments
from pipeline.normalise.schema import PAYMENT_COLUMNS, PAYMENTS_SCHEMA, REJECTED_SCHEMA
from pipeline.parquet_files import is_decided_by, write_parquet
from pipeline.read.header import SYNONYMS_PATH
from pipeline.registry.models import Publisher
from pipeline.whole_files import written_whole

# What makes two suppliers of one publisher different; supplier_id is a digest of these.
SUPPLIER_KEY = (
    "publisher_id",
    "supplier_name",
    "supplier_id_as_published",
    "supplier_postcode",
    "company_number",
    "charity_number",
    "vat_number",
)

# The folders of the warehouse that hold one Parquet file per publisher.
COMPACTED = ("payments", "rejected_rows", "selected_files", "file_revisions", "files")

_FILE_SCHEMA: dict[str, pl.DataType] = {
    "publisher_id": pl.String(),
    "publication_id": pl.String(),
    "file_sha256": pl.String(),
    "url": pl.String(),
    "label": pl.String(),
    "kind": pl.String(),
    "first_day": pl.Date(),
    "last_day": pl.Date(),
    "fetched_at": pl.Datetime("us", "UTC"),
    "bytes": pl.Int64(),
    "status": pl.String(),
    "reason": pl.String(),
    "reader_kind": pl.String(),
    "format": pl.String(),
    "encoding": pl.String(),
    "rows": pl.Int64(),
    "payments": pl.Int64(),
    "rejected": pl.Int64(),
    "excluded_blank": pl.Int64(),
    "excluded_total": pl.Int64(),
    "excluded_header": pl.Int64(),
    "excluded_note": pl.Int64(),
    "excluded_gbp": pl.String(),
    "total_gbp": pl.Decimal(18, 4),
    "printed_total_gbp": pl.Decimal(18, 4),
    "amount_column": pl.String(),
    "supplier_column": pl.String(),
    "date_column": pl.String(),
    "amount_basis": pl.String(),
    "first_date": pl.Date(),
    "last_date": pl.Date(),
    "negative": pl.Int64(),
    "redacted": pl.Int64(),
    "undated": pl.Int64(),
    "warnings": pl.String(),
    "is_selected": pl.Boolean(),
    "is_held_back": pl.Boolean(),
    "selection_reason": pl.String(),
}
# What is compared of the payments of two files.
_COMPARED = ("sheet", "row_number", *COMPARED)
# The metadata of a cached reading that holds the columns with one value in all rows.
_THROUGHOUT = "throughout"


@dataclass(frozen=True)
class CachedReading:
    """A reading that lies in the cache: its summary, and where its frames are."""

    summary: dict[str, Any]
    payments_path: Path
    rejected_path: Path

    def payments(self) -> pl.LazyFrame:
        """The payments, with the columns that write_cached leaves out."""
        kept = pl.scan_parquet(self.payments_path, schema=PAYMENTS_SCHEMA, missing_columns="insert")
        throughout = json.loads(pl.read_parquet_metadata(self.payments_path)[_THROUGHOUT])
        return kept.with_columns(
            pl.lit(value, PAYMENTS_SCHEMA[name]).alias(name) for name, value in throughout.items()
        )


class ReadingCache:
    """Readings by sha256 and by all that decides a reading, but by no publisher, label or period.

    The summary is written last, so that a reading without one was never finished.
    """

    def __init__(self, root: Path, exceptions: ReadingExceptions) -> None:
        self._folder = root / _rules(exceptions)
        self._exceptions = exceptions

    def reading(self, sha256: str, content: Callable[[], bytes]) -> CachedReading:
        """The reading of one file version, from the cache or made now from its bytes."""
        folder = self._folder / sha256[:2]
        cached = folder / f"{sha256}.json"
        payments_path = folder / f"{sha256}.payments.parquet"
        rejected_path = folder / f"{sha256}.rejected.parquet"
        if not cached.exists():
            folder.mkdir(parents=True, exist_ok=True)
            reading = read_payments(content(), self._exceptions)
            write_cached(reading.payments, payments_path)
            write_parquet(reading.rejected, rejected_path)
            with written_whole(cached) as beside:
                beside.write_text(json.dumps(reading.summary.as_dict()), encoding="utf-8")
        return CachedReading(json.loads(cached.read_text("utf-8")), payments_path, rejected_path)


def _rules(exceptions: ReadingExceptions) -> str:
    digest = hashlib.sha256(SYNONYMS_PATH.read_bytes())
    digest.update(json.dumps([READER_VERSION, dict(exceptions.headers)]).encode())
    return digest.hexdigest()[:16]


def decided_by(publisher: Publisher, held: pl.DataFrame, archive: Archive, code: str) -> str:
    """A sha256 over all that decides what compact_publisher writes, in code of this version."""
    accepted = sorted(archive.accepted(held["sha256"]))
    parts = [code, publisher.id, _rules(_exceptions(publisher)), held.write_json(), accepted]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def compacted_files(publisher_id: str, warehouse: Path, decided: str) -> pl.DataFrame | None:
    """The files frame that compact_publisher wrote, where that and all beside it still stand.

    None where a Parquet file of COMPACTED is missing, broken or was decided by something else.
    """
    paths = [warehouse / folder / f"{publisher_id}.parquet" for folder in COMPACTED]
    if not all(is_decided_by(path, decided) for path in paths):
        return None
    return pl.read_parquet(paths[-1])


def compact_publisher(
    publisher: Publisher,
    held: pl.DataFrame,
    archive: Archive,
    readings_dir: Path,
    warehouse: Path,
    decided: str,
) -> pl.DataFrame:
    """Write payments, rejected rows and files of one publisher for the SQL; the files frame.

    `held` are the publisher's held file versions as `held_files` lists them, `decided` is what
    decided_by says of it all. The Parquet files of COMPACTED replace their older ones one by one,
    each whole; the files frame comes last.
    """
    cache = ReadingCache(readings_dir, _exceptions(publisher))
    readings = {
        sha256: cache.reading(sha256, partial(archive.read_bytes, sha256))
        for sha256 in held["sha256"].unique(maintain_order=True)
    }
    statuses = [readings[sha256].summary["status"] for sha256 in held["sha256"]]
    read = held.with_columns(pl.Series("status", statuses, pl.String))
    compared = _compared_payments(readings)
    selection = select_months(read, compared, archive.accepted(readings))
    speaking = selection.files.filter("is_selected")["sha256"].unique(maintain_order=True)

    payments = _with_identity(
        publisher.id,
        [(sha256, readings[sha256].payments()) for sha256 in speaking],
        selection.months.filter("is_selected"),
        withdrawn_names(read, selection.months, compared),
    )
    rejected = _rejected(
        publisher.id, [(sha256, readings[sha256].rejected_path) for sha256 in speaking]
    )
    files = _files(selection.files, {sha256: one.summary for sha256, one in readings.items()})
    revisions = file_revisions(read, lambda sha256: readings[sha256].payments())
    frames = (payments, rejected, selection.months, revisions, files)
    for folder, frame in zip(COMPACTED, frames, strict=True):
        write_parquet(frame, warehouse / folder / f"{publisher.id}.parquet", decided)
    return files


def _exceptions(publisher: Publisher) -> ReadingExceptions:
    return ReadingExceptions(headers=dict(publisher.headers))


def write_cached(frame: pl.DataFrame, path: Path) -> None:
    """As write_parquet in half the time and twice the space: what is read once is packed loosely.

    Columns that hold nothing are left out, and those of one text throughout stand in its metadata.
    """
    throughout = {c.name: c[0] for c in frame.iter_columns() if _is_one_text(c)}
    kept = [
        column
        for column in frame.iter_columns()
        if column.null_count() < frame.height and column.name not in throughout
    ]
    with written_whole(path) as beside:
        pl.DataFrame(kept).write_parquet(
            beside,
            compression="lz4",
            statistics=False,
            metadata={_THROUGHOUT: json.dumps(throughout)},
        )


def _is_one_text(column: pl.Series) -> bool:
    if column.dtype not in (pl.String, pl.Boolean) or column.is_empty() or column.null_count():
        return False
    return bool(column[0] == column[-1] and (column == column[0]).all())


def _compared_payments(readings: Mapping[str, CachedReading]) -> pl.LazyFrame:
    empty = pl.LazyFrame(schema={name: PAYMENTS_SCHEMA[name] for name in _COMPARED}).select(
        pl.lit(None, pl.String).alias("file_sha256"), pl.all()
    )
    return pl.concat(
        [
            empty,
            *(
                reading.payments().select(pl.lit(sha256).alias("file_sha256"), *_COMPARED)
                for sha256, reading in readings.items()
            ),
        ]
    )


def _with_identity(
    publisher_id: str,
    parts: list[tuple[str, pl.LazyFrame]],
    months: pl.DataFrame,
    withdrawn: pl.DataFrame,
) -> pl.DataFrame:
    """The payments of the months for which each file speaks, with all that identifies them."""
    frames = [
        part.select(
            pl.lit(publisher_id).alias("publisher_id"),
            pl.lit(sha256).alias("file_sha256"),
            pl.all(),
        )
        for sha256, part in parts
    ]
    empty = pl.DataFrame(schema=PAYMENT_COLUMNS)
    if not frames:
        return empty
    payments = pl.concat(pl.collect_all(frames)).join(
        months,
        on=["file_sha256", "payment_month"],
        how="semi",
        nulls_equal=True,
        maintain_order="left",
    )
    payments = without_withdrawn_names(payments, withdrawn)
    suppliers = payments.select(SUPPLIER_KEY).unique(maintain_order=True)
    identified = suppliers.with_columns(
        pl.Series("supplier_id", [_supplier_id(key) for key in suppliers.iter_rows()], pl.String)
    )
    return payments.join(
        identified, on=SUPPLIER_KEY, how="left", nulls_equal=True, maintain_order="left"
    ).select(empty.columns)


def _supplier_id(key: tuple[str | None, ...]) -> str:
    """16 hexadecimal digits over the supplier key."""
    return hashlib.sha256(json.dumps(key).encode()).hexdigest()[:16]


def _rejected(publisher_id: str, parts: list[tuple[str, Path]]) -> pl.DataFrame:
    schema = {"publisher_id": pl.String(), "file_sha256": pl.String()} | REJECTED_SCHEMA
    frames = [
        pl.read_parquet(path).select(
            pl.lit(publisher_id).alias("publisher_id"),
            pl.lit(sha256).alias("file_sha256"),
            pl.all(),
        )
        for sha256, path in parts
    ]
    return pl.concat([pl.DataFrame(schema=schema), *frames])


def _files(selected: pl.DataFrame, summaries: dict[str, dict[str, Any]]) -> pl.DataFrame:
    """One row per held publication and version: what is known of it and what the reader made."""
    rows = []
    for held in selected.iter_rows(named=True):
        summary = summaries[held["sha256"]]
        excluded = summary["excluded"]
        rows.append(
            {name: held[name] for name in held if name in _FILE_SCHEMA}
            | {name: summary[name] for name in summary if name in _FILE_SCHEMA}
            | {f"excluded_{kind}": rows for kind, rows in excluded.items()}
            | {
                "file_sha256": held["sha256"],
                "kind": held["kind"],
                "reader_kind": summary["kind"],
                "excluded_gbp": json.dumps(summary["excluded_gbp"]),
                "warnings": "\n".join(summary["warnings"]),
            }
        )
    texts = dict.fromkeys(
        ("total_gbp", "printed_total_gbp", "first_date", "last_date"), pl.String()
    )
    return pl.DataFrame(rows, schema={**_FILE_SCHEMA, **texts}, orient="row").with_columns(
        pl.col("total_gbp", "printed_total_gbp").cast(_FILE_SCHEMA["total_gbp"]),
        pl.col("first_date", "last_date").str.to_date("%Y-%m-%d"),
    )
