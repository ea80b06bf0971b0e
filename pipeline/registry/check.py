"""Every problem of the registry at once, for `anchorspend registry check` and the tests."""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from pipeline.registry.documents import Problem
from pipeline.registry.load import load_registry_leniently
from pipeline.registry.models import Publisher, Registry

__all__ = ["Problem", "check_registry", "unsaid", "unsaid_sentences"]

# What a reader of the figures asks of every body, and of one that publishes files.
_OF_EVERY_BODY: dict[str, Callable[[Publisher], object]] = {
    "anchors": lambda publisher: publisher.anchors,
    "service_area": lambda publisher: publisher.service_area,
}
_OF_FILES: dict[str, Callable[[Publisher], object]] = {
    "landing_pages": lambda publisher: publisher.landing_page,
    "threshold_gbp": lambda publisher: publisher.threshold_gbp is not None,
    "cadence": lambda publisher: publisher.cadence != "unknown",
    "formats": lambda publisher: set(publisher.formats) - {"unknown"},
    "amount_basis_evidence": lambda publisher: publisher.amount_basis_evidence,
    "expect.rows_per_file": lambda publisher: publisher.expect.rows_per_file,
    "expect.first_month": lambda publisher: publisher.expect.first_month,
    "licence": lambda publisher: publisher.licence,
    "attribution": lambda publisher: publisher.attribution,
}


def check_registry(extra: Path | None = None) -> list[Problem]:
    """All problems of the built-in registry and of the extra folder, by file and line.

    Raises AnchorspendError when the extra folder is missing.
    """
    _, problems = load_registry_leniently(extra)
    return sorted(problems, key=lambda problem: (str(problem.file), problem.line, problem.message))


def unsaid(publisher: Publisher) -> tuple[str, ...]:
    """The keys that a publisher's YAML may leave out and does, though a reader asks for them."""
    has_files = publisher.publishes in ("files", "form", "blocked")
    asked = _OF_EVERY_BODY | (_OF_FILES if has_files else {})
    return tuple(key for key, said in asked.items() if not said(publisher))


def unsaid_sentences(registry: Registry, publisher_ids: Collection[str]) -> Iterator[str]:
    """What some publishers leave unsaid, a sentence for each that leaves anything."""
    for publisher_id in publisher_ids:
        if keys := unsaid(registry.publishers[publisher_id]):
            yield f"{publisher_id} does not say {', '.join(keys)}: say what is known."
