"""One direction: nothing lower knows anything higher (DESIGN section 3)."""

import ast
from pathlib import Path

import pytest

from pipeline.settings import PROJECT_ROOT

# Lower first. A module may import what stands before it, and its own package.
LAYERS = (
    "errors",
    "safe_yaml",
    "knowledge",
    "whole_files",
    "parquet_files",
    "settings",
    "event_log",
    "locking",
    "replacing",
    "registry",
    "collect",
    "read",
    "normalise",
    "payments",
    "publisher_checks",
    "held_back",
    "withdrawing",
    "registers",
    "match",
    "locate",
    "identifying",
    "sql_models",
    "changed_rows",
    "warehouse",
    "difference",
    "like_for_like",
    "compare",
    "export",
    "report",
    "status",
    "reading_report",
    "run",
    "demo",
    "asset_keys",
    "steps",
    "publisher_assets",
    "register_assets",
    "assets",
    "old_runs",
    "definitions",
    "commands",
    "cli",
)
PIPELINE = PROJECT_ROOT / "pipeline"
MODULES = sorted(path.relative_to(PIPELINE) for path in PIPELINE.rglob("*.py"))


def layer(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def imported(path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse((PIPELINE / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            names |= set(whole) if node.module == "pipeline" else {node.module}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {layer(name) for name in names if name.startswith("pipeline.")}


def test_every_module_has_a_layer():
    tops = {path.parts[0].removesuffix(".py") for path in MODULES} - {"__init__"}
    assert tops == set(LAYERS)


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_imports_only_what_is_lower(path):
    own = path.parts[0].removesuffix(".py")
    if own == "__init__":
        assert imported(path) == set()
        return
    allowed = {*LAYERS[: LAYERS.index(own)], own}
    assert imported(path) <= allowed


def loaded_with(module: str, seen: set[str]) -> set[str]:
    """The module and all of ours that it imports before any of its functions is called."""
    path = PROJECT_ROOT / Path(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if module in seen or not file.is_file():
        return seen
    seen.add(module)
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("pipeline"):
            for name in [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]:
                for end in range(1, name.count(".") + 2):
                    loaded_with(".".join(name.split(".")[:end]), seen)
    return seen


def test_dagster_shows_the_graph_without_loading_what_its_steps_need():
    loaded = {layer(module) for module in loaded_with("pipeline.definitions", set())}
    assert {"publisher_assets", "registry", "sql_models", "normalise"} <= loaded
    assert not loaded & {"steps", "run", "collect", "read", "match", "locate", "report"}
