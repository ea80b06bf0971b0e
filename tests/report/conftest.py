import csv
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


@pytest.fixture(scope="session")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The hand-written world with two payees whose names mean harm, and its report."""
    folder = tmp_path_factory.mktemp("report")
    files = shutil.copytree(WORLD / "files", folder / "files")
    with (files / "thornley_council/payments-2024.csv").open("a", newline="") as out:
        for number, name in enumerate([HOSTILE, FORMULA]):
            csv.writer(out, delimiter=";").writerow(
                ["2024-06-12", name, "", "", "900.00", "Stationery", "Paper", f"X{number}"]
            )
    settings = replace(
        Settings(warehouse=folder / "warehouse", has_built_in_registry=False),
        registers=WORLD / "registers",
        registry=WORLD / "registry",
    )
    for publisher in sorted(files.iterdir()):
        add_dropped_files(settings, publisher.name, [publisher])
    run(settings, publisher_ids=None, offline=True, say=lambda _: None)
    build_report(settings)
    return settings


@pytest.fixture(scope="session")
def site(reported: Settings) -> Path:
    return reported.report_dir
