"""Decides which organisation each supplier is, and abstains where more than one could be."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.match.classes import is_never_matched, with_payee_class
from pipeline.match.clusters import link_spellings
from pipeline.match.overrides import overridden
from pipeline.match.possible import (
    FALLBACK_REGISTERS,
    FORM_CONFLICTS,
    FORM_NEAR,
    PUBLIC_REGISTERS,
    REGISTER_RANKS,
    by_name_key,
    by_near_name,
    by_number,
)
from pipeline.match.spellings import public_spellings, spellings
from pipeline.registers.names import with_name_key
from pipeline.registers.postcodes import clean_postcode
from pipeline.registers.schema import scan_table

DECISIONS = pl.Schema(
    {
        "supplier_id": pl.String,
        "decision": pl.String,
        "class": pl.String,
        "register": pl.String,
        "number": pl.String,
        "register_name": pl.String,
        "postcode": pl.String,
        "other_register": pl.String,
        "other_number": pl.String,
        "score": pl.Float64,
        "method": pl.String,
        "runner_up_number": pl.String,
    }
)
CANDIDATES = pl.Schema({"supplier_id": pl.String, "register": pl.String, "number": pl.String})
# Industrial and provident and other registered societies, by their prefix in the register.
MUTUAL_NUMBER = r"^(?:IP|RS|SP|NP|NO)"
# What makes one organisation a better answer than another, in this order.
QUALITIES = [
    "form_conflicts",
    "cost",
    "is_fallback",
    "rank",
    "form_rank",
    "is_ended",
    "kind_rank",
    "is_other_form",
    "is_respelt",
    "adds_form",
    "is_superseded",
    "elsewhere",
]
# How much nearer the nearest name must be than the next organisation's.
MARGIN = 0.2


@dataclass(frozen=True)
class MatchResult:
    """One row per supplier (DECISIONS), and the organisations that each can be (CANDIDATES)."""

    decisions: pl.DataFrame
    candidates: pl.DataFrame


def match_suppliers(
    suppliers: pl.DataFrame, registers_dir: Path, overrides: pl.DataFrame | None = None
) -> MatchResult:
    """Decides each supplier: matched to one organisation, ambiguous among several, or none.

    `suppliers` has supplier_id (unique), publisher_id, supplier_name, supplier_postcode,
    company_number, charity_number, vat_number, is_redacted and perhaps supplier_id_as_published;
    the answer is in order of supplier_id. Overrides are those of `read_overrides`.
    """
    each = match_each(suppliers, registers_dir, overrides)
    return MatchResult(*link_spellings(suppliers, each.decisions, each.candidates))


def match_each(
    suppliers: pl.DataFrame, registers_dir: Path, overrides: pl.DataFrame | None = None
) -> MatchResult:
    """Decides each supplier by itself, whoever else is asked about."""
    if overrides is not None:
        decided = overridden(suppliers, overrides)
        by_rule = match_each(suppliers.join(decided, on="supplier_id", how="anti"), registers_dir)
        return _with_overrides(by_rule, decided, registers_dir)
    named = (
        with_name_key(suppliers.lazy(), "supplier_name")
        .pipe(with_payee_class, "supplier_name")
        .with_columns(
            claimed=pl.when(pl.col("is_redacted").fill_null(value=False))
            .then(pl.lit("redacted"))
            .otherwise(pl.col("claimed"))
        )
        .collect()
    )
    may_have_number = named.filter(~pl.col("claimed").is_in(["redacted", "person"]))
    is_public = pl.col("claimed").is_in(["public_body", "gp_practice"])
    read = pl.concat(
        [
            spellings(named.filter(~is_never_matched(pl.col("claimed")))),
            public_spellings(named.filter(is_public)),
        ]
    )
    exact = pl.concat(
        [by_number(may_have_number, registers_dir), by_name_key(read, registers_dir)],
        how="diagonal",
    )
    near = by_near_name(read.join(exact, on="supplier_id", how="anti"), registers_dir)
    possible = pl.concat([exact, near], how="diagonal").with_columns(
        pl.col("cost").fill_null(0.0), pl.col("is_respelt").fill_null(value=False)
    )
    units = _best_of_each_unit(possible, suppliers)
    decided = _decided(units)
    decisions = (
        named.select("supplier_id", "claimed")
        .join(decided, on="supplier_id", how="left")
        .with_columns(pl.col("decision").fill_null("none"))
        .with_columns(_class().alias("class"))
        .select(DECISIONS.names())
        .cast(DECISIONS)
        .sort("supplier_id")
    )
    return MatchResult(decisions, _candidates(units, decisions))


def _with_overrides(
    by_rule: MatchResult, decided: pl.DataFrame, registers_dir: Path
) -> MatchResult:
    """What the rules decide and, of other suppliers, what a person has decided."""
    organisations = (
        scan_table(registers_dir, "organisations")
        .join(decided.lazy().select("register", "number"), on=["register", "number"], how="semi")
        .select(
            "register",
            "number",
            "category",
            "postcode",
            "other_register",
            "other_number",
            register_name="name",
        )
        .collect(engine="streaming")
    )
    by_hand = (
        decided.join(organisations, on=["register", "number"], how="left")
        .with_columns(
            decision=pl.when("is_match").then(pl.lit("matched")).otherwise(pl.lit("none")),
            claimed=pl.col("decided_class").fill_null("unknown"),
            score=pl.when("is_match").then(pl.lit(1.0)),
            method=pl.lit("override"),
            runner_up_number=pl.lit(None, pl.String),
        )
        .with_columns(_class().alias("class"))
        .select(DECISIONS.names())
        .cast(DECISIONS)
    )
    chosen = by_hand.filter(pl.col("decision") == "matched").select(CANDIDATES.names())
    return MatchResult(
        by_rule.decisions.vstack(by_hand).sort("supplier_id"),
        by_rule.candidates.vstack(chosen).sort("supplier_id", "register", "number"),
    )


def _best_of_each_unit(possible: pl.DataFrame, suppliers: pl.DataFrame) -> pl.DataFrame:
    """The best fit of every organisation to every supplier, best organisation first."""
    has_formless = (
        (pl.col("registered_form").is_null() & (pl.col("kind_rank") == 0))
        .any()
        .over("supplier_id", "rank")
    )
    paid_at = suppliers.select("supplier_id", paid_at=clean_postcode(pl.col("supplier_postcode")))
    return (
        possible.join(paid_at, on="supplier_id", how="left")
        .with_columns(
            form_conflicts=pl.col("form_rank") == FORM_CONFLICTS,
            is_ended=~pl.col("is_live").fill_null(value=False),
            elsewhere=~pl.col("paid_at").eq(pl.col("postcode")).fill_null(value=False),
            register_rank=pl.col("register").replace_strict(REGISTER_RANKS, return_dtype=pl.Int8),
            is_fallback=pl.col("register").is_in(FALLBACK_REGISTERS)
            & ~pl.col("unit").str.starts_with("coh:"),
            # A name without a form is rather that of the body whose whole name it is than that of
            # a CIC or LLP of the same short name; publishers leave out LTD and PLC at will, so that
            # these count only between names that are spelt alike.
            is_other_form=pl.col("registered_form")
            .is_in(["CIC", "LLP", "LP", "CIO"])
            .fill_null(value=False)
            & has_formless,
            adds_form=pl.col("registered_form").is_not_null() & has_formless,
            # The charity that a company grew out of often stays in the register with its name.
            is_superseded=(pl.col("register") == "chc")
            & pl.col("other_number").is_null()
            & pl.col("other_number").is_not_null().any().over("supplier_id"),
        )
        .sort("supplier_id", *QUALITIES, "register_rank", "unit", "number")
        .unique(["supplier_id", "unit"], keep="first", maintain_order=True)
        .with_columns(tier=pl.struct(QUALITIES).rank("dense").over("supplier_id"))
    )


def _decided(units: pl.DataFrame) -> pl.DataFrame:
    """The first organisation of each supplier, matched where it stands alone in its tier."""
    return (
        units.group_by("supplier_id", maintain_order=True)
        .agg(
            pl.col(
                "register",
                "number",
                "register_name",
                "postcode",
                "other_register",
                "other_number",
                "method",
                "category",
                "form_conflicts",
                "form_rank",
                "kind_rank",
                "rank",
                "cost",
            ).first(),
            equals=(
                (pl.col("tier") == pl.col("tier").first())
                | pl.col("cost").is_between(0.1, pl.col("cost").first() + MARGIN)
            ).sum(),
            runner_up_number=pl.col("number").get(1, null_on_oob=True),
        )
        .with_columns(
            decision=pl.when((pl.col("equals") == 1) & ~pl.col("form_conflicts"))
            .then(pl.lit("matched"))
            .otherwise(pl.lit("ambiguous")),
            score=_score(),
        )
    )


def _score() -> pl.Expr:
    """1 for a stated number; for names a little less with each step away from the letter."""
    by_name = (
        0.99
        - 0.01 * pl.col("rank")
        - 0.01 * pl.col("kind_rank")
        - 0.02 * (pl.col("form_rank") == FORM_NEAR)
        - 0.30 * pl.col("form_conflicts")
        - 0.20 * pl.col("cost")
    )
    return pl.when(pl.col("rank") < 0).then(1.0).otherwise(by_name).round(4)


def _class() -> pl.Expr:
    matched = pl.col("decision") == "matched"
    return (
        pl.when(~matched)
        .then(pl.col("claimed"))
        .when(pl.col("category") == "gp_practice")
        .then(pl.lit("gp_practice"))
        .when(pl.col("register").is_in(PUBLIC_REGISTERS))
        .then(pl.lit("public_body"))
        .when(pl.col("register") == "gias")
        .then(pl.lit("school"))
        .when((pl.col("register") == "chc") | (pl.col("other_register") == "chc"))
        .then(pl.lit("charity"))
        .when((pl.col("register") == "mpr") | pl.col("number").str.contains(MUTUAL_NUMBER))
        .then(pl.lit("mutual"))
        .when(pl.col("category") == "Academy Trust")
        .then(pl.lit("school"))
        .otherwise(pl.lit("company"))
    )


def _candidates(units: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """The one organisation of a matched supplier, every possible one of an ambiguous supplier."""
    first = pl.int_range(pl.len()).over("supplier_id") == 0
    return (
        units.with_columns(is_first=first)
        .join(decisions.select("supplier_id", "decision"), on="supplier_id")
        .filter(pl.col("is_first") | (pl.col("decision") == "ambiguous"))
        .select(CANDIDATES.names())
        .cast(CANDIDATES)
        .sort("supplier_id", "register", "number")
    )
