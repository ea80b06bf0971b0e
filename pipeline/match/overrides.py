"""Decisions that a person made about supplier names; they win over everything else."""

import re
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.errors import AnchorspendError
from pipeline.match.possible import REGISTER_RANKS
from pipeline.registers.names import clean_words
from pipeline.registry.load import BUILT_IN

OVERRIDES_PATH = BUILT_IN / "supplier_overrides.csv"
COLUMNS = ["supplier", "publisher", "decision", "number", "reason", "decided_on"]
# `matched` needs a number ("coh:00445790"); the others say that the name is no organisation of a
# register, or what else it is.
CLASSES_DECIDED = {"none": None, "person": "person", "public_body": "public_body",
                   "redacted": "redacted"}  # fmt: skip
NUMBER = re.compile(rf"^({'|'.join(REGISTER_RANKS)}):(\S+)$")
OVERRIDES = pl.Schema(
    {
        "line": pl.Int64,
        "override_words": pl.String,
        "publisher": pl.String,
        "is_match": pl.Boolean,
        "decided_class": pl.String,
        "register": pl.String,
        "number": pl.String,
    }
)


def read_overrides(path: Path = OVERRIDES_PATH) -> pl.DataFrame:
    """The overrides of a csv (OVERRIDES), checked; `publisher` is null where it is for all.

    Raises AnchorspendError with file and line where a row is not what it should be.
    """
    rows = pl.read_csv(path, infer_schema=False)
    if rows.columns != COLUMNS:
        raise AnchorspendError(f"{path.name}, line 1: the columns should be {', '.join(COLUMNS)}.")
    overrides = pl.DataFrame(
        [_checked(path, line, row) for line, row in enumerate(rows.iter_rows(named=True), 2)],
        schema=OVERRIDES,
    ).with_columns(clean_words(pl.col("override_words")))
    twice = overrides.filter(pl.struct("override_words", "publisher").is_duplicated())
    if twice.height:
        raise AnchorspendError(
            f"{path.name}, line {twice['line'][-1]}: {twice['override_words'][-1]} is decided "
            "twice for one publisher: keep one of the rows."
        )
    return overrides


def _checked(path: Path, line: int, row: dict[str, str | None]) -> dict[str, object]:
    def wrong(what: str) -> AnchorspendError:
        return AnchorspendError(f"{path.name}, line {line}: {what}.")

    decision, number = row["decision"], row["number"]
    found = NUMBER.match(number or "")
    if not row["supplier"]:
        raise wrong("supplier is empty: write the name as published")
    if not row["reason"]:
        raise wrong("reason is empty: say what the decision rests on")
    try:
        date.fromisoformat(row["decided_on"] or "")
    except ValueError as fault:
        raise wrong(f"decided_on is {row['decided_on']!r}: write a day as 2026-11-24") from fault
    if decision == "matched" and not found:
        raise wrong(f"number is {number!r}: write register and number as coh:00445790")
    if decision in CLASSES_DECIDED and number:
        raise wrong(f"{decision} takes no number")
    if decision != "matched" and decision not in CLASSES_DECIDED:
        raise wrong(f"decision is {decision!r}: write one of matched, {', '.join(CLASSES_DECIDED)}")
    return {
        "line": line,
        "override_words": row["supplier"],
        "publisher": row["publisher"],
        "is_match": decision == "matched",
        "decided_class": CLASSES_DECIDED.get(decision or ""),
        "register": found[1] if found else None,
        "number": found[2] if found else None,
    }


def overridden(suppliers: pl.DataFrame, overrides: pl.DataFrame) -> pl.DataFrame:
    """The override of each supplier that has one: supplier_id and the columns of OVERRIDES.

    One for the publisher goes before one for all; names are compared as cleaned words.
    """
    named = suppliers.select(
        "supplier_id", "publisher_id", override_words=clean_words(pl.col("supplier_name"))
    )
    return (
        named.join(overrides, on="override_words")
        .filter(
            pl.col("publisher").is_null()
            | pl.col("publisher").eq(pl.col("publisher_id")).fill_null(value=False)
        )
        .sort("supplier_id", pl.col("publisher").is_null())
        .unique("supplier_id", keep="first", maintain_order=True)
        .drop("publisher_id")
    )


def unused_overrides(suppliers: pl.DataFrame, overrides: pl.DataFrame) -> list[int]:
    """The lines of the overrides that no supplier needs."""
    used = overridden(suppliers, overrides)["line"]
    return overrides.filter(~pl.col("line").is_in(used.implode()))["line"].to_list()
