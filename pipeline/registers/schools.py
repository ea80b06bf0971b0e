"""Schools: the establishments of Get Information about Schools, open and closed."""

from pathlib import Path

import polars as pl

from pipeline.registers.bulk import csv_columns
from pipeline.registers.companies import company_number
from pipeline.registers.parts import write_part
from pipeline.registers.postcodes import clean_postcode
from pipeline.registers.published import csv_heading, refuse_missing, unpack

COLUMNS = [
    "URN",
    "EstablishmentName",
    "TypeOfEstablishment (name)",
    "EstablishmentStatus (name)",
    "OpenDate",
    "CloseDate",
    "Postcode",
    "CHNumber",
]


def write_schools(paths: tuple[Path, ...], plain_dir: Path, part: tuple[Path, Path]) -> int:
    """Writes the organisations and names of edubasealldata as Parquet; returns the schools.

    Raises RegisterRefusedError for a wrong heading or a file cut short.
    """
    schools = []
    for number, path in enumerate(paths):
        plain = plain_dir / f"schools-{number}.csv"
        unpack(path, plain, encoding="cp1252")
        headings = csv_heading(path, plain)
        by_name = {heading.strip(): heading for heading in headings}
        refuse_missing(path, by_name, COLUMNS)
        wanted = {column: by_name[column] for column in COLUMNS}
        schools.append(csv_columns(path, plain, headings, wanted, plain.with_suffix(".columns")))
        plain.unlink()

    def day(column: str) -> pl.Expr:
        return pl.col(column).str.to_date("%d-%m-%Y", strict=False)

    organisations = pl.concat(schools).select(
        number="URN",
        name="EstablishmentName",
        status="EstablishmentStatus (name)",
        is_live=pl.col("EstablishmentStatus (name)").str.starts_with("Open").fill_null(value=False),
        category="TypeOfEstablishment (name)",
        postcode=clean_postcode(pl.col("Postcode")),
        incorporated_date=day("OpenDate"),
        dissolved_date=day("CloseDate"),
        published_company_number=company_number(pl.col("CHNumber")),
    )
    return write_part("gias", organisations, None, part)
