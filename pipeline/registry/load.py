"""Loads the built-in registry and an extra folder beside it, and checks what refers to what."""

import ssl
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Generic, TypeVar

from pipeline.errors import AnchorspendError
from pipeline.registry.documents import (
    Document,
    FaultyDocumentError,
    Location,
    Problem,
    read_document,
)
from pipeline.registry.models import Area, Publisher, Registry, RegistryModel, Town
from pipeline.registry.validation import validate

BUILT_IN = Path(__file__).parent

Model = TypeVar("Model", bound=RegistryModel)


@dataclass(frozen=True)
class _Entry(Generic[Model]):
    """One town, area or publisher and the place in a file where it stands."""

    model: Model
    document: Document
    location: Location

    def problem(self, location: Location, message: str) -> Problem:
        return self.document.problem((*self.location, *location), message)


def load_registry(extra: Path | None = None, *, built_in: bool = True) -> Registry:
    """The built-in registry with the towns, areas and publishers of the extra folder.

    Without `built_in` it is the extra folder alone, as an invented world wants it. Raises
    AnchorspendError, naming file, line and way out, when anything in it is at fault.
    """
    registry, problems = load_registry_leniently(extra, built_in=built_in)
    if problems:
        more = len(problems) - 1
        others = f" ({more} more: see `anchorspend registry check`)" if more else ""
        raise AnchorspendError(f"{problems[0]}{others}")
    return registry


def load_registry_leniently(
    extra: Path | None = None, *, built_in: bool = True
) -> tuple[Registry, tuple[Problem, ...]]:
    """The part of the registry that is sound, and every problem of the rest.

    A publisher whose file, town or service area is at fault is left out; the others stay.
    Raises AnchorspendError only when the extra folder itself is missing.
    """
    if extra is not None and not extra.is_dir():
        raise AnchorspendError(
            f"There is no folder {extra}: correct ANCHORSPEND_REGISTRY or leave it unset."
        )
    folders = [BUILT_IN] * built_in + ([] if extra is None else [extra])
    publisher_files = [path for folder in folders for path in _files(folder / "publishers")]
    problems: list[Problem] = []
    areas: dict[str, _Entry[Area]] = {}
    towns: dict[str, _Entry[Town]] = {}
    publishers: dict[str, _Entry[Publisher]] = {}
    if extra is not None:
        problems.extend(_overlooked(extra))
    for folder in folders:
        _add_new(areas, _entries_of_file(Area, folder / "areas.yml", problems), problems)
        _add_new(towns, _entries_of_file(Town, folder / "towns.yml", problems), problems)
    _add_new(publishers, _publisher_entries(publisher_files, problems), problems)

    _leave_out(towns, _problems_of_towns(towns, areas), problems)
    named = {path.stem for path in publisher_files}
    _leave_out(publishers, _problems_of_publishers(publishers, towns, areas, named), problems)
    _leave_out(publishers, _problems_of_headers(publishers, _columns(problems)), problems)
    _leave_out(publishers, _problems_of_certificates(publishers), problems)
    registry = Registry(
        _models(towns), _models(areas), _models(publishers), _certificates(publishers)
    )
    return registry, tuple(problems)


def publisher_ids(folder: Path) -> list[str]:
    """The ids of the publishers that a registry folder holds, sound or not."""
    return [path.stem for path in _files(folder / "publishers")]


def _overlooked(extra: Path) -> Iterator[Problem]:
    """A problem for each YAML file whose name says nothing to the loader."""
    for path in _files(extra):
        if path.name not in {"towns.yml", "areas.yml"}:
            message = "is not read: a registry folder has towns.yml, areas.yml and publishers/*.yml"
            yield Problem(path, 1, message)


def _models(entries: Mapping[str, _Entry[Model]]) -> Mapping[str, Model]:
    return MappingProxyType({name: entry.model for name, entry in sorted(entries.items())})


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.suffix in {".yml", ".yaml"})


def _entries_of_file(
    model: type[Model], path: Path, problems: list[Problem]
) -> Iterator[_Entry[Model]]:
    """The sound entries of towns.yml or areas.yml, where each key is an id."""
    if not path.exists():
        return
    try:
        document = read_document(path)
    except FaultyDocumentError as error:
        problems.append(error.problem)
        return
    for key in document.content:
        made, faults = validate(model, document, key, (key,))
        problems.extend(faults)
        if made is not None:
            yield _Entry(made, document, (key,))


def _publisher_entries(
    paths: Iterable[Path], problems: list[Problem]
) -> Iterator[_Entry[Publisher]]:
    for path in paths:
        if path.suffix != ".yml":
            problems.append(Problem(path, 1, f"is not read: name it {path.stem}.yml"))
            continue
        try:
            document = read_document(path)
        except FaultyDocumentError as error:
            problems.append(error.problem)
            continue
        made, faults = validate(Publisher, document, path.stem)
        problems.extend(faults)
        if made is not None:
            yield _Entry(made, document, ())


