"""The Parquet files of one register, from which the published tables are put together."""

from pathlib import Path

import polars as pl

from pipeline.registers.names import with_name_key
from pipeline.registers.schema import ORGANISATION_NAMES, ORGANISATIONS, write_whole

# What a part knows more than the published table: the company number that a body states.
PART_ORGANISATIONS = pl.Schema(
    [
        *(
            (name, dtype)
            for name, dtype in ORGANISATIONS.items()
            if not name.startswith(("other_", "source_"))
        ),
        ("published_company_number", pl.String()),
    ]
)


def part_paths(folder: Path, register: str) -> tuple[Path, Path]:
    """The Parquet files of one register's organisations and names in a folder of parts."""
    return folder / f"{register}.organisations.parquet", folder / f"{register}.names.parquet"


def parts_dir(registers_dir: Path) -> Path:
    """The last good Parquet of each register, from which the published tables are put together."""
    return registers_dir / "parts"


def write_part(
    register: str,
    organisations: pl.LazyFrame,
    other_names: pl.LazyFrame | None,
    paths: tuple[Path, Path],
) -> int:
    """Writes one register's organisations and names; returns the organisations.

    `organisations` has some of the columns of PART_ORGANISATIONS, number and name among them;
    `other_names` number, name and name_kind.
    """
    known = organisations.with_columns(register=pl.lit(register)).match_to_schema(
        PART_ORGANISATIONS, missing_columns="insert", extra_columns="ignore"
    )
    names = known.select("number", "name", name_kind=pl.lit("current"))
    if other_names is not None:
        names = pl.concat([names, other_names.select("number", "name", "name_kind")])
    write_whole(known, paths[0])
    write_whole(
        with_name_key(names, "name")
        .with_columns(register=pl.lit(register))
        .select(ORGANISATION_NAMES.names()),
        paths[1],
    )
    return int(pl.scan_parquet(paths[0]).select(pl.len()).collect().item())


def scan_part(registers_dir: Path, register: str) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """The last good organisations and names of a register; empty where it was never loaded."""
    organisations, names = part_paths(parts_dir(registers_dir), register)
    if not organisations.is_file() or not names.is_file():
        return PART_ORGANISATIONS.to_frame().lazy(), ORGANISATION_NAMES.to_frame().lazy()
    return (
        pl.scan_parquet(organisations).match_to_schema(
            PART_ORGANISATIONS, missing_columns="insert", extra_columns="ignore"
        ),
        pl.scan_parquet(names).select(ORGANISATION_NAMES.names()),
    )
