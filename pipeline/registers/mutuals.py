"""Mutual societies: the list of the Financial Conduct Authority's Mutuals Public Register."""

from pathlib import Path

import polars as pl

from pipeline.registers.bulk import csv_columns
from pipeline.registers.parts import write_part
from pipeline.registers.postcodes import clean_postcode
from pipeline.registers.published import csv_heading, refuse_missing, unpack

# "Registation" is how the register itself writes it (July 2026).
SOCIETY_LIST = [
    "Full Registation Number",
    "Society Name",
    "Registered As",
    "Society Address",
    "Registration Date",
    "Deregistration Date",
    "Society Status",
]
# A table of numbers of the same society in two registers: GB-MPR-10002R is GB-COH-IP10002R.
NUMBER_PAIRS = ["org_id_a", "org_id_b", "org_name"]
POSTCODE_IN_ADDRESS = r"(?i)\b([A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2})\b\W*$"


def write_mutuals(paths: tuple[Path, ...], plain_dir: Path, part: tuple[Path, Path]) -> int:
    """Writes the organisations and names of SocietyList.csv as Parquet; returns the societies.

    Raises RegisterRefusedError for a wrong heading or a file cut short.
    """
    societies = []
    for number, path in enumerate(paths):
        plain = plain_dir / f"mutuals-{number}.csv"
        unpack(path, plain, encoding="cp1252")
        headings = csv_heading(path, plain)
        by_name = {heading.strip(): heading for heading in headings}
        expected = NUMBER_PAIRS if "org_id_a" in by_name else SOCIETY_LIST
        refuse_missing(path, by_name, expected)
        wanted = {column: by_name[column] for column in expected}
        rows = csv_columns(path, plain, headings, wanted, plain.with_suffix(".columns"))
        societies.append(_pairs(rows) if expected is NUMBER_PAIRS else _societies(rows))
        plain.unlink()
    return write_part("mpr", pl.concat(societies, how="diagonal"), None, part)


def _societies(rows: pl.LazyFrame) -> pl.LazyFrame:
    def day(column: str) -> pl.Expr:
        return pl.col(column).str.head(10).str.to_date("%d/%m/%Y", strict=False)

    return rows.select(
        number="Full Registation Number",
        name="Society Name",
        status="Society Status",
        is_live=pl.col("Society Status").eq("Registered").fill_null(value=False),
        category="Registered As",
        postcode=clean_postcode(pl.col("Society Address").str.extract(POSTCODE_IN_ADDRESS)),
        incorporated_date=day("Registration Date"),
        dissolved_date=day("Deregistration Date"),
    ).filter(pl.col("number").is_not_null() & pl.col("name").is_not_null())


def _pairs(rows: pl.LazyFrame) -> pl.LazyFrame:
    # The number of one society stands twice for a company that was registered anew.
    return (
        rows.select(
            number=pl.col("org_id_a").str.strip_prefix("GB-MPR-"),
            name="org_name",
            is_live=pl.lit(value=True),
            published_company_number=pl.col("org_id_b").str.strip_prefix("GB-COH-"),
        )
        .sort("number", "published_company_number", "name")
        .unique("number", keep="first", maintain_order=True)
    )
