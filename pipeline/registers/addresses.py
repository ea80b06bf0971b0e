"""Where organisations were at each snapshot of their register, so that moves can be told."""

from datetime import date
from pathlib import Path

import polars as pl

from pipeline.registers.loading import RegisterSnapshot
from pipeline.registers.register_names import REGISTERS_OF_PLACES
from pipeline.registers.schema import scan_table, write_whole

ADDRESSES = pl.Schema(
    {
        "register": pl.String,
        "number": pl.String,
        "postcode": pl.String,
        "snapshot_date": pl.Date,
    }
)


def addresses_dir(registers_dir: Path) -> Path:
    """One file per register and snapshot, with the columns of ADDRESSES."""
    return registers_dir / "organisation_addresses"


def scan_addresses(registers_dir: Path) -> pl.LazyFrame:
    """The addresses of all kept snapshots, lazily; empty where none is kept."""
    paths = sorted(addresses_dir(registers_dir).glob("*.parquet"))
    return pl.scan_parquet(paths) if paths else ADDRESSES.to_frame().lazy()


def keep_addresses(
    registers_dir: Path, snapshots: list[RegisterSnapshot], today: date, kept: int
) -> None:
    """Keeps the addresses of newly loaded registers, and the newest `kept` snapshots of each.

    A register that does not say its date has the day of loading.
    """
    for snapshot in snapshots:
        if snapshot.register in REGISTERS_OF_PLACES or not snapshot.source_files:
            continue
        day = snapshot.snapshot_date or today
        path = addresses_dir(registers_dir) / f"{snapshot.register}-{day.isoformat()}.parquet"
        if snapshot.outcome == "loaded" or not list(path.parent.glob(f"{snapshot.register}-*")):
            write_whole(
                scan_table(registers_dir, "organisations")
                .filter(
                    (pl.col("register") == snapshot.register) & pl.col("postcode").is_not_null()
                )
                .select("register", "number", "postcode", snapshot_date=pl.lit(day)),
                path,
            )
        of_register = sorted(path.parent.glob(f"{snapshot.register}-*.parquet"))
        for old in of_register[: max(0, len(of_register) - kept)]:
            old.unlink()
