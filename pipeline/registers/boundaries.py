"""Boundaries of wards and districts, as the ONS geography portal publishes them in GeoJSON."""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.registers.published import RegisterRefusedError
from pipeline.registers.schema import BOUNDARIES, write_whole

# Wards of the whole UK at full resolution (BFC, BFE) are larger: pages are drawn from the
# generalised ones (BGC, BSC). Reading 71 MB took 183 MB of memory.
LARGEST_BYTES = 128 * 2**20
LONGEST_NAME = 120
# Digits after the point: a millionth of a degree of latitude is 0.1 metres.
PLACES = 6
CODE = re.compile(r"[A-Z]\d{8}")
# Columns carry the year of their codes: WD24CD, LAD24NM. Wards of 2023 do not name their district.
PREFIXES = {"wards": "WD", "districts": "LAD"}

Ring = list[list[float]]


def write_boundaries(paths: tuple[Path, ...], areas: str, boundaries: Path) -> int:
    """Writes the areas ("wards" or "districts") of GeoJSON files as Parquet; returns how many.

    Raises RegisterRefusedError where a file is not what it should be.
    """
    rows = [row for path in paths for row in _areas(path, PREFIXES[areas])]
    write_whole(pl.DataFrame(rows, schema=BOUNDARIES, orient="row").lazy(), boundaries)
    return len(rows)


def _areas(path: Path, prefix: str) -> Iterator[tuple[str, str, str | None, str]]:
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise RegisterRefusedError(
            f"{path.name} should be at most {LARGEST_BYTES} bytes but has {size}: download the "
            "generalised boundaries (BGC) or the super-generalised ones (BSC)."
        )
    try:
        content = json.loads(path.read_bytes())
        features = content["features"]
        found = [(one["properties"], one["geometry"]) for one in features]
    except (ValueError, RecursionError, KeyError, TypeError) as fault:
        raise RegisterRefusedError(
            f"{path.name} should be a GeoJSON collection of features but is not a whole one "
            f"({type(fault).__name__}): download it again."
        ) from fault
    if not found:
        raise RegisterRefusedError(f"{path.name} holds no area: download it again.")
    for properties, geometry in found:
        code = _property(path, properties, prefix, "CD")
        if not CODE.fullmatch(code):
            raise RegisterRefusedError(
                f"{path.name} should have codes such as E05012196 but has {code[:20]!r}: check "
                "that it is the file of the ONS."
            )
        name = _property(path, properties, prefix, "NM")
        lad_code = _district(properties) if prefix == "WD" else code
        rings = _rings(path, code, geometry)
        yield code, name, lad_code, json.dumps(rings, separators=(",", ":"))


def _property(path: Path, properties: dict[str, Any], prefix: str, suffix: str) -> str:
    """The text of the newest property such as WD24CD."""
    names = [name for name in properties if re.fullmatch(rf"{prefix}\d\d{suffix}", name)]
    value = properties[max(names)] if names else None
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_NAME:
        raise RegisterRefusedError(
            f"{path.name} should have a property such as {prefix}24{suffix} with a text of at most "
            f"{LONGEST_NAME} characters for every area: check that it is the file of the ONS."
        )
    return value.strip()


def _district(properties: dict[str, Any]) -> str | None:
    names = [name for name in properties if re.fullmatch(r"LAD\d\dCD", name)]
    value = properties[max(names)] if names else None
    return value if isinstance(value, str) and CODE.fullmatch(value) else None


def _rings(path: Path, code: str, geometry: Any) -> list[Ring]:  # noqa: ANN401
    """Every ring of a polygon or of several, in degrees; which are holes shows when all are drawn.

    Raises RegisterRefusedError for other shapes and for coordinates that are no degrees.
    """
    try:
        kind, coordinates = geometry["type"], geometry["coordinates"]
        polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}[kind]
        rings = [
            [[round(float(point[0]), PLACES), round(float(point[1]), PLACES)] for point in ring]
            for polygon in polygons
            for ring in polygon
        ]
    except (KeyError, TypeError, IndexError, ValueError) as fault:
        raise RegisterRefusedError(
            f"{path.name} should have a polygon for {code} but has none: download it again."
        ) from fault
    for ring in rings:
        for longitude, latitude in ring:
            # False also for what is no number.
            if not (math.fabs(longitude) <= 180 and math.fabs(latitude) <= 90):
                raise RegisterRefusedError(
                    f"{path.name} should be in degrees but has {longitude:g}, {latitude:g} for "
                    f"{code}: download it as GeoJSON in WGS 84 (EPSG:4326)."
                )
        if len(ring) < 4 or ring[0] != ring[-1]:
            raise RegisterRefusedError(
                f"{path.name} should have closed rings for {code} but has one that is not: "
                "download it again."
            )
    if not rings:
        raise RegisterRefusedError(f"{path.name} has an empty shape for {code}: download it again.")
    return rings
