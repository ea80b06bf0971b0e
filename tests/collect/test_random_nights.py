"""Nights with random changes end with the same data as the archive alone gives."""

import shutil
from pathlib import Path
from random import Random

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.collect.archive import Archive
from pipeline.collect.http import PoliteSession
from pipeline.collect.ledger import Ledger
from pipeline.collect.night import collect_publishers
from pipeline.payments import COMPACTED
from pipeline.run import normalise
from pipeline.settings import Settings
from tests.collect.changing_site import ChangingSite
from tests.collect.publishers import publisher_with
from tests.collect.served import Site

NAMES = ["ashford", "barton", "colne"]


def compacted(warehouse: Path) -> dict[str, pl.DataFrame]:
    return {
        f"{folder}/{name}": pl.read_parquet(warehouse / folder / f"{name}.parquet")
        for folder in COMPACTED
        for name in NAMES
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nights_of_changes_end_as_one_rebuild_from_the_archive(
    seed, site: Site, web: PoliteSession, tmp_path
):
    settings = Settings(warehouse=tmp_path / "warehouse", has_built_in_registry=False)
    archive = Archive(settings.archive_dir)
    changing = ChangingSite(site, NAMES, Random(seed))  # noqa: S311
    publishers = [
        publisher_with(
            rule="links_on_page", landing_page=f"{site.root}/{name}", href_matches="csv"
        ).model_copy(update={"id": name})
        for name in NAMES
    ]
    for night in range(10):
        with Ledger(settings.ledger_path, archive) as ledger:
            results = collect_publishers(publishers, archive, ledger, web)
        assert [one.error for one in results.values()] == [None] * 3
        if night % 3 == 0:
            normalise(settings, publishers, lambda _: None)
        changing.change()
    normalise(settings, publishers, lambda _: None)
    nightly = compacted(settings.warehouse)
    for path in settings.warehouse.iterdir():
        if path.name != "archive":
            shutil.rmtree(path)
    settings.ledger_path.unlink()
    normalise(settings, publishers, lambda _: None)
    rebuilt = compacted(settings.warehouse)
    for name, frame in nightly.items():
        assert_frame_equal(rebuilt[name], frame)
    assert sum(frame.height for name, frame in nightly.items() if name.startswith("pay")) > 100
    assert any(frame.height for name, frame in nightly.items() if name.startswith("file_rev"))
