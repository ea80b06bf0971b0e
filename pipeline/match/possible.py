"""Which organisations a supplier could be, and how well each fits."""

from pathlib import Path

import polars as pl

from pipeline.match.near import near_names
from pipeline.registers.charities import charity_number
from pipeline.registers.companies import company_number
from pipeline.registers.names import clean_words, legal_forms, without_form
from pipeline.registers.schema import scan_table

# How a stated legal form fits an organisation's: the same or none stated, one that publishers
# take for the other, or that of a different body ("ACS LIMITED" is not the charity ACS).
FORM_FITS, FORM_NEAR, FORM_CONFLICTS = 0, 1, 2
# So many words of a charity's name are no firm's: "HEART OF ENGLAND MENCAP LTD" is the charity.
FEWEST_WORDS_OF_CHARITY = 3
KIND_RANKS = {"current": 0, "working": 1, "previous": 2}
# Which entry names an organisation that stands in several registers.
REGISTER_RANKS = {"pub": 0, "coh": 1, "chc": 2, "mpr": 3, "gias": 4, "ods": 5, "lad": 6}
PUBLIC_REGISTERS = ("lad", "ods", "pub")
# A name is looked for here only where no company, charity or mutual bears it.
FALLBACK_REGISTERS = ("gias", *PUBLIC_REGISTERS)
# Every number stands above every name.
NUMBER_RANK = -1


def by_number(suppliers: pl.DataFrame, registers_dir: Path) -> pl.DataFrame:
    """The organisations whose number the publisher states, where the register has that number."""
    stated = pl.concat(
        suppliers.lazy().select(
            "supplier_id",
            register=pl.lit(register),
            number=number,
            method=pl.lit(method),
            rank=pl.lit(NUMBER_RANK, pl.Int8),
            kind_rank=pl.lit(order, pl.Int8),
            form_rank=pl.lit(FORM_FITS, pl.Int8),
        )
        for order, (register, number, method) in enumerate(
            [
                ("coh", company_number(pl.col("company_number")), "company_number"),
                ("chc", charity_number(pl.col("charity_number")), "charity_number"),
            ]
        )
    ).filter(pl.col("number").is_not_null())
    return _with_organisation(stated.collect(), registers_dir)


def by_name_key(spellings: pl.DataFrame, registers_dir: Path) -> pl.DataFrame:
    """The organisations that bear or bore a name with the key of one of a supplier's spellings."""
    names = (
        scan_table(registers_dir, "organisation_names")
        .filter(pl.col("name_key").is_in(spellings["name_key"].unique().implode()))
        .select(
            "register",
            "number",
            "name_kind",
            "name_key",
            registered_form="legal_form",
            registered_as="name",
        )
    )
    hits = (
        names.join(
            spellings.lazy().select(
                "supplier_id", "claimed", "rank", "reading", "legal_form", "words", "name_key"
            ),
            on="name_key",
        )
        .filter(_is_looked_for())
        .drop("claimed")
        .collect()
    )
    possible = _with_organisation(hits, registers_dir).with_columns(
        kind_rank=pl.col("name_kind").replace_strict(KIND_RANKS, return_dtype=pl.Int8),
        form_rank=_form_rank(),
        is_respelt=without_form(pl.col("words"))
        != without_form(clean_words(pl.col("registered_as"))),
        method=pl.concat_str(
            pl.lit("exact_"),
            "name_kind",
            pl.when(pl.col("reading") != "whole")
            .then(pl.concat_str(pl.lit("_"), "reading"))
            .otherwise(pl.lit("")),
        ),
    )
    return possible.drop(
        "name_kind",
        "words",
        "name_key",
        "reading",
        "legal_form",
        "registered_as",
    )


