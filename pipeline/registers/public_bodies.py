"""Councils and other public bodies: the registry's own lists as registers.

local_authorities.csv is made from mySociety's UK local authority names and codes v1.6.1 (CC BY
4.0) and the ONS code history: every council since 2012 and the districts that are its area today;
of one that has ended, those of its successors. public_bodies.yml says where its facts are from.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from pipeline.registers.parts import write_part
from pipeline.registers.published import RegisterRefusedError, refuse_missing
from pipeline.registers.schema import ORGANISATION_FLAGS, write_whole

AUTHORITY_COLUMNS = ("gss_code", "name", "short_name", "kind", "is_current", "lad_codes")
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


def write_public_bodies(
    path: Path, authorities_path: Path, part: tuple[Path, Path], flags: Path
) -> int:
    """Writes the bodies of public_bodies.yml as a register and its flags; returns the bodies.

    Raises RegisterRefusedError where a body serves a council that is not in the list.
    """
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    districts = {row["name"]: row["lad_codes"].split() for row in authorities(authorities_path)}
    bodies, spellings = [], []
    for entry in document["bodies"]:
        names = list(body_names(entry, document["templates"]))
        for council in entry.get("serves", []):
            if council not in districts:
                raise RegisterRefusedError(
                    f"{path.name}: {entry['id']} serves {council}, which is not in "
                    f"{authorities_path.name}: write its official name."
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
    write_whole(_flags(document), flags)
    return write_part(
        "pub",
        pl.LazyFrame(bodies, schema_overrides={"lad_codes": pl.List(pl.String)}),
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


def _flags(document: Mapping[str, Any]) -> pl.LazyFrame:
    """The flags of bodies by number; those of companies by name, which `union` looks up."""
    rows = [
        {
            "register": "pub",
            "number": entry["id"],
            "payee_is_public": True,
            "is_intermediary": entry.get("is_intermediary", False),
        }
        for entry in document["bodies"]
    ] + [
        {
            "register": "coh",
            "name": name,
            "payee_is_public": False,
            "payee_control": entry.get("payee_control"),
            "owned_by": entry.get("owned_by"),
            "is_intermediary": entry.get("is_intermediary", False),
            "reason": entry["reason"],
        }
        for entry in document["companies"]
        for name in entry["names"]
    ]
    return pl.LazyFrame(rows, schema={**ORGANISATION_FLAGS, "name": pl.String()})
