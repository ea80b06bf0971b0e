"""What lies beside archived bytes: what they were published as, or why they are no longer there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from pipeline.collect.attempts import FormPairs, Kind, Publication


@dataclass(frozen=True)
class Sidecar:
    """What was known of a publication when its bytes were archived; enough for a ledger row."""

    publication: Publication
    version: int
    sha256: str
    bytes: int
    fetched_at: datetime
    headers: Mapping[str, str]

    def to_json(self) -> str:
        """The sidecar as it lies beside the content."""
        publication = self.publication
        fields = {
            "publisher_id": publication.publisher_id,
            "publication_id": publication.publication_id,
            "url": publication.url,
            "label": publication.label,
            "kind": publication.kind,
            "first_day": publication.first_day and publication.first_day.isoformat(),
            "last_day": publication.last_day and publication.last_day.isoformat(),
            "form": publication.form,
            "format": publication.format,
            "found_on": publication.found_on,
            "version": self.version,
            "sha256": self.sha256,
            "bytes": self.bytes,
            "fetched_at": self.fetched_at.isoformat(),
            "headers": dict(self.headers),
        }
        return json.dumps(fields, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Sidecar":
        """Read one sidecar; raises KeyError, TypeError or ValueError where it is not one."""
        fields = json.loads(text)
        return cls(
            publication=Publication(
                publisher_id=fields["publisher_id"],
                publication_id=fields["publication_id"],
                url=fields["url"],
                label=fields["label"],
                kind=cast(Kind, fields["kind"]),
                first_day=_day(fields["first_day"]),
                last_day=_day(fields["last_day"]),
                form=form_pairs(fields.get("form")),
                format=fields.get("format", ""),
                found_on=fields.get("found_on", ""),
            ),
            version=int(fields["version"]),
            sha256=fields["sha256"],
            bytes=int(fields["bytes"]),
            fetched_at=datetime.fromisoformat(fields["fetched_at"]),
            headers=fields["headers"],
        )


def form_pairs(pairs: list[list[str]] | None) -> FormPairs | None:
    """A form as it comes back from JSON; raises ValueError where an entry is no pair."""
    return None if pairs is None else tuple((name, value) for name, value in pairs)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@dataclass(frozen=True)
class Tombstone:
    """What stays of a file version that was withdrawn: its digest, when and why.

    `replaced_by` is the sha256 of the same file without what had to go, where there is one.
    """

    sha256: str
    withdrawn_at: datetime
    reason: str
    replaced_by: str | None = None
