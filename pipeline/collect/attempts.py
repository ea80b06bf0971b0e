"""The words of the collect room: a publication, an attempt to get it, and how it ended."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

Kind = Literal["spend", "purchase_card", "other"]
Outcome = Literal[
    "new",
    "unchanged",
    "changed",
    "blocked",
    "not_published",
    "gone",
    "html_instead",
    "too_big",
    "refused",
    "withdrawn",
    "error",
]
# After these the archive holds the bytes that the publication has today.
HELD_OUTCOMES: tuple[Outcome, ...] = ("new", "unchanged", "changed")

DROPPED = "drop:"

# A stamp tells one visit or one upload from the next, not one file from another.
# GOSS writes ?m=636795289122270000 (ticks of the last change); WordPress Download Manager
# writes &refresh=<token of this visit> and &ind=<milliseconds of the upload>.
_STAMPS = frozenset({"m", "refresh", "ind"})
_STAMP_VALUE = re.compile(r"(?i)[0-9]{6,}|[0-9a-f]{8,}.*")


FormPairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Publication:
    """One link to one file as a publisher lists it; days are None where undecided.

    `form` is what is posted to the address, in its order, None where the file is simply asked
    for; `visit_form` is what must go along today and means nothing tomorrow (tokens, view states).
    `format` is what the listing says of the file (csv, xlsx ...), "" where it says nothing, and
    `found_on` the address of the page or listing; both are told, and make no other publication.
    """

    publisher_id: str
    publication_id: str
    url: str
    label: str
    kind: Kind
    first_day: date | None = None
    last_day: date | None = None
    form: FormPairs | None = None
    format: str = field(default="", compare=False)
    found_on: str = field(default="", compare=False)
    visit_form: FormPairs = field(default=(), compare=False, repr=False)


@dataclass(frozen=True)
class Attempt:
    """One try to get one publication and how it ended: a row of the ledger.

    `sha256` and `bytes` name the version that the archive holds afterwards, where it holds one.
    `fetched_at` is in UTC. `reason` is for a person; empty where there is nothing to say.
    """

    publication: Publication
    outcome: Outcome
    fetched_at: datetime
    sha256: str | None = None
    bytes: int | None = None
    http_status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    reason: str = ""
    attempt_id: int | None = field(default=None, compare=False)


def address_identity(url: str) -> str:
    """The address without what differs from visit to visit: stamps, fragment, case of the host."""
    parts = urlsplit(url)
    query = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not (name.lower() in _STAMPS and _STAMP_VALUE.fullmatch(value))
    ]
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path, urlencode(query), ""))


def publication_id(publisher_id: str, url: str, period_fields: FormPairs = ()) -> str:
    """32 hexadecimal digits that stay the same while the publisher keeps the address.

    `period_fields` are the fields of a form that tell one period from another where the address
    does not: other fields may be added or dropped without making it another publication.
    """
    identity = url if url.startswith(DROPPED) else address_identity(url)
    if period_fields:
        identity += f"\n{urlencode(period_fields)}"
    return hashlib.sha256(f"{publisher_id}\n{identity}".encode()).hexdigest()[:32]