def by_near_name(spellings: pl.DataFrame, registers_dir: Path) -> pl.DataFrame:
    """The organisations with a name near to one of a supplier's spellings, of no other form."""
    claims = spellings.select("supplier_id", "claimed").unique()
    hits = (
        near_names(spellings, registers_dir)
        .join(claims, on="supplier_id", maintain_order="left")
        .filter(_is_looked_for())
        .drop("claimed")
    )
    return (
        _with_organisation(hits, registers_dir)
        .with_columns(
            kind_rank=pl.col("name_kind").replace_strict(KIND_RANKS, return_dtype=pl.Int8),
            form_rank=_form_rank(),
            method=pl.concat_str("difference", pl.lit("_"), "name_kind"),
        )
        .filter(pl.col("form_rank") != FORM_CONFLICTS)
        .filter((pl.col("difference") != "branch") | _has_branches())
        .filter((pl.col("difference") != "reordered") | _is_no_firm())
        .filter(
            (pl.col("difference") != "begun")
            | _is_no_firm()
            | pl.col("registered_form").eq("CIC").fill_null(value=False)
        )
        .drop("name_kind", "reading", "legal_form", "registered_form", "difference")
    )


def _is_no_firm() -> pl.Expr:
    """Charities and public bodies: CARE OUTLOOK LTD is not OUTLOOK CARE."""
    return (
        (pl.col("register") == "chc")
        | pl.col("other_register").eq("chc").fill_null(value=False)
        | pl.col("register").is_in(PUBLIC_REGISTERS)
    )


def _is_looked_for() -> pl.Expr:
    """Whether a name that claims a class is looked for in a register."""
    register, claimed = pl.col("register"), pl.col("claimed")
    return (
        pl.when(claimed == "public_body")
        .then(register.is_in(PUBLIC_REGISTERS))
        .when(claimed == "gp_practice")
        .then(register == "ods")
        .otherwise(pl.lit(value=True))
    )


def _has_branches() -> pl.Expr:
    """Charities, and companies that need not say "Limited": firms trade under their whole name."""
    return _is_no_firm() | (
        ~pl.col("category").eq("Private Limited Company").fill_null(value=False)
    )


def _form_rank() -> pl.Expr:
    stated = pl.col("legal_form")
    by_category = pl.col("category").replace_strict(
        legal_forms().category_forms, default=None, return_dtype=pl.String
    )
    # A company whose name carries no form is one that need not say "Limited".
    unnamed = (
        pl.when((pl.col("register") == "coh") | (pl.col("other_register") == "coh"))
        .then(pl.lit("LTD"))
        .otherwise(pl.lit("CHARITY"))
    )
    registered = pl.coalesce("registered_form", by_category, unnamed)
    # Publishers write LTD behind charities, too; but short names are those of firms as well.
    is_charity_of_many_words = (pl.col("register") == "chc") & (
        pl.col("register_name").str.count_matches(r"\w[\w'’.]*") >= FEWEST_WORDS_OF_CHARITY
    )
    near = (
        (stated.is_in(["LTD", "PLC"]) & registered.is_in(["LTD", "PLC"]))
        | ((stated == "CIO") & (registered == "CHARITY"))
        | ((stated == "LTD") & (registered == "CHARITY") & is_charity_of_many_words)
    )
    return (
        pl.when(stated.is_null() | (stated == registered))
        .then(FORM_FITS)
        .when(near)
        .then(FORM_NEAR)
        .otherwise(FORM_CONFLICTS)
        .cast(pl.Int8)
    )


def _with_organisation(hits: pl.DataFrame, registers_dir: Path) -> pl.DataFrame:
    """Adds the organisation to each hit, and `unit`: one for a charity that is also a company."""
    numbers = hits.select("register", "number").unique()
    organisations = (
        scan_table(registers_dir, "organisations")
        # Read first, so that of other organisations nothing else is.
        .filter(pl.col("number").is_in(numbers["number"].unique().implode()))
        .join(numbers.lazy(), on=["register", "number"], how="semi")
        .select(
            "register",
            "number",
            "is_live",
            "category",
            "other_register",
            "other_number",
            "postcode",
            register_name="name",
        )
        .collect()
    )
    # Many schools are run by one company, so that they are no single organisation.
    is_company_too = (pl.col("other_register") == "coh") & (pl.col("register") != "gias")
    return hits.join(organisations, on=["register", "number"]).with_columns(
        unit=pl.when(is_company_too)
        .then(pl.concat_str(pl.lit("coh:"), "other_number"))
        .otherwise(pl.concat_str("register", pl.lit(":"), "number"))
    )
