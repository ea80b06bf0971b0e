"""The boundaries that the pages draw: wards of the towns, districts of their county areas."""

import hashlib
import json
from pathlib import Path

import polars as pl

from pipeline.parquet_files import is_decided_by, write_parquet
from pipeline.registers.loading import loaded_from
from pipeline.registers.register_names import REGISTERS_OF_PLACES
from pipeline.registers.schema import BOUNDARIES, scan_table

TOWN_BOUNDARIES = pl.Schema([("area_kind", pl.String()), *BOUNDARIES.items()])


def write_boundaries_of_towns(
    registry_dir: Path, registers_dir: Path, path: Path, code: str
) -> None:
    """Write boundaries_of_towns, unless what lies there was decided by the same.

    That is the registry's districts, the registers of places in use and the code's version.
    """
    decided = _decided_by(registry_dir, registers_dir, code)
    if not is_decided_by(path, decided):
        write_parquet(boundaries_of_towns(registry_dir, registers_dir), path, decided)


def _decided_by(registry_dir: Path, registers_dir: Path, code: str) -> str:
    lads = [
        sorted(pl.read_parquet(registry_dir / f"{table}.parquet")["lad_code"].unique())
        for table in ("towns", "areas")
    ]
    parts = [code, lads, loaded_from(registers_dir, REGISTERS_OF_PLACES)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def boundaries_of_towns(registry_dir: Path, registers_dir: Path) -> pl.DataFrame:
    """Wards of the registry's towns and districts of its areas (TOWN_BOUNDARIES), by code.

    A ward whose file does not name its district lies in that of its postcodes. Empty where no
    boundaries have been loaded.
    """
    town_lads = pl.scan_parquet(registry_dir / "towns.parquet").select("lad_code").unique()
    area_lads = pl.scan_parquet(registry_dir / "areas.parquet").select("lad_code").unique()
    by_postcode = (
        scan_table(registers_dir, "postcodes")
        .join(town_lads, on="lad_code", how="semi")
        .filter(pl.col("ward_code").is_not_null())
        .group_by(area_code="ward_code")
        .agg(lad_by_postcode=pl.col("lad_code").min())
    )
    wards = (
        scan_table(registers_dir, "wards")
        .join(by_postcode, on="area_code", how="left")
        .with_columns(lad_code=pl.coalesce("lad_code", "lad_by_postcode"))
        .join(town_lads, on="lad_code", how="semi")
        .with_columns(area_kind=pl.lit("ward"))
    )
    districts = (
        scan_table(registers_dir, "districts")
        .join(pl.concat([town_lads, area_lads]).unique(), on="lad_code", how="semi")
        .with_columns(area_kind=pl.lit("district"))
    )
    columns = TOWN_BOUNDARIES.names()
    return (
        pl.concat([wards.select(columns), districts.select(columns)])
        .sort("area_kind", "area_code")
        .collect()
    )
