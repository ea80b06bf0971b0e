"""Companies House BasicCompanyData: the live register as one csv or several parts."""

from datetime import date
from pathlib import Path

import polars as pl

from pipeline.registers.bulk import csv_columns
from pipeline.registers.names import with_name_key
from pipeline.registers.postcodes import clean_postcode
from pipeline.registers.published import csv_heading, refuse_missing, unpack
from pipeline.registers.schema import write_whole

PREVIOUS_NAMES = [f"PreviousName_{number}.CompanyName" for number in range(1, 11)]
COLUMNS = [
    "CompanyName",
    "CompanyNumber",
    "RegAddress.PostCode",
    "CompanyCategory",
    "CompanyStatus",
    "DissolutionDate",
    "IncorporationDate",
    "Accounts.AccountCategory",
    "SICCode.SicText_1",
    *PREVIOUS_NAMES,
]
# "Dead" and the like stand in the registers of mutuals; the live register holds the rest.
ENDED_STATUS = r"(?i)^(?:dead|dissolved|removed|converted|closed|deregistered|cancelled)"


def write_companies(
    paths: tuple[Path, ...], plain_dir: Path, organisations: Path, names: Path, on: date | None
) -> int:
    """Writes the organisations and names of BasicCompanyData as Parquet; returns the companies.

    Raises RegisterRefusedError for a wrong heading or a file cut short.
    """
    parts = []
    for number, path in enumerate(paths):
        plain = plain_dir / f"companies-{number}.csv"
        unpack(path, plain)
        headings = csv_heading(path, plain)
        by_name = {heading.strip(): heading for heading in headings}
        refuse_missing(path, by_name, COLUMNS)
        wanted = {column: by_name[column] for column in COLUMNS}
        parts.append(csv_columns(path, plain, headings, wanted, plain.with_suffix(".columns")))
        plain.unlink()
    companies = pl.concat(parts)
    write_whole(_organisations(companies, on), organisations)
    write_whole(_names(companies), names)
    return int(pl.scan_parquet(organisations).select(pl.len()).collect().item())


def company_number(text: pl.Expr) -> pl.Expr:
    """A company number as the register writes it: capitals, figures led by zeros to eight signs."""
    squeezed = text.str.to_uppercase().str.replace_all(r"[^A-Z0-9]+", "")
    return (
        pl.when(squeezed.str.contains(r"^[0-9]{1,8}$"))
        .then(squeezed.str.zfill(8))
        .when(squeezed.str.contains(r"^[A-Z]{2}[0-9]{1,6}$"))
        .then(pl.concat_str(squeezed.str.head(2), squeezed.str.slice(2).str.zfill(6)))
        .when(squeezed.str.contains(r"^[A-Z]{2}[0-9]{4,5}[A-Z]$|^R[0-9]{7}$"))
        .then(squeezed)
    )


def _organisations(companies: pl.LazyFrame, on: date | None) -> pl.LazyFrame:
    def day(column: str) -> pl.Expr:
        return pl.col(column).str.to_date("%d/%m/%Y", strict=False)

    sic = pl.col("SICCode.SicText_1")
    return companies.select(
        register=pl.lit("coh"),
        number="CompanyNumber",
        name="CompanyName",
        status="CompanyStatus",
        is_live=day("DissolutionDate").is_null()
        & ~pl.col("CompanyStatus").fill_null("").str.contains(ENDED_STATUS),
        category="CompanyCategory",
        accounts_category="Accounts.AccountCategory",
        sic_code=sic.str.extract(r"^(\d{4,5}) - "),
        sic_text=sic.str.extract(r"^\d+ - (.*)$"),
        postcode=clean_postcode(pl.col("RegAddress.PostCode")),
        incorporated_date=day("IncorporationDate"),
        dissolved_date=day("DissolutionDate"),
        published_company_number=pl.lit(None, pl.String),
        snapshot_date=pl.lit(on, pl.Date),
    )


def _names(companies: pl.LazyFrame) -> pl.LazyFrame:
    current = companies.select(
        number="CompanyNumber", name="CompanyName", name_kind=pl.lit("current")
    )
    previous = (
        companies.filter(pl.col(PREVIOUS_NAMES[0]).is_not_null())
        .select(number="CompanyNumber", name=pl.concat_list(PREVIOUS_NAMES))
        .explode("name")
        .filter(pl.col("name").is_not_null())
        .with_columns(name_kind=pl.lit("previous"))
    )
    return with_name_key(pl.concat([current, previous]), "name").select(
        pl.lit("coh").alias("register"),
        "number",
        "name",
        "name_kind",
        "legal_form",
        "name_words",
        "name_key",
        "sorted_words",
    )
