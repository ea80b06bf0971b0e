"""Dagster wiring of the registers: one asset for each, refreshed together once a month."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import dagster as dg

from pipeline.errors import AnchorspendError
from pipeline.locking import warehouse_lock
from pipeline.registers.downloads import RegisterSession, register_sources
from pipeline.registers.loading import REGISTER_NAMES, RegisterSnapshot
from pipeline.run import refresh_registers
from pipeline.settings import Settings

DESCRIPTIONS = {
    "coh": "Live companies of Companies House, with previous names.",
    "chc": "Charities of England and Wales, with other names.",
    "mpr": "Societies of the Mutuals Public Register.",
    "gias": "Schools of Get Information about Schools.",
    "ods": "NHS trusts, commissioners and practices of the Organisation Data Service.",
    "lad": "Councils since 2012 and their districts, from the built-in registry.",
    "pub": "Central bodies, police, fire, funds and known payees, from the built-in registry.",
    "postcodes": "Postcodes with coordinates, wards, districts and regions (NSPL or ONSPD).",
    "wards": "Boundaries of wards, generalised to 20 m (Office for National Statistics).",
    "districts": "Boundaries of local authority districts, likewise.",
}
# Companies House and the charities publish monthly or oftener, the ONS quarterly.
OLDEST_DAYS = {"coh": 75, "chc": 75, "postcodes": 240}


def register_key(register: str) -> dg.AssetKey:
    """The asset of one register."""
    return dg.AssetKey(["registers", REGISTER_NAMES[register]])


REGISTER_KEYS = [register_key(register) for register in REGISTER_NAMES]


def register_assets(settings: Settings) -> dg.AssetsDefinition:
    """Every register as an optional output of one subsettable asset, as publishers are.

    One that cannot be had or is refused turns its check red and is left unmaterialised: the last
    good one stays in use. The run fails at its end, naming those.
    """

    @dg.multi_asset(
        name="refresh_registers",
        can_subset=True,
        specs=[
            dg.AssetSpec(
                register_key(register),
                group_name="registers",
                kinds={"duckdb", "parquet"},
                description=description,
                skippable=True,
            )
            for register, description in DESCRIPTIONS.items()
        ],
        check_specs=[
            dg.AssetCheckSpec(
                "refreshed",
                asset=register_key(register),
                description="The published file was found, is whole, has the columns it should, "
                "and is not older or much smaller than the one in use.",
            )
            for register in DESCRIPTIONS
        ]
        + [
            dg.AssetCheckSpec(
                "age",
                asset=register_key(register),
                description=f"The register in use is at most {days} days old.",
            )
            for register, days in OLDEST_DAYS.items()
        ],
    )
    def refresh(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        chosen = [one for one in DESCRIPTIONS if register_key(one) in context.selected_asset_keys]
        sources = [one for one in register_sources() if one.register in chosen]
        with warehouse_lock(settings.warehouse), RegisterSession(settings.contact) as web:
            report = refresh_registers(settings, web, sources)
        failed = []
        for snapshot in report.snapshots:
            if snapshot.register not in chosen:
                continue
            key = register_key(snapshot.register)
            problem = report.problem(snapshot.register)
            if problem is None:
                yield dg.MaterializeResult(asset_key=key, metadata=_metadata(snapshot))
            else:
                failed.append(REGISTER_NAMES[snapshot.register])
            yield dg.AssetCheckResult(
                asset_key=key,
                check_name="refreshed",
                passed=problem is None,
                description=problem or f"{snapshot.outcome}, {snapshot.rows} rows",
            )
            if snapshot.register in OLDEST_DAYS:
                yield _age(snapshot, datetime.now(UTC).date())
        if failed:
            raise dg.Failure(f"not refreshed: {', '.join(failed)}")

    return refresh


def registers_in_use(settings: Settings, key: dg.AssetKey) -> dg.AssetCheckResult:
    """Take up the registers that are there; red where one is refused or no company is known."""
    try:
        report = refresh_registers(settings)
        problem = report.refused
        companies = sum(one.rows for one in report.snapshots if one.register == "coh")
        if not (problem or companies):
            problem = (
                "No register of companies has been loaded, so no company is found: run the job "
                "`registers`, or set ANCHORSPEND_REGISTERS."
            )
    except AnchorspendError as error:
        problem = str(error)
    return dg.AssetCheckResult(
        asset_key=key,
        check_name="registers_in_use",
        passed=problem is None,
        description=problem or "every register is taken up",
    )


def _metadata(snapshot: RegisterSnapshot) -> dict[str, Any]:
    return {
        "dagster/row_count": snapshot.rows,
        "outcome": snapshot.outcome,
        "files": ", ".join(snapshot.source_files),
        "sha256": snapshot.sha256,
        "snapshot_date": str(snapshot.snapshot_date or ""),
    }


def _age(snapshot: RegisterSnapshot, today: date) -> dg.AssetCheckResult:
    days = (today - snapshot.snapshot_date).days if snapshot.snapshot_date else None
    return dg.AssetCheckResult(
        asset_key=register_key(snapshot.register),
        check_name="age",
        passed=days is not None and days <= OLDEST_DAYS[snapshot.register],
        severity=dg.AssetCheckSeverity.WARN,
        description="its date is not known" if days is None else f"{days} days old",
    )
