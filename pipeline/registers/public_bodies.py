"""Councils and other public bodies: the registry's own lists as registers.

known_payees.csv, the built-in one and that of an extra registry, names companies that an anchor
owns (they look wholly local) and those that pass the pounds on; each row has its evidence.
local_authorities.csv is made from mySociety's UK local authority names and codes v1.6.1 (CC BY
4.0) and the ONS code history: every council since 2012 and the districts that are its area today;
of one that has ended, those of its successors. public_bodies.yml says where its facts are from.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.knowledge import read_knowledge
from pipeline.registers.parts import write_part
from pipeline.registers.published import KNOWN_PAYEES, RegisterRefusedError, refuse_missing
from pipeline.registers.schema import ORGANISATION_FLAGS, write_whole

_BODIES = {
    "number": pl.String(),
    "name": pl.String(),
    "category": pl.String(),
    "is_live": pl.Boolean(),
    "lad_codes": pl.List(pl.String),
}
AUTHORITY_COLUMNS = ("gss_code", "name", "short_name", "kind", "is_current", "lad_codes")
PAYEE_COLUMNS = ("name", "payee_control", "owned_by", "is_intermediary", "reason", "evidence")
# How published files write a council beside its official name, by kind.
COUNCIL_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "County": ("{} County Council", "{} CC", "{} County"),
    "Non-metropolitan district": ("{} Council",),
    "Unitary authority": ("{} Council", "{} Unitary Authority", "{} UA"),
    "Metropolitan district": (
        "{} Council",
        "{} Metropolitan Borough Council",
        "{} Metropolitan Borough",
        "{} Metropolitan District Council",
        "{} Borough Council",
        "{} MBC",
        "{} MDC",
        "{} Metropolitan Council",
        "{} Metro Borough Council",
        "{} Metropolitan BC",
    ),
    "London borough": (
        "{} Council",
        "London Borough of {}",
        "London Borough {}",
        "LB of {}",
        "LB {}",
        "{} London Borough Council",
        "{} London Borough",
        "{} Borough Council",
        "Royal Borough of {}",
    ),
}
SHORTER_ENDINGS = {
    " Borough Council": (" BC", " Borough", " B C", " Borough Cncl"),
    " City Council": (" CC", " City", " City Cncl"),
    " District Council": (" DC", " District", " D C"),
    " County Council": (" CC", " C C", " County Cncl", " Council County"),
}


def write_authorities(path: Path, part: tuple[Path, Path]) -> int:
    """Writes local_authorities.csv as a register; returns the councils."""
    rows = authorities(path)
    spellings = [
        (row["gss_code"], name, "working")
        for row in rows
        for name in dict.fromkeys(council_spellings(row))
        if name != row["name"]
    ]
    organisations = pl.LazyFrame(
        [
            {
                "number": row["gss_code"],
                "name": row["name"],
                "category": row["kind"],
                "is_live": row["is_current"] == "yes",
                "lad_codes": row["lad_codes"].split(),
            }
            for row in rows
        ]
    )
    return write_part("lad", organisations, _other_names(spellings), part)


def write_public_bodies(paths: Sequence[Path], part: tuple[Path, Path], flags: Path) -> int:
    """Writes the bodies of public_bodies.yml as a register and all flags; returns the bodies.

    `paths` are local_authorities.csv and public_bodies.yml, or neither, and any known_payees.csv.
    Raises RegisterRefusedError where a body serves a council that is not in the list, or a known
    payee is not written as it should be.
    """
    document: Mapping[str, Any] = {"bodies": [], "templates": {}}
    districts: dict[str, list[str]] = {}
    if listed := [one for one in paths if one.name != KNOWN_PAYEES]:
        authorities_path, path = listed
        document = read_knowledge(path)
        districts = {row["name"]: row["lad_codes"].split() for row in authorities(authorities_path)}
    bodies, spellings = [], []
    for entry in document["bodies"]:
        names = list(body_names(entry, document["templates"]))
        for council in entry.get("serves", []):
            if council not in districts:
                raise RegisterRefusedError(
                    f"public_bodies.yml: {entry['id']} serves {council}, which is not in "
                    "local_authorities.csv: write its official name."
                )
        served = {lad for council in entry.get("serves", []) for lad in districts[council]}
        bodies.append(
            {
                "number": entry["id"],
                "name": names[0],
                "category": entry["kind"],
                "is_live": True,
                "lad_codes": sorted(served),
            }
        )
        spellings += [(entry["id"], name, "working") for name in names[1:]]
    payees = [row for one in paths if one.name == KNOWN_PAYEES for row in known_payees(one)]
    write_whole(_flags(document, payees), flags)
    return write_part(
        "pub",
        pl.LazyFrame(bodies, schema=_BODIES),
        _other_names(spellings),
        part,
    )


def authorities(path: Path) -> list[dict[str, str]]:
    """The rows of local_authorities.csv."""
    rows = pl.read_csv(path, infer_schema=False).with_columns(pl.all().fill_null(""))
    refuse_missing(path, rows.columns, AUTHORITY_COLUMNS)
    return rows.to_dicts()


def council_spellings(row: Mapping[str, str]) -> Iterable[str]:
    """The ways in which published files write one council."""
    for template in COUNCIL_SPELLINGS.get(row["kind"], ()):
        yield template.format(row["short_name"])
    for ending, shorter in SHORTER_ENDINGS.items():
        if row["name"].endswith(ending):
            place = row["name"].removesuffix(ending)
            yield from (place + short for short in shorter)
            yield f"{ending.strip().removesuffix(' Council')} of {place}"
            yield f"{place} Council"


def body_names(entry: Mapping[str, Any], templates: Mapping[str, list[str]]) -> Iterable[str]:
    """The names of one body: its own, or its place in the templates of its kind."""
    yield from entry.get("names", [])
    if "place" in entry:
        yield from (template.format(entry["place"]) for template in templates[entry["kind"]])


def _other_names(spellings: list[tuple[str, str, str]]) -> pl.LazyFrame:
    return pl.LazyFrame(spellings, schema=["number", "name", "name_kind"], orient="row").unique(
        maintain_order=True
    )


def known_payees(path: Path) -> list[dict[str, object]]:
    """The rows of a known_payees.csv, checked.

    Raises RegisterRefusedError with file and line where a row is not what it should be.
    """
    rows = pl.read_csv(path, infer_schema=False)
    refuse_missing(path, rows.columns, PAYEE_COLUMNS)
    payees = []
    for line, row in enumerate(rows.iter_rows(named=True), 2):
        owned = row["payee_control"] == "anchor_owned"
        faults = {
            "name, reason and evidence must be filled": all(
                row[column] for column in ("name", "reason", "evidence")
            ),
            "payee_control is anchor_owned or empty": owned or row["payee_control"] is None,
            "owned_by is filled where payee_control is": owned == bool(row["owned_by"]),
            "is_intermediary is yes or no": row["is_intermediary"] in ("yes", "no"),
        }
        for rule, holds in faults.items():
            if not holds:
                raise RegisterRefusedError(f"{path.name}, line {line}: {rule}.")
        payees.append({**row, "is_intermediary": row["is_intermediary"] == "yes"})
    return payees


def _flags(document: Mapping[str, Any], payees: list[dict[str, object]]) -> pl.LazyFrame:
    """The flags of bodies by number; those of companies by name, which `union` looks up."""
    rows = [
        {
            "register": "pub",
            "number": entry["id"],
            "payee_is_public": True,
            "is_intermediary": entry.get("is_intermediary", False),
            "reason": "a public body of public_bodies.yml",
        }
        for entry in document["bodies"]
    ] + [{**payee, "register": "coh", "payee_is_public": False} for payee in payees]
    return pl.LazyFrame(rows, schema={**ORGANISATION_FLAGS, "name": pl.String()})
