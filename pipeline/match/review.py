"""The pounds-heaviest undecided suppliers, with candidates, as rows of supplier_overrides.csv."""

from datetime import date
from pathlib import Path

import polars as pl

from pipeline.match.overrides import COLUMNS
from pipeline.match.suppliers import MatchResult
from pipeline.registers.schema import scan_table

MOST_CANDIDATES = 5


def review_rows(
    suppliers: pl.DataFrame, result: MatchResult, registers_dir: Path, on: date, limit: int = 100
) -> pl.DataFrame:
    """Ready override rows of the undecided suppliers with the most pounds, heaviest first.

    `suppliers` has amount_gbp beside publisher_id and supplier_name. Each undecided name has a row
    for every organisation it could be and one for none of them; a person keeps the right one,
    writes the reason and deletes the columns behind decided_on: amount_gbp, register_name,
    postcode, is_live. Persons and withheld names are not listed.
    """
    undecided = (
        suppliers.join(
            result.decisions.filter(
                (pl.col("decision") != "matched")
                & ~pl.col("class").is_in(["person", "redacted"])
                & ~pl.col("method").eq("override").fill_null(value=False)
            ).select("supplier_id", "decision"),
            on="supplier_id",
        )
        .filter(pl.col("supplier_name").is_not_null() & (pl.col("amount_gbp") > 0))
        .sort("amount_gbp", "supplier_id", descending=[True, False])
        .head(limit)
        .with_row_index("position")
    )
    organisations = (
        scan_table(registers_dir, "organisations")
        .join(
            result.candidates.lazy().select("register", "number").unique(),
            on=["register", "number"],
            how="semi",
        )
        .select("register", "number", "postcode", "is_live", register_name="name")
        .collect(engine="streaming")
    )
    matches = (
        undecided.join(result.candidates, on="supplier_id")
        .join(organisations, on=["register", "number"])
        .sort("position", ~pl.col("is_live").fill_null(value=False), "register", "number")
        .filter(pl.int_range(pl.len()).over("position") < MOST_CANDIDATES)
        .with_columns(
            decision=pl.lit("matched"),
            number=pl.concat_str("register", pl.lit(":"), "number"),
        )
    )
    none = undecided.with_columns(decision=pl.lit("none"))
    return (
        pl.concat([matches, none], how="diagonal")
        .sort("position", pl.col("decision") == "none", maintain_order=True)
        .select(
            pl.col("supplier_name").alias("supplier"),
            pl.col("publisher_id").alias("publisher"),
            "decision",
            "number",
            reason=pl.lit(None, pl.String),
            decided_on=pl.lit(on.isoformat()),
            amount_gbp="amount_gbp",
            register_name="register_name",
            postcode="postcode",
            is_live="is_live",
        )
        .select(*COLUMNS, "amount_gbp", "register_name", "postcode", "is_live")
    )
