"""The borders of invented wards and districts, in the layout of the ONS geography portal."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline.demo.generator.island import Point, outline, read_wards
from pipeline.demo.generator.places import DISTRICTS


def write_boundaries(folder: Path, seed: int) -> None:
    """Write wards and districts as their services answer f=geojson."""
    wards = read_wards()
    names = {one.lad_code: one.name for one in DISTRICTS}
    _write(
        folder / "Wards_May_2026_Boundaries_UK_BGC.geojson",
        (
            (
                {
                    "WD26CD": ward.code,
                    "WD26NM": ward.name,
                    "WD26NMW": " ",
                    "LAD26CD": ward.lad_code,
                    "LAD26NM": names[ward.lad_code],
                },
                outline([ward], seed),
            )
            for ward in wards
        ),
    )
    _write(
        folder / "Local_Authority_Districts_May_2026_Boundaries_UK_BGC.geojson",
        (
            (
                {"LAD26CD": lad_code, "LAD26NM": name, "LAD26NMW": " "},
                outline([ward for ward in wards if ward.lad_code == lad_code], seed),
            )
            for lad_code, name in names.items()
        ),
    )


def _write(path: Path, areas: Iterable[tuple[dict[str, str], list[Point]]]) -> None:
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "id": number,
            "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {"FID": number, **properties},
        }
        for number, (properties, ring) in enumerate(areas, 1)
    ]
    content = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "EPSG:4326"}},
        "features": features,
    }
    path.write_text(json.dumps(content), encoding="utf-8")
