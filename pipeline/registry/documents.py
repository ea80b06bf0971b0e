"""YAML files of the registry: read within bounds, and every fault has its file and line."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipeline.safe_yaml import SafeLoader

# Far above any file a person writes: the longest built-in one is under 10 kB.
MAX_BYTES = 256 * 1024
MAX_DEPTH = 12
RESOLVED_TAGS = {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:null"}

Location = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """A fault in the registry, for the person who can put it right; lines count from 1."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        working_directory = Path.cwd()
        inside = self.file.is_relative_to(working_directory)
        shown = self.file.relative_to(working_directory) if inside else self.file
        return f"{shown}, line {self.line}: {self.message}"


class FaultyDocumentError(Exception):
    """A YAML file that cannot be used, with the one problem that stops it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class _TextLoader(SafeLoader):
    """Safe YAML that knows text, true, false and null; the models make numbers and dates of text.

    So a wrong date is reported with its line, "1:20" is no number, and no merge key is followed.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 (the shape that PyYAML reads)
        first: [(tag, pattern) for tag, pattern in resolvers if tag in RESOLVED_TAGS]
        for first, resolvers in SafeLoader.yaml_implicit_resolvers.items()
    }


@dataclass(frozen=True)
class Document:
    """The mapping that a YAML file holds, and the nodes that know its lines."""

    path: Path
    content: Mapping[str, Any]
    root: yaml.MappingNode

    def line_of(self, location: Location) -> int:
        """The line of the deepest part of the location that the file holds, from 1."""
        node: yaml.Node = self.root
        line = node.start_mark.line
        for part in location:
            found = _child(node, part)
            if found is not None:
                line, node = found
        return line + 1

    def problem(self, location: Location, message: str) -> Problem:
        """A problem at the place in this file that the location names."""
        return Problem(self.path, self.line_of(location), message)


def _child(node: yaml.Node, part: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line, value
    elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        child: yaml.Node = node.value[part]
        return child.start_mark.line, child
    return None


def read_document(path: Path) -> Document:
    """The mapping in a YAML file.

    Raises FaultyDocumentError for a file that is missing, too large, not UTF-8, not YAML, not a
    mapping, too deep, or that repeats a key or uses YAML aliases.
    """
    text = _read_text(path)
    try:
        _refuse_odd_yaml(path, text)
        loader = _TextLoader(text)
        try:
            root = loader.get_single_node()
            if not isinstance(root, yaml.MappingNode):
                raise FaultyDocumentError(
                    Problem(path, 1, "holds no keys: write `key: value` lines")
                )
            _refuse_repeated_keys(path, root)
            content = loader.construct_document(root)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise FaultyDocumentError(_yaml_problem(path, error)) from error
    return Document(path, content, root)


def _read_text(path: Path) -> str:
    if not path.is_file():
        raise FaultyDocumentError(Problem(path, 1, "there is no such file"))
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise FaultyDocumentError(Problem(path, 1, f"cannot be opened: {reason}")) from error
    if len(data) > MAX_BYTES:
        raise FaultyDocumentError(
            Problem(path, 1, f"is larger than {MAX_BYTES // 1024} kB: that is no registry file")
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FaultyDocumentError(
            Problem(path, line, "is not UTF-8 text: save it again as UTF-8")
        ) from error


def _refuse_odd_yaml(path: Path, text: str) -> None:
    """Refuse tags, and what makes a small file large or deep, before anything is built of it."""
    depth = 0
    for event in yaml.parse(text, Loader=_TextLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise FaultyDocumentError(
                Problem(path, line, "uses a YAML alias (*name): write the value out")
            )
        if getattr(event, "tag", None) is not None:
            raise FaultyDocumentError(Problem(path, line, "uses a YAML tag (!): leave it out"))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise FaultyDocumentError(Problem(path, line, f"is nested over {MAX_DEPTH} deep"))


def _refuse_repeated_keys(path: Path, node: yaml.Node) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise FaultyDocumentError(Problem(path, line, "a key must be plain text"))
            if key.value in seen:
                raise FaultyDocumentError(
                    Problem(path, line, f"key '{key.value}' stands here a second time")
                )
            seen.add(key.value)
            _refuse_repeated_keys(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for child in node.value:
            _refuse_repeated_keys(path, child)


def _yaml_problem(path: Path, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    return Problem(path, mark.line + 1 if mark else 1, f"is not YAML: {what}")
