"""Every problem of the registry at once, for `anchorspend registry check` and the tests."""

from pathlib import Path

from pipeline.registry.documents import Problem
from pipeline.registry.load import load_registry_leniently

__all__ = ["Problem", "check_registry"]


def check_registry(extra: Path | None = None) -> list[Problem]:
    """All problems of the built-in registry and of the extra folder, by file and line.

    Raises AnchorspendError when the extra folder is missing.
    """
    _, problems = load_registry_leniently(extra)
    return sorted(problems, key=lambda problem: (str(problem.file), problem.line, problem.message))
