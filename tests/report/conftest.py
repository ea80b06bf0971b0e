import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.report.site import build_report
from pipeline.run import add_dropped_files, run
from pipeline.settings import Settings
from tests.demo.hand_written import WORLD

HOSTILE = "<script>alert(1)</script>, =cmd|' /C calc'!A0"
FORMULA = '=HYPERLINK("http://evil.example","look")'


def write_boundaries(folder: Path) -> None:
    """Boundaries of Marlhaven and its county; of Thornley none are held, and a ward is missing."""
    directory = folder / "NSPL_AUG_2026_UK.csv"
    rows = directory.read_text().splitlines(keepends=True)
    directory.write_text(
        "".join(
            row.replace("E05990005", "") if row.startswith('"ZB1 1AA"') else row for row in rows
        )
    )
    wards = [("E05990001", "Quay", 0), ("E05990002", HOSTILE, 1), ("E05990009", "Marsh", 2)]
    districts = [("E07990001", "Marlhaven", 0), ("E07990002", "Upper Wold", 3)]
    for name, prefix, areas in (
        ("Wards", "WD26", wards),
        ("Local_Authority_Districts", "LAD26", districts),
    ):
        features = [
            {
                "type": "Feature",
                "properties": {f"{prefix}CD": code, f"{prefix}NM": named}
                | ({"LAD26CD": "E07990001"} if prefix == "WD26" else {}),
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [
                        [[west, 55], [west + 1, 55], [west + 1, 56], [west, 56], [west, 55]]
                    ],
                },
            }
            for code, named, west in areas
        ]
        path = folder / f"{name}_May_2026_Boundaries_UK_BGC.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def settings_in(folder: Path) -> Settings:
    return replace(
        Settings(warehouse=folder / "warehouse", has_built_in_registry=False),
        registers=folder / "registers",
        registry=WORLD / "registry",
    )


def build_reported(folder: Path) -> None:
    files = shutil.copytree(WORLD / "files", folder / "files")
    with (files / "thornley_council/payments-2024.csv").open("a", newline="") as out:
        for number, name in enumerate([HOSTILE, FORMULA]):
            csv.writer(out, delimiter=";").writerow(
                ["2024-06-12", name, "", "", "900.00", "Stationery", "Paper", f"X{number}"]
            )
    write_boundaries(shutil.copytree(WORLD / "registers", folder / "registers"))
    settings = settings_in(folder)
    for publisher in sorted(files.iterdir()):
        add_dropped_files(settings, publisher.name, [publisher])
    run(settings, publisher_ids=None, offline=True, say=lambda _: None)
    build_report(settings)


@pytest.fixture(scope="session")
def reported(built_once) -> Settings:
    """The hand-written world with two payees and a ward whose names mean harm, and its report."""
    return settings_in(built_once("reported", build_reported))


@pytest.fixture(scope="session")
def site(reported: Settings) -> Path:
    return reported.report_dir
