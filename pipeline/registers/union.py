"""Puts the registers side by side: one table of organisations, one of their names."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from pipeline.registers.common_words import write_common_words
from pipeline.registers.names import with_name_key
from pipeline.registers.parts import parts_dir, scan_part
from pipeline.registers.schema import (
    ORGANISATION_FLAGS,
    ORGANISATION_NAMES,
    ORGANISATIONS,
    table_path,
    write_whole,
)

# The registers of organisations, in the order in which one organisation's entries are named.
REGISTERS_OF_ORGANISATIONS = ("coh", "chc", "mpr", "gias", "ods", "lad", "pub")
# A short name is borne by many ("MOSAIC").
SHORTEST_TELLING_KEY = 12
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


def write_organisations(registers_dir: Path, sha256_by_register: Mapping[str, str]) -> None:
    """Writes organisations and organisation_names from the parts; an absent part is empty."""
    parts = {name: scan_part(registers_dir, name) for name in REGISTERS_OF_ORGANISATIONS}
    companies, company_names = parts["coh"]
    charities, charity_names = parts["chc"]
    stated = stated_links(charities).collect()
    inferred = same_name_links(companies, company_names, charities, charity_names).collect()
    named = pl.concat([stated, inferred.join(stated, on="company_number", how="anti")])
    renamed = other_name_links(companies, company_names, charities, charity_names).collect()
    links = pl.concat(
        [
            named,
            renamed.join(named, on="company_number", how="anti").join(
                named, on="charity_number", how="anti"
            ),
        ]
    )
    organisations = pl.concat(
        [
            _with_other(companies, links, "company_number", "charity_number", "chc"),
            _with_other(charities, links, "charity_number", "company_number", "coh"),
            _with_company(parts["mpr"][0], society_links(parts["mpr"][0], companies)),
            _with_company(
                parts["gias"][0],
                parts["gias"][0]
                .filter(pl.col("published_company_number").is_not_null())
                .select(
                    "number",
                    other_number="published_company_number",
                    other_evidence=pl.lit("run by"),
                ),
            ),
            _with_company(parts["ods"][0], None),
            _with_company(parts["lad"][0], None),
            _with_company(
                parts["pub"][0],
                named_companies(parts["pub"][1], companies, company_names).select(
                    "number", "other_number", other_evidence=pl.lit("same name")
                ),
            ),
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
        pl.concat([names for _, names in parts.values()]).select(ORGANISATION_NAMES.names()),
        table_path(registers_dir, "organisation_names"),
    )
    write_common_words(registers_dir)
    _write_flags(registers_dir, companies, company_names)


def society_links(societies: pl.LazyFrame, companies: pl.LazyFrame) -> pl.LazyFrame:
    """Which society of the Mutuals Public Register is which entry of Companies House.

    The numbers differ in the prefix: 10002R is IP10002R there (SP in Scotland, NP in Northern
    Ireland, RS since 2014, written with leading zeros); where several fit, none is taken.
    """
    plain = r"^(?:IP|SP|NP|RS|NO)?0*(.+)$"
    stated = pl.col("published_company_number")
    by_digits = companies.filter(pl.col("number").str.contains(r"^(?:IP|SP|NP|RS|NO)[0-9]")).select(
        digits=pl.col("number").str.extract(plain), other_number="number"
    )
    return (
        societies.with_columns(digits=pl.coalesce(stated, pl.col("number")).str.extract(plain))
        .join(by_digits, on="digits")
        .filter(stated.is_null() | (stated == pl.col("other_number")))
        .filter((pl.len().over("number") == 1) & (pl.len().over("other_number") == 1))
        .select("number", "other_number", other_evidence=pl.lit("same number"))
    )


def named_companies(
    names: pl.LazyFrame, companies: pl.LazyFrame, company_names: pl.LazyFrame
) -> pl.LazyFrame:
    """The one live company that bears one of a body's names to the letter of its legal form."""
    wanted = names.filter(pl.col("legal_form").is_not_null()).select(
        "number", "name_key", "legal_form"
    )
    return (
        _current_keys(companies, company_names)
        .rename({"number": "other_number"})
        .join(wanted, on=["name_key", "legal_form"])
        .unique(["number", "other_number"])
        .filter(pl.len().over("number") == 1)
    )


def _write_flags(registers_dir: Path, companies: pl.LazyFrame, company_names: pl.LazyFrame) -> None:
    """Writes the flags, with the numbers of the companies that they are about."""
    part = flags_path(parts_dir(registers_dir))
    target = table_path(registers_dir, "organisation_flags")
    if not part.is_file():
        write_whole(ORGANISATION_FLAGS.to_frame().lazy(), target)
        return
    flags = pl.scan_parquet(part)
    bodies = flags.filter(pl.col("name").is_null())
    body_links = named_companies(scan_part(registers_dir, "pub")[1], companies, company_names)
    of_body_companies = (
        bodies.join(body_links.select("number", "other_number"), on="number")
        .drop("number")
        .rename({"other_number": "number"})
        .with_columns(register=pl.lit("coh"))
    )
    by_name = with_name_key(flags.filter(pl.col("name").is_not_null()).drop("number"), "name")
    found = named_companies(
        by_name.select("name_key", "legal_form", number="name"), companies, company_names
    ).select(name="number", number="other_number")
    write_whole(
        pl.concat(
            [
                bodies,
                of_body_companies,
                flags.drop("number").join(found, on="name"),
            ],
            how="diagonal",
        )
        .select(ORGANISATION_FLAGS.names())
        .sort("register", "number"),
        target,
    )


def flags_path(folder: Path) -> Path:
    """The Parquet file of flags in a folder of parts."""
    return folder / "pub.flags.parquet"


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


def other_name_links(
    companies: pl.LazyFrame,
    company_names: pl.LazyFrame,
    charities: pl.LazyFrame,
    charity_names: pl.LazyFrame,
) -> pl.LazyFrame:
    """Live charities of which one alone bears or bore the current name of one charitable company.

    PLAY BRADFORD, once ECCLESHILL ADVENTURE PLAYGROUND, is the company that still has that name.
    """
    company_keys = _current_keys(companies, company_names).filter(
        (
            pl.col("category").is_in(CHARITABLE_CATEGORIES)
            | (pl.col("category").is_null() & pl.col("legal_form").is_null())
        )
        & (pl.col("name_key").str.len_chars() >= SHORTEST_TELLING_KEY)
        & (pl.len().over("name_key") == 1)
    )
    unstated = charities.filter(
        pl.col("published_company_number").is_null()
        & ~pl.col("number").str.contains("-")
        & pl.col("is_live")
    ).select("number")
    return (
        charity_names.filter(pl.col("name_key").is_not_null())
        .select("number", "name_key")
        .unique()
        .filter(pl.len().over("name_key") == 1)
        .join(unstated, on="number")
        .join(company_keys, on="name_key", suffix="_company")
        .filter(pl.len().over("number") == 1)
        .select(
            charity_number="number",
            company_number="number_company",
            other_evidence=pl.lit("other name"),
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


def _with_company(organisations: pl.LazyFrame, links: pl.LazyFrame | None) -> pl.LazyFrame:
    if links is None:
        links = pl.LazyFrame(
            schema={"number": pl.String, "other_number": pl.String, "other_evidence": pl.String}
        )
    return organisations.join(
        links.select("other_evidence", "number", "other_number"), on="number", how="left"
    ).with_columns(other_register=pl.when(pl.col("other_number").is_not_null()).then(pl.lit("coh")))
