"""Who was paid, and where: every supplier of the compacted payments matched and located."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from pipeline.errors import AnchorspendError
from pipeline.locate.suppliers import every_place, with_areas
from pipeline.match.nights import match_night
from pipeline.match.overrides import read_overrides, unused_overrides
from pipeline.match.review import review_rows
from pipeline.match.suppliers import MatchResult
from pipeline.parquet_files import write_parquet
from pipeline.payments import SUPPLIER_KEY
from pipeline.registers.addresses import ADDRESSES, scan_addresses
from pipeline.registers.row_files import write_rows
from pipeline.registers.schema import scan_table
from pipeline.settings import Settings


@dataclass(frozen=True)
class Identified:
    """What identifying all suppliers came to.

    `changes_path` is the csv of the suppliers that a new register, override or rule made another
    organisation, if there are any; `unused_overrides` are lines of supplier_overrides.csv.
    """

    decided: pl.DataFrame
    matched_anew: int
    changes: int
    changes_path: Path | None
    unused_overrides: list[int]

    def sentences(self) -> list[str]:
        """What a person is told of it."""
        told = [f"{self.matched_anew} of {self.decided.height} suppliers were matched anew"]
        if self.changes_path:
            told.append(
                f"{self.changes} suppliers are another organisation than before: "
                f"{self.changes_path}"
            )
        return told + unused_sentences(self.unused_overrides)


def identify(settings: Settings) -> Identified:
    """Match and locate every distinct supplier of the compacted payments; write all of it."""
    suppliers = distinct_suppliers(settings)
    overrides = read_overrides()
    night = match_night(
        suppliers, settings.registers_dir, settings.identified_dir / "kept", overrides
    )
    decisions, candidates = night.result.decisions, night.result.candidates
    places = every_place(suppliers, decisions, candidates, settings.registers_dir)
    decided = suppliers.drop("is_redacted").join(
        decisions, on="supplier_id", how="left", maintain_order="left"
    )
    write_parquet(decided, settings.identified_dir / "suppliers.parquet")
    write_parquet(candidates, settings.identified_dir / "candidates.parquet")
    write_parquet(places, settings.identified_dir / "supplier_places.parquet")
    _write_organisations(decisions, settings)
    return Identified(
        decided,
        night.matched_anew,
        night.changes.height,
        _write_changes(night.changes, decided, settings.identified_dir / "changes"),
        unused_overrides(suppliers, overrides),
    )


def distinct_suppliers(settings: Settings) -> pl.DataFrame:
    """Each supplier of each publisher once, in the order of supplier_id."""
    payments = pl.scan_parquet(sorted(settings.payments_dir.glob("*.parquet")))
    return (
        payments.group_by("supplier_id", *SUPPLIER_KEY)
        .agg(pl.col("is_redacted").all())
        .sort("supplier_id")
        .collect()
    )


def unused_sentences(lines: list[int]) -> list[str]:
    """What to say of overrides that no supplier needs; nothing where there are none."""
    if not lines:
        return []
    return [
        f"supplier_overrides.csv: no supplier of this warehouse needs line"
        f"{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}"
    ]


def check_overrides(settings: Settings) -> list[int]:
    """The lines of supplier_overrides.csv that no supplier of the warehouse needs, if it has any.

    Raises AnchorspendError with file and line where an override is not what it should be.
    """
    overrides = read_overrides()
    if not any(settings.payments_dir.glob("*.parquet")):
        return []
    return unused_overrides(distinct_suppliers(settings), overrides)


def review_undecided(settings: Settings, out: Path) -> int:
    """Write the undecided suppliers with the most pounds as rows that become overrides.

    Pounds are those of all selected spend files; names in card files are mostly cardholders' and
    are left out. Returns the suppliers; raises AnchorspendError where none has been identified.
    """
    suppliers_path = settings.identified_dir / "suppliers.parquet"
    if not suppliers_path.is_file():
        raise AnchorspendError(
            f"No supplier of {settings.warehouse} has been identified: run `anchorspend run` first."
        )
    kinds = pl.scan_parquet(sorted(settings.files_dir.glob("*.parquet"))).select(
        "publisher_id", "file_sha256", "kind", "reader_kind"
    )
    spent = (
        pl.scan_parquet(sorted(settings.payments_dir.glob("*.parquet")))
        .join(
            kinds.filter((pl.col("kind") == "spend") & (pl.col("reader_kind") == "spend")),
            on=["publisher_id", "file_sha256"],
            how="semi",
        )
        .group_by("supplier_id")
        .agg(pl.col("amount_gbp").sum())
        .collect()
    )
    decisions = pl.read_parquet(suppliers_path)
    rows = review_rows(
        decisions.select("supplier_id", "publisher_id", "supplier_name").join(
            spent, on="supplier_id"
        ),
        MatchResult(decisions, pl.read_parquet(settings.identified_dir / "candidates.parquet")),
        settings.registers_dir,
        datetime.now(UTC).date(),
    )
    write_rows(rows, out)
    return rows.filter(pl.col("decision") == "none").height


def _write_organisations(decisions: pl.DataFrame, settings: Settings) -> None:
    """Write what registers say of the organisations matched, and where each snapshot has them."""
    key = ["register", "number"]
    matched = decisions.filter(pl.col("decision") == "matched").select(key).unique()
    organisations = (
        scan_table(settings.registers_dir, "organisations")
        .join(matched.lazy(), on=key, how="semi")
        .drop("lad_codes", "source_sha256")
        .join(scan_table(settings.registers_dir, "organisation_flags"), on=key, how="left")
        .collect(engine="streaming")
    )
    addresses = (
        scan_addresses(settings.registers_dir)
        .join(matched.lazy(), on=key, how="semi")
        .collect(engine="streaming")
    )
    located = with_areas(addresses, settings.registers_dir).select(
        *ADDRESSES.names(), "lad_code", "region_code"
    )
    write_parquet(organisations.sort(key), settings.identified_dir / "organisations.parquet")
    write_parquet(
        located.sort(*key, "snapshot_date"),
        settings.identified_dir / "organisation_addresses.parquet",
    )


def _write_changes(changes: pl.DataFrame, decided: pl.DataFrame, folder: Path) -> Path | None:
    """Write the suppliers that are another organisation now, with the names that may be shown."""
    if changes.is_empty():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.csv"
    names = decided.select(
        "supplier_id",
        "publisher_id",
        supplier_name=pl.when(~pl.col("class").is_in(["person", "redacted"])).then("supplier_name"),
    )
    write_rows(names.join(changes, on="supplier_id", maintain_order="right"), path)
    return path
