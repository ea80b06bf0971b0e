"""What a page of the report is made of."""

import hashlib
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Page:
    """A page: where it lies in the site, its template and what the template prints."""

    path: str
    template: str
    context: dict[str, Any]


def town_path(town_id: str) -> str:
    """Where a town's page lies."""
    return f"towns/{town_id}.html"


def publisher_path(publisher_id: str) -> str:
    """Where a publisher's page lies."""
    return f"publishers/{publisher_id}.html"


def supplier_path(unit_id: str) -> str:
    """Where a supplier's page lies: by digest, since numbers of registers are others' text."""
    return f"suppliers/{hashlib.sha256(unit_id.encode()).hexdigest()[:16]}.html"
