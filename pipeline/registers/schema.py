"""The shape of the register Parquet files, and how one is put in place whole."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl
from polars.datatypes import DataType, DataTypeClass

from pipeline.whole_files import written_whole

_ORGANISATIONS: Mapping[str, DataType | DataTypeClass] = {
    "register": pl.String,
    "number": pl.String,
    "name": pl.String,
    "status": pl.String,
    "is_live": pl.Boolean,
    "category": pl.String,
    "accounts_category": pl.String,
    "sic_code": pl.String,
    "sic_text": pl.String,
    "postcode": pl.String,
    "lad_codes": pl.List(pl.String),
    "incorporated_date": pl.Date,
    "dissolved_date": pl.Date,
    "other_register": pl.String,
    "other_number": pl.String,
    "other_evidence": pl.String,
    "snapshot_date": pl.Date,
    "source_sha256": pl.String,
}
ORGANISATIONS = pl.Schema(_ORGANISATIONS)
ORGANISATION_NAMES = pl.Schema(
    {
        "register": pl.String,
        "number": pl.String,
        "name": pl.String,
        "name_kind": pl.String,
        "legal_form": pl.String,
        "name_words": pl.String,
        "name_key": pl.String,
        "sorted_words": pl.String,
    }
)
# What of the names hangs on the register alone, so that a night need not read all of them for it.
WORD_COUNTS = pl.Schema({"word": pl.String, "names_with_word": pl.Int64})
CROWDED_RESTS = pl.Schema({"rest": pl.String})
POSTCODES = pl.Schema(
    {
        "postcode": pl.String,
        "lat": pl.Float64,
        "long": pl.Float64,
        "lad_code": pl.String,
        "county_code": pl.String,
        "ward_code": pl.String,
        "lsoa_code": pl.String,
        "region_code": pl.String,
        "country_code": pl.String,
        "introduced": pl.Date,
        "terminated": pl.Date,
    }
)
BOUNDARIES = pl.Schema(
    {
        "area_code": pl.String,
        "area_name": pl.String,
        "lad_code": pl.String,
        # JSON: rings of [longitude, latitude]; rings within rings are holes.
        "rings": pl.String,
    }
)
# What is known of an organisation beside its register: who is public, owned by an anchor, or
# passes the pounds on (ANALYSIS section 1).
ORGANISATION_FLAGS = pl.Schema(
    {
        "register": pl.String,
        "number": pl.String,
        "payee_is_public": pl.Boolean,
        "payee_control": pl.String,
        "owned_by": pl.String,
        "is_intermediary": pl.Boolean,
        "reason": pl.String,
    }
)
SCHEMAS: Mapping[str, pl.Schema] = {
    "organisations": ORGANISATIONS,
    "organisation_names": ORGANISATION_NAMES,
    "word_counts": WORD_COUNTS,
    "crowded_rests": CROWDED_RESTS,
    "organisation_flags": ORGANISATION_FLAGS,
    "postcodes": POSTCODES,
    "wards": BOUNDARIES,
    "districts": BOUNDARIES,
}


def table_path(registers_dir: Path, table: str) -> Path:
    """Where a table of SCHEMAS lies in a folder of registers."""
    return registers_dir / f"{table}.parquet"


def scan_table(registers_dir: Path, table: str) -> pl.LazyFrame:
    """A table of SCHEMAS, lazily; empty where no register has been loaded yet."""
    path = table_path(registers_dir, table)
    return pl.scan_parquet(path) if path.is_file() else SCHEMAS[table].to_frame().lazy()


def write_whole(frame: pl.LazyFrame, path: Path) -> None:
    """Streams a frame to Parquet beside its place, then renames it there."""
    with written_whole(path) as beside:
        frame.sink_parquet(beside, compression="zstd", compression_level=3)
