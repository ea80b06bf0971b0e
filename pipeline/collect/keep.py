"""From bytes at hand to archive and ledger: new, changed or unchanged."""

from collections.abc import Mapping
from datetime import UTC, datetime

from pipeline.collect.archive import Archive
from pipeline.collect.attempts import Attempt, Outcome, Publication
from pipeline.collect.ledger import Ledger
from pipeline.collect.part_file import PartFile
from pipeline.collect.sidecars import Sidecar

# What may be needed later to ask again, or to know what a server said the bytes were.
KEPT_HEADERS = (
    "content-disposition",
    "content-length",
    "content-type",
    "date",
    "etag",
    "last-modified",
)


def keep_bytes(
    part: PartFile,
    publication: Publication,
    archive: Archive,
    ledger: Ledger,
    headers: Mapping[str, str],
    http_status: int | None = None,
) -> Attempt:
    """Archive what was just fetched, unless the publication has these bytes already.

    Bytes that were withdrawn are not kept again.
    """
    if tombstone := archive.tombstone(part.sha256):
        return ledger.record(
            Attempt(
                publication=publication,
                outcome="withdrawn",
                fetched_at=datetime.now(UTC),
                http_status=http_status,
                reason=f"not kept, because it was withdrawn: {tombstone.reason}",
            )
        )
    held = ledger.held(publication.publication_id)
    outcome: Outcome = "new"
    if held is not None:
        outcome = "unchanged" if held.sha256 == part.sha256 else "changed"
    fetched_at = datetime.now(UTC)
    version = None
    if held is None or held.publication != publication or not _still_there(held, part, archive):
        version = ledger.next_version(publication.publication_id)
        archive.store(part, publication, version, fetched_at, headers)
    attempt = Attempt(
        publication=publication,
        outcome=outcome,
        fetched_at=fetched_at,
        sha256=part.sha256,
        bytes=part.bytes,
        http_status=http_status,
        etag=headers.get("etag"),
        last_modified=headers.get("last-modified"),
    )
    return ledger.record(attempt, version)


def keep_unchanged(
    publication: Publication,
    held: Attempt,
    archive: Archive,
    ledger: Ledger,
    headers: Mapping[str, str],
) -> Attempt:
    """Note that the server says nothing has changed (304).

    A new label or period of the same bytes gets a sidecar, so that the archive alone knows it.
    """
    if held.sha256 is None or held.bytes is None:
        raise ValueError(f"nothing is held of {publication.url}")
    attempt = Attempt(
        publication=publication,
        outcome="unchanged",
        fetched_at=datetime.now(UTC),
        sha256=held.sha256,
        bytes=held.bytes,
        http_status=304,
        etag=headers.get("etag") or held.etag,
        last_modified=headers.get("last-modified") or held.last_modified,
    )
    if held.publication == publication:
        return ledger.record(attempt)
    stamps = {"etag": attempt.etag, "last-modified": attempt.last_modified}
    version = ledger.next_version(publication.publication_id)
    archive.describe(
        Sidecar(
            publication=publication,
            version=version,
            sha256=held.sha256,
            bytes=held.bytes,
            fetched_at=attempt.fetched_at,
            headers={name: value for name, value in stamps.items() if value},
        )
    )
    return ledger.record(attempt, version)


def _still_there(held: Attempt, part: PartFile, archive: Archive) -> bool:
    return held.sha256 == part.sha256 and archive.content_path(part.sha256).exists()
