"""The postcode directories of the ONS, NSPL and ONSPD: every postcode with its areas."""

import re
from pathlib import Path

import polars as pl

from pipeline.registers.bulk import csv_columns
from pipeline.registers.postcodes import clean_postcode
from pipeline.registers.published import (
    POSTCODE_MEMBER,
    RegisterRefusedError,
    csv_heading,
    unpack,
)
from pipeline.registers.schema import write_whole

# Columns carry the year of their codes from 2025 on (lad26cd); older issues have oslaua or laua.
COLUMNS = {
    "postcode": r"pcds?",
    "lat": r"lat",
    "long": r"long",
    "lad_code": r"lad\d\dcd|oslaua|laua",
    "county_code": r"cty\d\dcd|oscty|cty",
    "ward_code": r"wd\d\dcd|osward|ward",
    "lsoa_code": r"lsoa(?:21|11)(?:cd)?",
    "region_code": r"rgn\d\dcd|rgn",
    "country_code": r"ctry\d\dcd|ctry",
    "introduced": r"dointr",
    "terminated": r"doterm",
}


def write_postcodes(paths: tuple[Path, ...], plain_dir: Path, postcodes: Path) -> int:
    """Writes the postcode directory as Parquet; returns the postcodes.

    Raises RegisterRefusedError for a wrong heading or a file cut short.
    """
    directories = []
    for number, path in enumerate(paths):
        plain = plain_dir / f"postcodes-{number}.csv"
        unpack(path, plain, POSTCODE_MEMBER)
        headings = csv_heading(path, plain)
        published = csv_columns(
            path, plain, headings, columns_of(path, headings), plain.with_suffix(".columns")
        )
        directories.append(_directory(published))
        plain.unlink()
    write_whole(pl.concat(directories), postcodes)
    return int(pl.scan_parquet(postcodes).select(pl.len()).collect().item())


def columns_of(path: Path, headings: list[str]) -> dict[str, str]:
    """Which published column holds what; of several vintages the newest.

    Raises RegisterRefusedError where one is missing.
    """
    found = {}
    for name, pattern in COLUMNS.items():
        matching = [h for h in headings if re.fullmatch(pattern, h.strip(), re.IGNORECASE)]
        if not matching:
            raise RegisterRefusedError(
                f"{path.name} should have a column like {pattern} for {name.replace('_', ' ')} "
                f"but begins with {', '.join(headings[:4])}: check that it is NSPL or ONSPD."
            )
        found[name] = max(matching)
    return found


def _directory(published: pl.LazyFrame) -> pl.LazyFrame:
    codes = [name for name in COLUMNS if name.endswith("_code")]
    return published.select(
        clean_postcode(pl.col("postcode")),
        # 99.999999 stands for "no coordinates" (Channel Islands, Isle of Man, some terminated).
        pl.when(pl.col("lat").cast(pl.Float64, strict=False) < 90).then(
            pl.col("lat").cast(pl.Float64, strict=False)
        ),
        pl.when(pl.col("lat").cast(pl.Float64, strict=False) < 90).then(
            pl.col("long").cast(pl.Float64, strict=False)
        ),
        # Codes that end in 99999999 stand for "there is none here" (E99999999 in column county).
        *(pl.when(~pl.col(code).str.ends_with("99999999")).then(pl.col(code)) for code in codes),
        introduced=_month("introduced"),
        terminated=_month("terminated"),
    ).filter(pl.col("postcode").is_not_null())


def _month(column: str) -> pl.Expr:
    """198001 is January 1980; the first of the month stands for it."""
    return pl.concat_str(pl.col(column), pl.lit("01")).str.to_date("%Y%m%d", strict=False)
