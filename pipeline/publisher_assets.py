"""Dagster wiring of publishers: one asset for each one's payments, collected and read together."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import polars as pl

from pipeline import run as night
from pipeline.collect.archive import Archive
from pipeline.collect.attempts import DROPPED, Attempt
from pipeline.locking import warehouse_lock
from pipeline.payments import PAYMENT_COLUMNS
from pipeline.publisher_checks import CHECKS, PublisherCheck, check_publisher
from pipeline.registry.models import Publisher, Registry
from pipeline.settings import Settings

SEVERITIES = {"error": dg.AssetCheckSeverity.ERROR, "warn": dg.AssetCheckSeverity.WARN}


def payments_key(publisher_id: str) -> dg.AssetKey:
    """The asset of one publisher's payments."""
    return dg.AssetKey(["payments", publisher_id])


def payments_assets(
    settings: Settings, registry: Registry, meanings: Mapping[str, str]
) -> dg.AssetsDefinition:
    """Every publisher as an optional output of one subsettable asset (DESIGN decision 9).

    A publisher that fails turns its own check red and is left unmaterialised; the others go on,
    and the run fails at its end, naming those that failed. `meanings` says what columns hold.
    """
    publishers = sorted(registry.publishers.values(), key=lambda publisher: publisher.id)
    schema = dg.TableSchema(
        [
            dg.TableColumn(name, str(type_), meanings.get(name))
            for name, type_ in PAYMENT_COLUMNS.items()
        ]
    )

    @dg.multi_asset(
        name="collect_payments",
        can_subset=True,
        specs=[_payments_spec(publisher, registry, schema) for publisher in publishers],
        check_specs=[
            dg.AssetCheckSpec(name, asset=payments_key(publisher.id), description=description)
            for publisher in publishers
            for name, description in CHECKS.items()
        ],
    )
    def collect_payments(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        archive = Archive(settings.archive_dir)
        with warehouse_lock(settings.warehouse):
            _, faulty = night.write_registry(settings)
            failed = [f"{one} ({problem})" for one, problem in faulty.items()]
            chosen = [
                publisher
                for publisher in publishers
                if payments_key(publisher.id) in context.selected_asset_keys
            ]
            collected = night.collect(settings, chosen, context.log.info)
            for publisher in chosen:
                key = payments_key(publisher.id)
                attempts = collected[publisher.id].attempts
                try:
                    if error := collected[publisher.id].error:
                        raise error
                    files = night.normalise(settings, [publisher], context.log.info)[publisher.id]
                except Exception as error:
                    failed.append(publisher.id)
                    context.log.error(f"{publisher.name}: {error}")
                    yield _check_result(
                        key, PublisherCheck("collected", False, "error", str(error))
                    )
                    continue
                payments = pl.read_parquet(settings.payments_dir / f"{publisher.id}.parquet")
                yield dg.MaterializeResult(
                    asset_key=key, metadata=_payments_metadata(files, attempts, archive)
                )
                today = datetime.now(UTC).date()
                for check in check_publisher(publisher, attempts, files, payments, today):
                    yield _check_result(key, check)
        if failed:
            raise dg.Failure(
                f"{len(failed)} of {len(chosen) + len(faulty)} publishers were not collected, the "
                "others were: "
                f"{', '.join(failed)}. Their check `collected` says why; "
                "the last good payments of each stay in use."
            )

    return collect_payments


def _payments_spec(
    publisher: Publisher, registry: Registry, schema: dg.TableSchema
) -> dg.AssetSpec:
    towns = sorted({anchor.town for anchor in publisher.anchors} & set(registry.towns))
    metadata: dict[str, Any] = {"dagster/column_schema": schema}
    if publisher.landing_page:
        metadata["landing_page"] = dg.MetadataValue.url(publisher.landing_page)
    return dg.AssetSpec(
        payments_key(publisher.id),
        description=f"Payments published by {publisher.name}, read and compacted.",
        group_name=towns[0] if towns else "no_town",
        kinds={"polars", "parquet"},
        skippable=True,
        metadata=metadata,
    )


def _check_result(key: dg.AssetKey, check: PublisherCheck) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=check.name,
        passed=check.is_passed,
        severity=SEVERITIES[check.severity],
        description=check.detail,
    )


def _payments_metadata(
    files: pl.DataFrame, attempts: Sequence[Attempt], archive: Archive
) -> dict[str, Any]:
    speaking = files.filter("is_selected")
    outcomes = Counter(attempt.outcome for attempt in attempts)
    metadata: dict[str, Any] = {
        "dagster/row_count": int(speaking["payments"].sum()),
        "total_gbp": float(speaking["total_gbp"].sum()),
        "newest_day": str(speaking["last_date"].max() or "none"),
        "files_that_speak": speaking.height,
        "files_held": files.height,
        "files_new": outcomes["new"],
        "files_changed": outcomes["changed"],
        "files_held_back": int(files["is_held_back"].sum()),
        "rejected_rows": int(speaking["rejected"].sum()),
    }
    for file in speaking.sort("last_date", nulls_last=False).tail(1).iter_rows(named=True):
        metadata["newest_file"] = file["label"]
        metadata["newest_file_in_archive"] = dg.MetadataValue.path(
            archive.content_path(file["file_sha256"])
        )
        if not file["url"].startswith(DROPPED):
            metadata["newest_file_at_its_source"] = dg.MetadataValue.url(file["url"])
    return metadata
