"""Gets the registers anew, one of them refused or not to be had leaving the others."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import dagster as dg

from pipeline.asset_keys import register_key
from pipeline.errors import AnchorspendError
from pipeline.locking import warehouse_lock
from pipeline.registers.downloads import RegisterSession, register_sources
from pipeline.registers.loading import RegisterSnapshot
from pipeline.registers.register_names import REGISTER_NAMES
from pipeline.run import refresh_registers
from pipeline.settings import Settings


def refresh(
    context: dg.AssetExecutionContext, settings: Settings, oldest_days: Mapping[str, int]
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """What became of each register that is selected; dg.Failure at the end names those lost.

    `oldest_days` says how old some of them may be.
    """
    chosen = [one for one in REGISTER_NAMES if register_key(one) in context.selected_asset_keys]
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
        if snapshot.register in oldest_days:
            yield _age(snapshot, oldest_days[snapshot.register], datetime.now(UTC).date())
    if failed:
        raise dg.Failure(f"not refreshed: {', '.join(failed)}")


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


def _age(snapshot: RegisterSnapshot, most: int, today: date) -> dg.AssetCheckResult:
    days = (today - snapshot.snapshot_date).days if snapshot.snapshot_date else None
    return dg.AssetCheckResult(
        asset_key=register_key(snapshot.register),
        check_name="age",
        passed=days is not None and days <= most,
        severity=dg.AssetCheckSeverity.WARN,
        description="its date is not known" if days is None else f"{days} days old",
    )
