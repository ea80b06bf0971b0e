"""Puts the registers side by side: one table of organisations, one of their names."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from pipeline.registers.schema import (
    ORGANISATION_NAMES,
    ORGANISATIONS,
    table_path,
    write_whole,
)

# What a part knows more than the published table: the company number that a charity states.
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
# Companies that charities are: without share capital, as CIOs, or as registered societies.
CHARITABLE_CATEGORIES = (
    "PRI/LTD BY GUAR/NSC (Private, limited by guarantee, no share capital)",
    "PRI/LBG/NSC (Private, Limited by guarantee, no share capital, use of 'Limited' exemption)",
    "PRIV LTD SECT. 30 (Private limited company, section 30 of the Companies Act)",
    "Charitable Incorporated Organisation",
    "Registered Society",
    "Academy Trust",
    "Royal Charter Company",
)


def part_paths(folder: Path, register: str) -> tuple[Path, Path]:
    """The Parquet files of one register's organisations and names in a folder of parts."""
    return folder / f"{register}.organisations.parquet", folder / f"{register}.names.parquet"


def parts_dir(registers_dir: Path) -> Path:
    """The last good Parquet of each register, from which the published tables are put together."""
    return registers_dir / "parts"


def write_organisations(registers_dir: Path, sha256_by_register: Mapping[str, str]) -> None:
    """Writes organisations and organisation_names from the parts; an absent part is empty."""
    companies, company_names = _parts(registers_dir, "coh")
    charities, charity_names = _parts(registers_dir, "chc")
    stated = stated_links(charities).collect()
    inferred = same_name_links(companies, company_names, charities, charity_names).collect()
    links = pl.concat([stated, inferred.join(stated, on="company_number", how="anti")])
    organisations = pl.concat(
        [
            _with_other(companies, links, "company_number", "charity_number", "chc"),
            _with_other(charities, links, "charity_number", "company_number", "coh"),
        ]
    ).with_columns(
        source_sha256=pl.col("register").replace_strict(
            dict(sha256_by_register), default=None, return_dtype=pl.String
        )
    )
    write_whole(
        organisations.select(ORGANISATIONS.names()), table_path(registers_dir, "organisations")
    )
    write_whole(
        pl.concat([company_names, charity_names]).select(ORGANISATION_NAMES.names()),
        table_path(registers_dir, "organisation_names"),
    )


def stated_links(charities: pl.LazyFrame) -> pl.LazyFrame:
    """Which charity is also which company, as charities state it; one charity for a company.

    Where several charities state one company (a charity and those under its umbrella, or one that
    was removed), the registered and then the lowest number stands for it.
    """
    return (
        charities.filter(pl.col("published_company_number").is_not_null())
        .sort(~pl.col("is_live"), pl.col("number").str.len_chars(), pl.col("number"))
        .unique("published_company_number", keep="first", maintain_order=True)
        .select(
            charity_number="number",
            company_number="published_company_number",
            other_evidence=pl.lit("stated"),
        )
    )


def same_name_links(
    companies: pl.LazyFrame,
    company_names: pl.LazyFrame,
    charities: pl.LazyFrame,
    charity_names: pl.LazyFrame,
) -> pl.LazyFrame:
    """Live charities that state no company but bear the current name of one live company alone.

    It is alone among the companies of a kind that charities have and those of no stated kind that
    bear the name to the same legal form; of several charities of one name it is the newest, since
    a charity that becomes a company is registered anew (Bristol Mind: 265274, then 1085171 with
    04124744). Of the 642 charities of September 2024 that state a number, 639 bear the key of a
    single company, and each of those is the one that they state.
    """
    company_keys = _current_keys(companies, company_names)
    charity_keys = _current_keys(
        charities.filter(
            pl.col("published_company_number").is_null() & ~pl.col("number").str.contains("-")
        ),
        charity_names,
    )
    same_form = pl.col("legal_form").eq_missing(pl.col("legal_form_company"))
    return (
        charity_keys.sort(pl.col("number").str.len_chars(), "number", descending=True)
        .unique("name_key", keep="first", maintain_order=True)
        .join(company_keys, on="name_key", suffix="_company")
        .filter(
            pl.col("category_company").is_in(CHARITABLE_CATEGORIES)
            | (pl.col("category_company").is_null() & same_form)
        )
        .filter(pl.len().over("name_key") == 1)
        .select(
            charity_number="number",
            company_number="number_company",
            other_evidence=pl.lit("same name"),
        )
    )


def _current_keys(organisations: pl.LazyFrame, names: pl.LazyFrame) -> pl.LazyFrame:
    return (
        names.filter((pl.col("name_kind") == "current") & pl.col("name_key").is_not_null())
        .select("number", "name_key", "legal_form")
        .join(
            organisations.filter("is_live").select("number", "category"),
            on="number",
        )
    )


def _with_other(
    organisations: pl.LazyFrame, links: pl.DataFrame, own: str, other: str, other_register: str
) -> pl.LazyFrame:
    return organisations.join(
        links.lazy().select("other_evidence", number=own, other_number=other),
        on="number",
        how="left",
    ).with_columns(
        other_register=pl.when(pl.col("other_number").is_not_null()).then(pl.lit(other_register))
    )


def _parts(registers_dir: Path, register: str) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    organisations, names = part_paths(parts_dir(registers_dir), register)
    if not organisations.is_file() or not names.is_file():
        return PART_ORGANISATIONS.to_frame().lazy(), ORGANISATION_NAMES.to_frame().lazy()
    return (
        pl.scan_parquet(organisations).select(PART_ORGANISATIONS.names()),
        pl.scan_parquet(names).select(ORGANISATION_NAMES.names()),
    )
