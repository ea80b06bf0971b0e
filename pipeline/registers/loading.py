"""Loads the registers of a folder into Parquet, keeping the last good ones."""

import hashlib
import json
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import duckdb

from pipeline.registers import names
from pipeline.registers.boundaries import write_boundaries
from pipeline.registers.charities import extract_date, write_charities
from pipeline.registers.companies import write_companies
from pipeline.registers.directory import write_postcodes
from pipeline.registers.mutuals import write_mutuals
from pipeline.registers.nhs import write_nhs
from pipeline.registers.parts import PART_ORGANISATIONS, part_paths, parts_dir
from pipeline.registers.public_bodies import write_authorities, write_public_bodies
from pipeline.registers.published import (
    RegisterFiles,
    RegisterRefusedError,
    file_sha256,
    find_register_files,
    published_date,
    with_bodies_of_registry,
)
from pipeline.registers.register_names import REGISTER_NAMES, REGISTERS_OF_PLACES
from pipeline.registers.schema import (
    ORGANISATION_NAMES,
    SCHEMAS,
    table_path,
    write_whole,
)
from pipeline.registers.schools import write_schools
from pipeline.registers.union import REGISTERS_OF_ORGANISATIONS, flags_path, write_organisations
from pipeline.whole_files import written_whole

LEDGER_NAME = "registers.json"
REGISTERS = (*REGISTERS_OF_ORGANISATIONS, *REGISTERS_OF_PLACES)
# Registers lose a few hundredths from one month to the next at most.
SMALLEST_SHARE = 0.8
NEVER_LOADED: Mapping[str, Any] = {"files": [], "sha256": "", "rows": 0, "snapshot_date": None}
Sources = Mapping[str, tuple[Path, ...]]
LOADING_CODE = (
    Path(names.__file__),
    names.FORMS_PATH,
    *sorted(Path(__file__).parent.glob("*.py")),
)


@dataclass(frozen=True)
class RegisterSnapshot:
    """What one register in use is: its files, their sha256 in order of name, rows and date.

    `refused` says what is wrong with newer files, which are not the ones in use.
    """

    register: str
    source_files: tuple[str, ...]
    sha256: str
    rows: int
    snapshot_date: date | None
    outcome: Literal["loaded", "unchanged", "absent", "refused"]
    refused: str | None = None


class RegistersRefusedError(RegisterRefusedError):
    """Some registers were refused; `snapshots` are those in use, the others loaded."""

    def __init__(self, message: str, snapshots: list[RegisterSnapshot]) -> None:
        super().__init__(message)
        self.snapshots = snapshots


def load_registers(
    source_folder: Path,
    registers_dir: Path,
    *,
    built_in_bodies: bool = False,
    registry: Path | None = None,
) -> list[RegisterSnapshot]:
    """Loads the registers found in a folder; one that is absent becomes an empty table.

    With `built_in_bodies` the councils and public bodies of the registry are among them (an
    invented world has its own); `registry` is an extra one that may know more payees.
    Raises RegistersRefusedError, after loading the others, where a register is not what it should
    be; its last good Parquet stays in use.
    """
    files = find_register_files(source_folder)
    return load_register_files(
        with_bodies_of_registry(files, built_in=built_in_bodies, extra=registry), registers_dir
    )


def load_register_files(
    files: RegisterFiles, registers_dir: Path, *, keeps_growing: bool = False
) -> list[RegisterSnapshot]:
    """Loads these files as `load_registers` does.

    With `keeps_growing` one that is absent stays as it was, and one that is older or much smaller
    than the one in use is refused: downloads of one register follow each other.
    """
    registers_dir.mkdir(parents=True, exist_ok=True)
    sources = {
        "coh": files.companies,
        "chc": files.charities + files.charity_other_names,
        "charities": files.charities,
        "other_names": files.charity_other_names,
        "mpr": files.mutuals,
        "gias": files.schools,
        "ods": files.nhs,
        "lad": files.authorities,
        "pub": files.public_bodies,
        "postcodes": files.postcodes,
        "wards": files.wards,
        "districts": files.districts,
    }
    ledger = _read_ledger(registers_dir)
    snapshots = []
    for register in REGISTERS:
        try:
            _refuse_incomplete(register, files)
            snapshot = _load_one(register, sources, registers_dir, ledger, keeps_growing)
        except RegisterRefusedError as refusal:
            in_use = _snapshot(register, ledger.get(register, NEVER_LOADED), "refused")
            snapshot = replace(in_use, outcome="refused", refused=str(refusal))
        snapshots.append(snapshot)
    _publish(registers_dir, ledger)
    if refusals := [one.refused for one in snapshots if one.refused]:
        raise RegistersRefusedError(" ".join(refusals), snapshots)
    return snapshots


