"""Dagster wiring of publishers: one asset for each one's payments, collected and read together."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from pipeline.asset_keys import owners, payments_key
from pipeline.normalise.schema import PAYMENT_COLUMNS
from pipeline.registry.documents import Problem
from pipeline.registry.models import Publisher, Registry
from pipeline.settings import Settings

# What each check asserts, in the order in which they are made.
CHECKS = {
    "collected": "Every publication that the publisher lists was got, or was there already.",
    "rows_per_file": "Each file holds about as many payments as its files usually do.",
    "gbp_per_file": "Each file holds about as many pounds as its files usually do.",
    "rejected_share": "At most 2% of the payment lines could not be read.",
    "period_gaps": "Every month between the first and the newest is held.",
    "newest_row_age": "The newest month is no older than the publisher's own rhythm allows.",
    "amount_jump": "The newest month's pounds are within five times of the usual.",
}


def payments_assets(
    settings: Settings,
    registry: Registry,
    faulty: Mapping[str, Problem],
    meanings: Mapping[str, str],
) -> dg.AssetsDefinition:
    """Every publisher as an optional output of one subsettable asset (DESIGN decision 9).

    A publisher that fails, or whose YAML is `faulty`, turns its own check red and is left
    unmaterialised; the others go on, and the run fails at its end, naming those that failed.
    `meanings` says what columns hold.
    """
    publisher_ids = sorted({*registry.publishers, *faulty})
    schema = dg.TableSchema(
        [
            dg.TableColumn(name, str(type_), meanings.get(name))
            for name, type_ in PAYMENT_COLUMNS.items()
        ]
    )

    @dg.multi_asset(
        name="collect_payments",
        can_subset=True,
        specs=[
            _faulty_spec(settings, one, faulty[one])
            if one in faulty
            else _payments_spec(settings, registry.publishers[one], registry, schema)
            for one in publisher_ids
        ],
        check_specs=[
            dg.AssetCheckSpec(name, asset=payments_key(one), description=description)
            for one in publisher_ids
            for name, description in CHECKS.items()
        ],
    )
    def collect_payments(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckEvaluation]:
        from pipeline.steps.publishers import collect_payments

        yield from collect_payments(context, settings, publisher_ids)

    return collect_payments


def _payments_spec(
    settings: Settings, publisher: Publisher, registry: Registry, schema: dg.TableSchema
) -> dg.AssetSpec:
    towns = sorted({anchor.town for anchor in publisher.anchors} & set(registry.towns))
    metadata: dict[str, Any] = {
        "dagster/column_schema": schema,
        "publishes": f"{publisher.publishes}: {publisher.publishes_evidence}",
    }
    if publisher.landing_page:
        metadata["landing_page"] = dg.MetadataValue.url(publisher.landing_page)
    return dg.AssetSpec(
        payments_key(publisher.id),
        description=_what_is_published(publisher),
        group_name=towns[0] if towns else "no_town",
        kinds={"polars", "parquet"},
        owners=owners(settings),
        skippable=True,
        metadata=metadata,
    )


def _what_is_published(publisher: Publisher) -> str:
    """What an operator may expect of a publisher, and what is odd about its files."""
    if publisher.publishes in ("nothing_found", "page_not_seen"):
        first = f"No file of {publisher.name} is known of; those that are handed in are read."
    else:
        often = "" if publisher.cadence == "unknown" else f" {publisher.cadence}"
        above = f" over £{publisher.threshold_gbp:,f}" if publisher.threshold_gbp else ""
        first = f"Payments{above} that {publisher.name} publishes{often}, read and compacted."
    return "\n\n".join([first, *(f"- {caveat.text}" for caveat in publisher.caveats)])


def _faulty_spec(settings: Settings, publisher_id: str, problem: Problem) -> dg.AssetSpec:
    return dg.AssetSpec(
        payments_key(publisher_id),
        description=f"Nothing new is collected while its YAML is at fault: {problem}",
        group_name="no_town",
        kinds={"polars", "parquet"},
        owners=owners(settings),
        skippable=True,
    )
