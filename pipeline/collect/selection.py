"""Which file versions speak for a publisher, each with the reason why or why not."""

from itertools import groupby
from typing import Any

import polars as pl

from pipeline.collect.attempts import Publication
from pipeline.collect.ledger import Ledger

_SCHEMA: dict[str, type[pl.DataType] | pl.DataType] = {
    "publisher_id": pl.String,
    "publication_id": pl.String,
    "url": pl.String,
    "label": pl.String,
    "kind": pl.String,
    "first_day": pl.Date,
    "last_day": pl.Date,
    "sha256": pl.String,
    "fetched_at": pl.Datetime("us", "UTC"),
    "bytes": pl.Int64,
}

SELECTED = "the newest version of its publication"


def held_files(ledger: Ledger, *, every_version: bool = False) -> pl.DataFrame:
    """The newest stored version of every publication, or all versions that were ever stored.

    One row per publication and sha256: publisher_id, publication_id, url, label, kind, first_day,
    last_day (null where undecided), sha256, fetched_at (UTC, when these bytes last became the
    publication's), bytes; ordered by publisher and time. Label and period are those last seen,
    except for a version of another period than today's: some publishers put each month's file at
    one address.
    """
    publications = ledger.publications()
    newest: dict[str, dict[str, Any]] = {}
    rows: list[dict[str, Any]] = []
    for version in ledger.versions():
        publication = publications[version.publication.publication_id]
        if _is_of_another_period(version.publication, publication):
            publication = version.publication
        row = {
            "publisher_id": publication.publisher_id,
            "publication_id": publication.publication_id,
            "url": publication.url,
            "label": publication.label,
            "kind": publication.kind,
            "first_day": publication.first_day,
            "last_day": publication.last_day,
            "sha256": version.sha256,
            "fetched_at": version.fetched_at,
            "bytes": version.bytes,
        }
        rows.append(row)
        newest[publication.publication_id] = row
    chosen = rows if every_version else list(newest.values())
    return pl.DataFrame(chosen, schema=_SCHEMA).sort(
        "publisher_id", "fetched_at", "publication_id", maintain_order=True
    )


def _is_of_another_period(one: Publication, other: Publication) -> bool:
    if not (one.first_day and one.last_day and other.first_day and other.last_day):
        return False
    return one.last_day < other.first_day or other.last_day < one.first_day


def select_files(files: pl.DataFrame) -> pl.DataFrame:
    """The files with is_selected and selection_reason, so that no payment counts twice.

    `files` is held_files with a column payments_digest: the digest of the normalised payments,
    null where the file was refused. A publication is spoken for by its newest readable version;
    of publications of one publisher with the same payments, the first fetched speaks.
    """
    rows = files.with_row_index("_place").to_dicts()
    reasons: dict[int, str] = {}

    def by_publication(row: dict[str, Any]) -> tuple[str, str]:
        return (row["publisher_id"], row["publication_id"])

    speaking: list[dict[str, Any]] = []
    for _, versions in groupby(sorted(rows, key=by_publication), key=by_publication):
        in_time = sorted(versions, key=lambda row: (row["fetched_at"], row["_place"]))
        readable = [row for row in in_time if row["payments_digest"] is not None]
        for row in in_time:
            reasons[row["_place"]] = "replaced by a newer version"
            if row["payments_digest"] is None:
                reasons[row["_place"]] = "cannot be read as payments"
        speaking.extend(readable[-1:])
    first_with: dict[tuple[str, str], str] = {}
    for row in sorted(speaking, key=lambda row: (row["fetched_at"], row["_place"])):
        key = (row["publisher_id"], row["payments_digest"])
        if key in first_with:
            reasons[row["_place"]] = f"same payments as {first_with[key]}"
        else:
            first_with[key] = row["label"]
            reasons[row["_place"]] = SELECTED
    in_order = [reasons[row["_place"]] for row in rows]
    return files.with_columns(
        pl.Series("is_selected", [reason == SELECTED for reason in in_order], dtype=pl.Boolean),
        pl.Series("selection_reason", in_order, dtype=pl.String),
    )
