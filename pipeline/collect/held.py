"""What the archive holds of each publication, as the ledger tells it."""

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
