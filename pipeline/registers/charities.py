"""The Charity Commission's public extract: charities, and their working and previous names."""

import json
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.registers.bulk import json_records
from pipeline.registers.companies import company_number
from pipeline.registers.names import with_name_key
from pipeline.registers.postcodes import clean_postcode
from pipeline.registers.published import (
    HEAD_BYTES,
    RegisterRefusedError,
    refuse_missing,
    unpack,
)
from pipeline.registers.schema import write_whole

CHARITY_FIELDS = {
    "date_of_extract": "VARCHAR",
    "registered_charity_number": "BIGINT",
    "linked_charity_number": "BIGINT",
    "charity_name": "VARCHAR",
    "charity_type": "VARCHAR",
    "charity_registration_status": "VARCHAR",
    "date_of_registration": "VARCHAR",
    "date_of_removal": "VARCHAR",
    "charity_company_registration_number": "VARCHAR",
    "charity_contact_postcode": "VARCHAR",
}
OTHER_NAME_FIELDS = {
    "registered_charity_number": "BIGINT",
    "linked_charity_number": "BIGINT",
    "charity_name_type": "VARCHAR",
    "charity_name": "VARCHAR",
}


def write_charities(
    paths: tuple[Path, ...],
    other_names_paths: tuple[Path, ...],
    plain_dir: Path,
    organisations: Path,
    names: Path,
) -> int:
    """Writes the organisations and names of the public extract as Parquet; returns the charities.

    Raises RegisterRefusedError for missing fields or JSON cut short.
    """
    charities = _records(paths, CHARITY_FIELDS, plain_dir, "charities").with_columns(
        number=_charity_number()
    )
    other_names = _records(other_names_paths, OTHER_NAME_FIELDS, plain_dir, "other-names")
    write_whole(_organisations(charities), organisations)
    write_whole(_names(charities, other_names), names)
    return int(pl.scan_parquet(organisations).select(pl.len()).collect().item())


def charity_number(text: pl.Expr) -> pl.Expr:
    """A charity number without marks and leading zeros, a linked charity's as "200047-4"."""
    return text.str.strip_chars().str.extract(r"^0*([1-9]\d{4,6}(?:-[1-9]\d*)?)$")


def _charity_number() -> pl.Expr:
    """The number of a charity; charities under the umbrella of another share its number."""
    main = pl.col("registered_charity_number").cast(pl.String)
    linked = pl.col("linked_charity_number")
    return (
        pl.when(linked > 0)
        .then(pl.concat_str(main, pl.lit("-"), linked.cast(pl.String)))
        .otherwise(main)
    )


def _records(
    paths: tuple[Path, ...], fields: dict[str, str], plain_dir: Path, label: str
) -> pl.LazyFrame:
    frames = []
    for number, path in enumerate(paths):
        plain = plain_dir / f"{label}-{number}.json"
        unpack(path, plain)
        refuse_missing(path, _first_record(path, plain), fields)
        frames.append(json_records(path, plain, fields, plain.with_suffix(".columns")))
        plain.unlink()
    if not frames:
        types = {name: pl.Int64 if kind == "BIGINT" else pl.String for name, kind in fields.items()}
        return pl.Schema(types).to_frame().lazy()
    return pl.concat(frames)


def _first_record(path: Path, plain: Path) -> list[str]:
    with plain.open("rb") as stream:
        head = stream.read(HEAD_BYTES).decode("utf-8", errors="replace").lstrip()
    try:
        record, _ = json.JSONDecoder().raw_decode(head.removeprefix("[").lstrip())
    except json.JSONDecodeError as fault:
        raise RegisterRefusedError(
            f"{path.name} should hold a JSON list of charities but is none ({fault.msg}): "
            "download it again."
        ) from fault
    return list(record) if isinstance(record, dict) else []


def _organisations(charities: pl.LazyFrame) -> pl.LazyFrame:
    def day(column: str) -> pl.Expr:
        return pl.col(column).str.head(10).str.to_date("%Y-%m-%d", strict=False)

    company = company_number(pl.col("charity_company_registration_number"))
    return charities.select(
        register=pl.lit("chc"),
        number="number",
        name="charity_name",
        status="charity_registration_status",
        is_live=pl.col("charity_registration_status") == "Registered",
        category="charity_type",
        accounts_category=pl.lit(None, pl.String),
        sic_code=pl.lit(None, pl.String),
        sic_text=pl.lit(None, pl.String),
        postcode=clean_postcode(pl.col("charity_contact_postcode")),
        incorporated_date=day("date_of_registration"),
        dissolved_date=day("date_of_removal"),
        published_company_number=company,
        snapshot_date=day("date_of_extract"),
    )


def _names(charities: pl.LazyFrame, other_names: pl.LazyFrame) -> pl.LazyFrame:
    current = charities.select("number", name="charity_name", name_kind=pl.lit("current"))
    others = (
        other_names.with_columns(number=_charity_number())
        .join(charities.select("number"), on="number", how="semi")
        .select(
            "number",
            name="charity_name",
            name_kind=pl.when(pl.col("charity_name_type") == "Working name")
            .then(pl.lit("working"))
            .otherwise(pl.lit("previous")),
        )
    )
    return with_name_key(pl.concat([current, others]), "name").select(
        pl.lit("chc").alias("register"),
        "number",
        "name",
        "name_kind",
        "legal_form",
        "name_words",
        "name_key",
        "sorted_words",
    )


def extract_date(organisations: Path) -> date | None:
    """The day of the extract that the charities carry."""
    newest = pl.scan_parquet(organisations).select(pl.col("snapshot_date").max()).collect().item()
    return newest if isinstance(newest, date) else None
