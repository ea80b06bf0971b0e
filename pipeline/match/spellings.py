"""The ways in which one supplier name can be read: whole, without reference, either side of T/A."""

import functools
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from pipeline.knowledge import read_knowledge
from pipeline.registers.names import clean_words, with_name_key

PUBLIC_WORDS_PATH = Path(__file__).with_name("public_words.yml")
BRACKETED = r"\s*\([^)]*(?:\)|$)\s*"
BEHIND_DASH = r"\s+[-–—]\s+.*$"

# "JAMES WATT LTD T/A WATT WASTE", "WITHERSLACK T/A WITHERSLACK GROUP LTD": either side can be the
# registered name, the second only where it alone states a legal form ("WHITE FALCON 11 LTD T/A
# FALCON CARE" is not FALCON CARE LIMITED).
TRADING_AS = r"(?i)\s+(?:T\s?[/\\]\s?AS?|TRADING AS|T\.A\.?|TA)[:.]?\s+"
# "MARSH LINK (FORMERLY MARSH ARTS)" is named before it. "C/O" is no such note: mostly the payee is
# a person, who would be taken for a firm of that name.
FORMERLY = r"(?i)[\s(]+(?:FORMERLY|FORMALLY|F/K/A)\b.*$"
# The construction industry scheme and the like are noted behind names ("E ON UK PLC (CIS)").
TRAILING_NOTE = (
    r"(?i)(?:\s*[-/*(\[]+\s*(?:CIS|NON CIS|NO CIS|VAT|NON VAT|BACS|DD|NEW|CLOSED|DO NOT USE|GBP)"
    r"\s*[)\]*]*|\s+CIS|\s*[-#(*\[]+\s*\d[\d/ -]*[)\]*]*|\s+[A-Z]{0,4}\d{4,}[A-Z]{0,3})+\s*$"
)
# A pdf prints the ledger's number of the supplier before it ("UK0479435601 : Prime Care").
# "IDEAL FOR ALL PHB BC143839 15E": a personal health budget and its number.
BEHIND_NUMBER = r"(?i)\s+(?:PHB\s+)?[A-Z]{0,3}\d{5,}\b.*$"
# Two bytes of a blank that does not break, read one by one, are letters: "HOLYAA CROSSAA CENTRE".
GARBLED_BLANK = r"AA\b"
LEADING_REFERENCE = r"^(?:[A-Z]{0,3}\d{5,}[A-Z]{0,2}\d{0,3}\s*:\s*|[A-Z]{0,2}\d{5,}\s*[-:]?\s*)+"
# "ACME LTD (LEEDS)", "ACME LIMITED - ROAD MARKING": what follows the form names a branch, unless
# it is another name (a pdf's "HC ONE LIMITED Total HOLMWOOD NURSING HOME").
BEHIND_FORM = r"(?i)^(.+?\s(?:LTD|LIMITED|PLC|LLP|CIC)\b).+$"
FORM_BEFORE_TRADING_AS = rf"(?i)\b(?:LTD|LIMITED|PLC|LLP|CIC|C\.I\.C)\b.*{TRADING_AS}"
FORM_AFTER_TRADING_AS = rf"(?i){TRADING_AS}.*\b(?:LTD|LIMITED|PLC|LLP|CIC|C\.I\.C)\b"
OTHER_NAME_BEHIND = r"(?i)\bTOTAL\b|\b(?:LTD|LIMITED|PLC|LLP|CIC|PARTNERSHIP|COMPANY)\W*$"


def spellings(suppliers: pl.DataFrame) -> pl.DataFrame:
    """Each way of reading each supplier's name, with its rank: lower is closer to the letter.

    Columns: supplier_id, claimed, rank, reading, words, legal_form, name_words,
    name_key, length (letters as published).
    """
    name = pl.col("supplier_name")
    ungarbled = (
        pl.when(name.str.count_matches(GARBLED_BLANK) > 1)
        .then(name.str.replace_all(GARBLED_BLANK, " "))
        .otherwise(name)
    )
    bare = (
        ungarbled.str.replace(BEHIND_NUMBER, "")
        .str.replace(FORMERLY, "")
        .str.replace(TRAILING_NOTE, "")
        .str.replace(LEADING_REFERENCE, "")
    )
    readings = {
        "whole": name,
        "without_reference": bare,
        "before_trading_as": bare.str.replace(f"{TRADING_AS}.*$", ""),
        "after_trading_as": pl.when(
            ~bare.str.contains(FORM_BEFORE_TRADING_AS) & bare.str.contains(FORM_AFTER_TRADING_AS)
        ).then(bare.str.replace(f"^.*?{TRADING_AS}", "")),
        "without_branch": pl.when(~bare.str.contains(OTHER_NAME_BEHIND)).then(
            bare.str.replace(BEHIND_FORM, "$1")
        ),
    }
    return _keyed(suppliers, readings)


def public_spellings(suppliers: pl.DataFrame) -> pl.DataFrame:
    """The ways of reading the names of public bodies, as `spellings` gives them.

    Notes in brackets and behind a dash are an account or a way of paying ("(DD ONLY) Ribble
    Valley Borough Council", "EXETER CITY COUNCIL(RATES&C/TAX)"), and words are written out.
    """
    name = pl.col("supplier_name").str.replace(LEADING_REFERENCE, "")
    plain = name.str.replace_all(BRACKETED, " ").str.replace(BEHIND_DASH, "")
    return _keyed(
        suppliers,
        {
            "whole": name,
            "written_out": _written_out(name),
            "without_note": _written_out(plain),
        },
    )


def _written_out(name: pl.Expr) -> pl.Expr:
    words = public_words()
    return (
        pl.concat_str(pl.lit(" "), clean_words(name).str.replace_all(" ", "  "), pl.lit(" "))
        .str.replace_many([f" {word} " for word in words], [f" {word} " for word in words.values()])
        .str.replace_all(r" +", " ")
        .str.strip_chars(" ")
    )


@functools.cache
def public_words() -> Mapping[str, str]:
    """The words of public_words.yml."""
    words: Mapping[str, str] = read_knowledge(PUBLIC_WORDS_PATH)
    return words


def _keyed(suppliers: pl.DataFrame, readings: Mapping[str, pl.Expr]) -> pl.DataFrame:
    frames = [
        suppliers.lazy().select(
            "supplier_id",
            "claimed",
            rank=pl.lit(rank, pl.Int8),
            reading=pl.lit(reading),
            text=text,
        )
        for rank, (reading, text) in enumerate(readings.items())
    ]
    return (
        with_name_key(pl.concat(frames), "text")
        .filter(pl.col("name_key").is_not_null())
        .with_columns(length=pl.col("text").str.len_chars())
        .drop("text")
        .collect()
        .sort("supplier_id", "rank")
        .unique(["supplier_id", "name_key", "legal_form"], keep="first", maintain_order=True)
    )