def _publish(registers_dir: Path, ledger: dict[str, Any]) -> None:
    """Puts the tables together again where a part has changed, then notes what was loaded."""
    digests = {
        name: str(ledger[name]["sha256"]) for name in REGISTERS_OF_ORGANISATIONS if name in ledger
    }
    state = {"code": _code_digest(), "digests": digests}
    tables = [table_path(registers_dir, table) for table in SCHEMAS]
    if ledger.get("published") != state or not all(table.is_file() for table in tables):
        write_organisations(registers_dir, digests)
        for table in REGISTERS_OF_PLACES:
            if not table_path(registers_dir, table).is_file():
                write_whole(SCHEMAS[table].to_frame().lazy(), table_path(registers_dir, table))
    ledger["published"] = state
    _write_ledger(registers_dir, ledger)


def _refuse_incomplete(register: str, files: RegisterFiles) -> None:
    kinds = [REGISTER_NAMES[register], *(["charity_other_names"] if register == "chc" else [])]
    if missing := [files.incomplete[kind] for kind in kinds if kind in files.incomplete]:
        raise RegisterRefusedError(" ".join(missing))


def _load_one(
    register: str,
    sources: Sources,
    registers_dir: Path,
    ledger: dict[str, Any],
    keeps_growing: bool,
) -> RegisterSnapshot:
    paths = sources[register]
    code = _code_digest()
    last = in_use = ledger.get(register)
    if in_use and in_use["files"] and not paths and keeps_growing:
        return _snapshot(register, in_use, "unchanged")
    if last and last["code"] != code:
        last = None
    stats = [[path.name, path.stat().st_size, path.stat().st_mtime_ns] for path in paths]
    if last and last["stats"] == stats and paths:
        return _snapshot(register, last, "unchanged")
    digest = hashlib.sha256("".join(map(file_sha256, paths)).encode()).hexdigest()
    if last and last["sha256"] == digest:
        ledger[register] = {**last, "stats": stats}
        return _snapshot(register, ledger[register], "unchanged")
    target_dir = registers_dir if register in REGISTERS_OF_PLACES else parts_dir(registers_dir)
    target_dir.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=registers_dir, prefix=".loading-") as loading:
        rows, snapshot_date = _write_parts(register, sources, Path(loading))
        if in_use and keeps_growing:
            refuse_shrunk(paths, rows, snapshot_date, in_use)
        for table in sorted(Path(loading).glob(f"{register}.*parquet")):
            table.replace(target_dir / table.name)
    ledger[register] = {
        "code": code,
        "stats": stats,
        "files": [path.name for path in paths],
        "sha256": digest,
        "rows": rows,
        "snapshot_date": snapshot_date.isoformat() if snapshot_date else None,
    }
    return _snapshot(register, ledger[register], "loaded")


