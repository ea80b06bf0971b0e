"""The ways in which one supplier name can be read: whole, without reference, either side of T/A."""

import polars as pl

from pipeline.registers.names import with_name_key

# "JAMES WATT LTD T/A WATT WASTE", "WITHERSLACK T/A WITHERSLACK GROUP LTD": either side can be the
# registered name, the second only where it alone states a legal form ("WHITE FALCON 11 LTD T/A
# FALCON CARE" is not FALCON CARE LIMITED).
TRADING_AS = r"(?i)\s+(?:T\s?[/\\]\s?AS?|TRADING AS|T\.A\.?|TA)[:.]?\s+"
# The construction industry scheme and the like are noted behind names ("E ON UK PLC (CIS)").
TRAILING_NOTE = (
    r"(?i)(?:\s*[-/*(\[]+\s*(?:CIS|NON CIS|NO CIS|VAT|NON VAT|BACS|DD|NEW|CLOSED|DO NOT USE|GBP)"
    r"\s*[)\]*]*|\s+CIS|\s*[-#(*\[]+\s*\d[\d/ -]*[)\]*]*|\s+[A-Z]{0,4}\d{4,}[A-Z]{0,3})+\s*$"
)
LEADING_REFERENCE = r"^(?:[A-Z]{0,2}\d{5,}\s*[-:]?\s*)+"
# "ACME LTD (LEEDS)", "ACME LIMITED - ROAD MARKING": what follows the form names a branch, unless
# it is another name (a pdf's "HC ONE LIMITED Total HOLMWOOD NURSING HOME").
BEHIND_FORM = r"(?i)^(.+?\s(?:LTD|LIMITED|PLC|LLP|CIC)\b).+$"
FORM_BEFORE_TRADING_AS = rf"(?i)\b(?:LTD|LIMITED|PLC|LLP|CIC|C\.I\.C)\b.*{TRADING_AS}"
FORM_AFTER_TRADING_AS = rf"(?i){TRADING_AS}.*\b(?:LTD|LIMITED|PLC|LLP|CIC|C\.I\.C)\b"
OTHER_NAME_BEHIND = r"(?i)\bTOTAL\b|\b(?:LTD|LIMITED|PLC|LLP|CIC|PARTNERSHIP|COMPANY)\W*$"


def spellings(suppliers: pl.DataFrame) -> pl.DataFrame:
    """Each way of reading each supplier's name, with its rank: lower is closer to the letter.

    Columns: supplier_id, rank, reading, words, legal_form, name_words, name_key.
    """
    name = pl.col("supplier_name")
    bare = name.str.replace(TRAILING_NOTE, "").str.replace(LEADING_REFERENCE, "")
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
    frames = [
        suppliers.lazy().select(
            "supplier_id",
            rank=pl.lit(rank, pl.Int8),
            reading=pl.lit(reading),
            text=text,
        )
        for rank, (reading, text) in enumerate(readings.items())
    ]
    return (
        with_name_key(pl.concat(frames), "text")
        .filter(pl.col("name_key").is_not_null())
        .drop("text")
        .collect()
        .sort("supplier_id", "rank")
        .unique(["supplier_id", "name_key", "legal_form"], keep="first", maintain_order=True)
    )
