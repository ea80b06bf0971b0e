"""The registry as Parquet files, which are what the SQL sees of it."""

from collections.abc import Collection, Iterable
from pathlib import Path

import polars as pl

from pipeline.registry.load import BUILT_IN
from pipeline.registry.models import Caveat, Publisher, Registry
from pipeline.whole_files import written_whole

Schema = dict[str, pl.DataType | type[pl.DataType]]
_AUTHORITIES = BUILT_IN / "local_authorities.csv"

TOWNS: Schema = {
    "town_id": pl.String,
    "town_name": pl.String,
    "lad_code": pl.String,
    "lad_vintage": pl.Int32,
    "county_area_id": pl.String,
    "county_area_name": pl.String,
    "region_code": pl.String,
    "region_name": pl.String,
    "is_invented": pl.Boolean,
    "caveats": pl.String,
}
TOWN_AREAS: Schema = {"town_id": pl.String, "area_id": pl.String, "is_default": pl.Boolean}
AREAS: Schema = {
    "area_id": pl.String,
    "area_name": pl.String,
    "lad_code": pl.String,
    "lad_name": pl.String,
}
PUBLISHERS: Schema = {
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
    "caveats": pl.String,
}
ANCHORS: Schema = {
    "publisher_id": pl.String,
    "town_id": pl.String,
    "anchor_basis": pl.String,
    "valid_from_date": pl.Date,
    "valid_to_date": pl.Date,
    "evidence": pl.String,
}
SERVICE_AREAS: Schema = {"publisher_id": pl.String, "lad_code": pl.String}


def registry_frames(registry: Registry) -> dict[str, pl.DataFrame]:
    """The registry's tables by name, typed even when empty and in the order of ids.

    `caveats` holds one caveat a line, each with its evidence in brackets, or null; `areas` has a
    row per LAD, with its name where local_authorities.csv gives one; a publisher without a stated
    service area has no row in `service_areas`.
    """
    return {
        "towns": pl.DataFrame(_town_rows(registry), schema=TOWNS),
        "town_areas": pl.DataFrame(_town_area_rows(registry), schema=TOWN_AREAS),
        "areas": pl.DataFrame(_area_rows(registry), schema=AREAS),
        "publishers": pl.DataFrame(
            [_publisher_row(publisher) for publisher in registry.publishers.values()],
            schema=PUBLISHERS,
        ),
        "anchors": pl.DataFrame(_anchor_rows(registry), schema=ANCHORS),
        "service_areas": pl.DataFrame(_service_area_rows(registry), schema=SERVICE_AREAS),
    }


def write_registry_frames(registry: Registry, folder: Path, kept: Collection[str] = ()) -> None:
    """Write each table as <name>.parquet into the folder, replacing the old file whole.

    Of the publishers in `kept`, which the registry does not hold today, the old file's rows stay.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in registry_frames(registry).items():
        path = folder / f"{name}.parquet"
        if kept and "publisher_id" in frame.columns and path.exists():
            before = pl.read_parquet(path).filter(pl.col("publisher_id").is_in(list(kept)))
            frame = pl.concat([frame, before.match_to_schema(frame.schema)])
        with written_whole(path) as beside:
            frame.write_parquet(beside)


def _one_per_line(caveats: Iterable[Caveat]) -> str | None:
    return "\n".join(f"{caveat.text} [{caveat.evidence}]" for caveat in caveats) or None


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
            "is_invented": town.invented,
            "caveats": _one_per_line(town.caveats),
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
    names = pl.read_csv(_AUTHORITIES, columns=["gss_code", "short_name"], infer_schema=False)
    name_of = dict(names.iter_rows())
    return [
        {
            "area_id": area.id,
            "area_name": area.name,
            "lad_code": lad_code,
            "lad_name": name_of.get(lad_code),
        }
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
        "caveats": _one_per_line(publisher.caveats),
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