def _write_parts(register: str, sources: Sources, loading: Path) -> tuple[int, date | None]:
    """Writes the tables of one register into `loading`; returns its rows and its date."""
    paths = sources[register]
    if register in REGISTERS_OF_PLACES:
        return _write_places(register, paths, loading)
    part = part_paths(loading, register)
    if not (sources["charities"] if register == "chc" else paths):
        write_whole(PART_ORGANISATIONS.to_frame().lazy(), part[0])
        write_whole(ORGANISATION_NAMES.to_frame().lazy(), part[1])
        return 0, None
    on = max(filter(None, map(published_date, paths)), default=None)
    if register == "coh":
        rows = write_companies(paths, loading, *part, on)
    elif register == "chc":
        rows = write_charities(sources["charities"], sources["other_names"], loading, *part)
        on = extract_date(part[0])
    elif register == "mpr":
        rows = write_mutuals(paths, loading, part)
    elif register == "gias":
        rows = write_schools(paths, loading, part)
    elif register == "ods":
        rows = write_nhs(paths, loading, part)
    elif register == "lad":
        rows = write_authorities(paths[0], part)
    else:
        rows = write_public_bodies(paths, part, flags_path(loading))
    refuse_duplicates(part[0], "number", paths)
    return rows, on


def _write_places(register: str, paths: tuple[Path, ...], loading: Path) -> tuple[int, date | None]:
    table = table_path(loading, register)
    if not paths:
        write_whole(SCHEMAS[register].to_frame().lazy(), table)
        return 0, None
    on = max(filter(None, map(published_date, paths)), default=None)
    if register == "postcodes":
        rows = write_postcodes(paths, loading, table)
        refuse_duplicates(table, "postcode", paths)
    else:
        rows = write_boundaries(paths, register, table)
        refuse_duplicates(table, "area_code", paths)
    return rows, on


def loaded_from(registers_dir: Path, registers: Collection[str]) -> dict[str, tuple[str, str]]:
    """The digests of the files and of the code that each register in use was loaded from."""
    ledger = _read_ledger(registers_dir)
    return {
        register: (ledger[register]["sha256"], ledger[register]["code"])
        for register in registers
        if register in ledger
    }


def refuse_duplicates(part: Path, column: str, paths: tuple[Path, ...]) -> None:
    """Raises RegisterRefusedError where a number, postcode or code stands twice in its register."""
    with duckdb.connect() as connection:
        twice = connection.execute(
            f"select {column}, count(*) from read_parquet(?) group by {column}"
            " having count(*) > 1 order by all limit 1",
            [str(part)],
        ).fetchone()
    if twice:
        raise RegisterRefusedError(
            f"{paths[0].name} should hold every {column} once but holds {twice[0]} "
            f"{twice[1]} times: download it again."
        )


def refuse_shrunk(
    paths: tuple[Path, ...], rows: int, snapshot_date: date | None, in_use: Mapping[str, Any]
) -> None:
    """Raises RegisterRefusedError where a register is older or much smaller than the one in use."""
    if rows < in_use["rows"] * SMALLEST_SHARE:
        raise RegisterRefusedError(
            f"{paths[0].name} should hold about {in_use['rows']} entries as the one in use does "
            f"but holds {rows}: look at what its publisher says, or download it again."
        )
    used = date.fromisoformat(in_use["snapshot_date"]) if in_use["snapshot_date"] else None
    if used and snapshot_date and snapshot_date < used:
        raise RegisterRefusedError(
            f"{paths[0].name} should be of {used} or later but is of {snapshot_date}: download "
            "the current one."
        )


def _snapshot(
    register: str, entry: Mapping[str, Any], outcome: Literal["loaded", "unchanged", "refused"]
) -> RegisterSnapshot:
    day = entry["snapshot_date"]
    return RegisterSnapshot(
        register=register,
        source_files=tuple(entry["files"]),
        sha256=entry["sha256"],
        rows=entry["rows"],
        snapshot_date=date.fromisoformat(day) if day else None,
        outcome=outcome if entry["files"] else "absent",
    )


def _code_digest() -> str:
    """What decides how a register is loaded; when it changes, the registers are loaded again."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in LOADING_CODE)).hexdigest()


def _read_ledger(registers_dir: Path) -> dict[str, Any]:
    path = registers_dir / LEDGER_NAME
    try:
        ledger = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return ledger if isinstance(ledger, dict) else {}


def _write_ledger(registers_dir: Path, ledger: dict[str, Any]) -> None:
    with written_whole(registers_dir / LEDGER_NAME) as beside:
        beside.write_text(json.dumps(ledger, indent=1), encoding="utf-8")
