"""Matches what is new, keeps what was decided, and lists what a new register changed."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.match.clusters import link_spellings
from pipeline.match.suppliers import CANDIDATES, DECISIONS, MatchResult, match_each
from pipeline.registers.loading import LEDGER_NAME
from pipeline.registers.schema import write_whole
from pipeline.whole_files import written_whole

MATCHING_CODE = (*sorted(Path(__file__).parent.glob("*.py")),
                 *sorted(Path(__file__).parent.glob("*.yml")))  # fmt: skip
# What decides about a supplier by itself, beside its id, which is a digest of the rest.
KEPT_DECISIONS = pl.Schema([*DECISIONS.items(), ("is_redacted", pl.Boolean())])
CHANGES = pl.Schema(
    {
        "supplier_id": pl.String,
        "decision_before": pl.String,
        "register_before": pl.String,
        "number_before": pl.String,
        "decision": pl.String,
        "register": pl.String,
        "number": pl.String,
    }
)


@dataclass(frozen=True)
class Night:
    """The result for all suppliers, how many were matched anew, and whose organisation changed."""

    result: MatchResult
    matched_anew: int
    changes: pl.DataFrame


def match_night(
    suppliers: pl.DataFrame,
    registers_dir: Path,
    kept_dir: Path,
    overrides: pl.DataFrame | None = None,
) -> Night:
    """Decides all suppliers, looking up only those that were not there last time.

    What each supplier is by itself is kept in `kept_dir`; linked spellings are decided again from
    it every time, so that the result is that of a full run. With other registers, overrides or
    matching code everything is looked up anew, and `changes` (CHANGES) lists the suppliers known
    before whose organisation is another one now.
    """
    state = _state(registers_dir, overrides)
    decisions, candidates, decided_before, kept_state = _kept(kept_dir)
    reusable = decisions if kept_state == state else decisions.clear()
    current = suppliers.select("supplier_id", pl.col("is_redacted").fill_null(value=False))
    reused = reusable.join(current, on=["supplier_id", "is_redacted"], how="semi")
    new = suppliers.join(reused.select("supplier_id"), on="supplier_id", how="anti")
    looked_up = match_each(new, registers_dir, overrides)
    each = MatchResult(
        reused.drop("is_redacted").vstack(looked_up.decisions).sort("supplier_id"),
        candidates.join(reused.select("supplier_id"), on="supplier_id", how="semi")
        .vstack(looked_up.candidates)
        .sort("supplier_id", "register", "number"),
    )
    result = MatchResult(*link_spellings(suppliers, each.decisions, each.candidates))
    changes = (
        CHANGES.to_frame() if kept_state == state else _changes(decided_before, result.decisions)
    )
    _keep(kept_dir, each.decisions.join(current, on="supplier_id"), each.candidates, result, state)
    return Night(result, new.height, changes)


def _changes(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    compared = ["decision", "register", "number"]
    return (
        before.select("supplier_id", *compared)
        .join(after.select("supplier_id", *compared), on="supplier_id", suffix="_after")
        .filter(
            ~pl.struct(compared).eq_missing(
                pl.struct(pl.col(f"{name}_after").alias(name) for name in compared)
            )
        )
        .select(
            "supplier_id",
            *(pl.col(name).alias(f"{name}_before") for name in compared),
            *(pl.col(f"{name}_after").alias(name) for name in compared),
        )
        .match_to_schema(CHANGES)
        .sort("supplier_id")
    )


def _state(registers_dir: Path, overrides: pl.DataFrame | None) -> str:
    """A digest of what decides about suppliers: registers, overrides and code."""
    ledger = registers_dir / LEDGER_NAME
    published = (
        json.loads(ledger.read_text(encoding="utf-8")).get("published") if ledger.is_file() else {}
    )
    digest = hashlib.sha256(json.dumps(published, sort_keys=True).encode())
    if overrides is not None:
        digest.update(overrides.drop("line").write_json().encode())
    for path in MATCHING_CODE:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _kept(kept_dir: Path) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, str | None]:
    """What each supplier was by itself, which organisations it could be, what it was, the state."""
    state = kept_dir / "state.txt"
    if not state.is_file():
        return (
            KEPT_DECISIONS.to_frame(),
            CANDIDATES.to_frame(),
            DECISIONS.to_frame(),
            None,
        )
    return (
        pl.read_parquet(kept_dir / "each_decision.parquet").select(KEPT_DECISIONS.names()),
        pl.read_parquet(kept_dir / "each_candidate.parquet").select(CANDIDATES.names()),
        pl.read_parquet(kept_dir / "linked_decision.parquet").select(DECISIONS.names()),
        state.read_text(encoding="utf-8"),
    )


def _keep(
    kept_dir: Path,
    decisions: pl.DataFrame,
    candidates: pl.DataFrame,
    linked: MatchResult,
    state: str,
) -> None:
    """Writes what is kept; the state goes first and comes last, so that a crash keeps nothing."""
    state_path = kept_dir / "state.txt"
    state_path.unlink(missing_ok=True)
    write_whole(decisions.lazy(), kept_dir / "each_decision.parquet")
    write_whole(candidates.lazy(), kept_dir / "each_candidate.parquet")
    write_whole(linked.decisions.lazy(), kept_dir / "linked_decision.parquet")
    with written_whole(state_path) as beside:
        beside.write_text(state, encoding="utf-8")
