"""NHS bodies and practices: the headerless lists of the Organisation Data Service."""

from pathlib import Path

import polars as pl

from pipeline.registers.bulk import csv_columns
from pipeline.registers.parts import write_part
from pipeline.registers.postcodes import clean_postcode
from pipeline.registers.published import RegisterRefusedError, csv_heading, unpack

# etr, eccg, espha and epraccur have 27 columns without a heading: code, name, two groupings, five
# lines of address, postcode (the tenth), open and close date as 20241101.
COLUMNS = 27
POSITIONS = {"number": 0, "name": 1, "postcode": 9, "opened": 10, "closed": 11}


def write_nhs(paths: tuple[Path, ...], plain_dir: Path, part: tuple[Path, Path]) -> int:
    """Writes the organisations and names of ODS lists as Parquet; returns the organisations.

    Raises RegisterRefusedError where a list has other than 27 columns or is cut short.
    """
    lists = []
    for number, path in enumerate(paths):
        plain = plain_dir / f"nhs-{number}.csv"
        unpack(path, plain, encoding="cp1252")
        first = csv_heading(path, plain)
        if len(first) != COLUMNS:
            raise RegisterRefusedError(
                f"{path.name} should have {COLUMNS} columns without a heading but has "
                f"{len(first)}: check that it is a list of the Organisation Data Service."
            )
        headings = [f"column_{position}" for position in range(COLUMNS)]
        wanted = {name: headings[position] for name, position in POSITIONS.items()}
        rows = csv_columns(
            path, plain, headings, wanted, plain.with_suffix(".columns"), has_heading=False
        )
        kind = "gp_practice" if "epraccur" in path.name.lower() else "nhs_body"
        lists.append(rows.with_columns(category=pl.lit(kind)))
        plain.unlink()

    def day(column: str) -> pl.Expr:
        return pl.col(column).str.to_date("%Y%m%d", strict=False)

    organisations = pl.concat(lists).select(
        "number",
        "name",
        "category",
        postcode=clean_postcode(pl.col("postcode")),
        is_live=pl.col("closed").is_null(),
        incorporated_date=day("opened"),
        dissolved_date=day("closed"),
    )
    return write_part("ods", organisations, None, part)
