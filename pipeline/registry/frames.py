"""The registry as Parquet files, which are what the SQL sees of it."""

import os
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from pipeline.registry.models import Publisher, Registry

TOWNS = {
    "town_id": pl.String,
    "town_name": pl.String,
    "lad_code": pl.String,
    "lad_vintage": pl.Int32,
    "county_area_id": pl.String,
    "county_area_name": pl.String,
    "region_code": pl.String,
    "region_name": pl.String,
    "caveats": pl.List(pl.String),
}
TOWN_AREAS = {"town_id": pl.String, "area_id": pl.String, "is_default": pl.Boolean}
AREAS = {"area_id": pl.String, "area_name": pl.String, "lad_code": pl.String}
PUBLISHERS = {
    "publisher_id": pl.String,
    "publisher_name": pl.String,
    "publisher_kind": pl.String,
    "ons_code": pl.String,
    "amount_basis": pl.String,
    "amount_basis_evidence": pl.String,
    "threshold_gbp": pl.Decimal(18, 4),
    "cadence": pl.String,
    "publishes": pl.String,
    "publishes_evidence": pl.String,
    "is_verified": pl.Boolean,
    "discovery_rule": pl.String,
    "landing_page": pl.String,
    "first_month_date": pl.Date,
    "fewest_rows_per_file": pl.Int64,
    "most_rows_per_file": pl.Int64,
    "succeeds_publisher_ids": pl.List(pl.String),
    "licence": pl.String,
    "attribution": pl.String,
    "caveats": pl.List(pl.String),
}
ANCHORS = {
    "publisher_id": pl.String,
    "town_id": pl.String,
    "anchor_basis": pl.String,
    "valid_from_date": pl.Date,
    "valid_to_date": pl.Date,
    "evidence": pl.String,
}
SERVICE_AREAS = {"publisher_id": pl.String, "lad_code": pl.String}


def registry_frames(registry: Registry) -> dict[str, pl.DataFrame]:
    """The registry's tables by name, typed even when empty and in the order of ids.

    `caveats` are lists of texts, each with its evidence in brackets; `area_id` repeats for each
    LAD of the area; a publisher without a stated service area has no row in `service_areas`.
    """
    rows: dict[str, tuple[Mapping[str, object], list[dict[str, object]]]] = {
        "towns": (TOWNS, _town_rows(registry)),
        "town_areas": (TOWN_AREAS, _town_area_rows(registry)),
        "areas": (AREAS, _area_rows(registry)),
        "publishers": (PUBLISHERS, [_publisher_row(one) for one in registry.publishers.values()]),
        "anchors": (ANCHORS, _anchor_rows(registry)),
        "service_areas": (SERVICE_AREAS, _service_area_rows(registry)),
    }
    return {
        name: pl.DataFrame(table, schema=dict(schema), orient="row")
        for name, (schema, table) in rows.items()
    }


def write_registry_frames(registry: Registry, folder: Path) -> None:
    """Write each table as <name>.parquet into the folder, replacing the old file whole."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in registry_frames(registry).items():
        unfinished = folder / f".{name}.parquet.unfinished"
        frame.write_parquet(unfinished)
        os.replace(unfinished, folder / f"{name}.parquet")


def _town_rows(registry: Registry) -> list[dict[str, object]]:
    return [
        {
            "town_id": town.id,
            "town_name": town.name,
            "lad_code": town.lad_code,
            "lad_vintage": town.lad_vintage,
            "county_area_id": town.county_area,
            "county_area_name": registry.areas[town.county_area].name,
            "region_code": town.region_code,
            "region_name": town.region_name,
            "caveats": [str(caveat) for caveat in town.caveats],
        }
        for town in registry.towns.values()
    ]


def _town_area_rows(registry: Registry) -> list[dict[str, object]]:
    return [
        {"town_id": town.id, "area_id": area_id, "is_default": area_id == town.county_area}
        for town in registry.towns.values()
        for area_id in town.county_areas
    ]


def _area_rows(registry: Registry) -> list[dict[str, object]]:
    return [
        {"area_id": area.id, "area_name": area.name, "lad_code": lad_code}
        for area in registry.areas.values()
        for lad_code in area.lad_codes
    ]


def _publisher_row(publisher: Publisher) -> dict[str, object]:
    expected_rows = publisher.expect.rows_per_file
    return {
        "publisher_id": publisher.id,
        "publisher_name": publisher.name,
        "publisher_kind": publisher.kind,
        "ons_code": publisher.ons_code,
        "amount_basis": publisher.amount_basis,
        "amount_basis_evidence": publisher.amount_basis_evidence,
        "threshold_gbp": publisher.threshold_gbp,
        "cadence": publisher.cadence,
        "publishes": publisher.publishes,
        "publishes_evidence": publisher.publishes_evidence,
        "is_verified": publisher.verified,
        "discovery_rule": publisher.discovery.rule,
        "landing_page": publisher.landing_page,
        "first_month_date": publisher.expect.first_month,
        "fewest_rows_per_file": expected_rows.min if expected_rows else None,
        "most_rows_per_file": expected_rows.max if expected_rows else None,
        "succeeds_publisher_ids": list(publisher.succeeds),
        "licence": publisher.licence,
        "attribution": publisher.attribution,
        "caveats": [str(caveat) for caveat in publisher.caveats],
    }


def _anchor_rows(registry: Registry) -> list[dict[str, object]]:
    return [
        {
            "publisher_id": publisher.id,
            "town_id": anchor.town,
            "anchor_basis": anchor.basis,
            "valid_from_date": anchor.valid_from,
            "valid_to_date": anchor.valid_to,
            "evidence": anchor.evidence,
        }
        for publisher in registry.publishers.values()
        for anchor in publisher.anchors
    ]


def _service_area_rows(registry: Registry) -> list[dict[str, object]]:
    return [
        {"publisher_id": publisher.id, "lad_code": lad_code}
        for publisher in registry.publishers.values()
        for lad_code in registry.service_area_lads(publisher)
    ]