def _add_new(
    entries: dict[str, _Entry[Model]], found: Iterable[_Entry[Model]], problems: list[Problem]
) -> None:
    """Add what is found under ids that are free; the built-in registry comes first and wins."""
    for entry in found:
        identifier = entry.location[0] if entry.location else entry.document.path.stem
        holder = entries.get(str(identifier))
        if holder is None:
            entries[str(identifier)] = entry
        else:
            problems.append(
                entry.problem(
                    (), f"the id '{identifier}' is taken by {holder.document.path}: choose another"
                )
            )


def _leave_out(
    entries: dict[str, _Entry[Model]],
    faults: Iterable[tuple[str, Problem]],
    problems: list[Problem],
) -> None:
    found = list(faults)
    problems.extend(problem for _, problem in found)
    for identifier in {identifier for identifier, _ in found}:
        del entries[identifier]


def _problems_of_towns(
    towns: Mapping[str, _Entry[Town]], areas: Mapping[str, _Entry[Area]]
) -> Iterator[tuple[str, Problem]]:
    for identifier, entry in towns.items():
        for position, area_id in enumerate(entry.model.county_areas):
            area = areas.get(area_id)
            if area is None:
                message = f"there is no sound area '{area_id}'; {_known('areas', areas)}"
            elif entry.model.lad_code not in area.model.lad_codes:
                message = f"the county area '{area_id}' does not hold {entry.model.lad_code}"
            else:
                continue
            yield identifier, entry.problem(("county_areas", position), message)


def _problems_of_publishers(
    publishers: Mapping[str, _Entry[Publisher]],
    towns: Mapping[str, _Entry[Town]],
    areas: Mapping[str, _Entry[Area]],
    named: AbstractSet[str],
) -> Iterator[tuple[str, Problem]]:
    for identifier, entry in publishers.items():
        publisher = entry.model
        for position, anchor in enumerate(publisher.anchors):
            if anchor.town not in towns:
                message = f"there is no sound town '{anchor.town}'; {_known('towns', towns)}"
                yield identifier, entry.problem(("anchors", position, "town"), message)
        area = publisher.service_area
        if isinstance(area, str) and area not in areas:
            message = f"there is no sound area '{area}'; {_known('areas', areas)}"
            yield identifier, entry.problem(("service_area",), message)
        for position, predecessor in enumerate(publisher.succeeds):
            if predecessor == identifier or predecessor not in named:
                message = f"succeeds '{predecessor}', which is no other publisher of the registry"
                yield identifier, entry.problem(("succeeds", position), message)


def _columns(problems: list[Problem]) -> AbstractSet[str]:
    """The columns that a heading can be read as: those of header_synonyms.yml, and "ignore"."""
    try:
        document = read_document(BUILT_IN / "header_synonyms.yml")
    except FaultyDocumentError as error:
        problems.append(error.problem)
        return frozenset()
    return {*document.content["headings"], "ignore"}


def _problems_of_headers(
    publishers: Mapping[str, _Entry[Publisher]], columns: AbstractSet[str]
) -> Iterator[tuple[str, Problem]]:
    for identifier, entry in publishers.items():
        for heading, column in entry.model.headers.items():
            if column not in columns:
                message = f"'{column}' is no column; {_known('columns', columns)}"
                yield identifier, entry.problem(("headers", heading), message)


def _problems_of_certificates(
    publishers: Mapping[str, _Entry[Publisher]],
) -> Iterator[tuple[str, Problem]]:
    for identifier, entry in publishers.items():
        for host, name in entry.model.extra_certificates.items():
            path = _certificate_path(entry, name)
            try:
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
            except OSError as error:
                message = f"the certificate {path} cannot be read ({error}): save it as PEM"
                yield identifier, entry.problem(("extra_certificates", host), message)


def _certificate_path(entry: _Entry[Publisher], name: str) -> Path:
    return entry.document.path.parent.parent / "certificates" / name


def _certificates(
    publishers: Mapping[str, _Entry[Publisher]],
) -> Mapping[str, tuple[Path, ...]]:
    """The PEM files of every host that some publisher names certificates for."""
    by_host: dict[str, tuple[Path, ...]] = {}
    for _, entry in sorted(publishers.items()):
        for host, name in entry.model.extra_certificates.items():
            path = _certificate_path(entry, name)
            if path not in by_host.get(host, ()):
                by_host[host] = (*by_host.get(host, ()), path)
    return MappingProxyType(by_host)


def _known(what: str, entries: Iterable[str]) -> str:
    return f"known {what}: {', '.join(sorted(entries)) or 'none'}"
