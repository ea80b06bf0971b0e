"""The whole job goes on where one publisher's YAML is at fault."""

import shutil

import polars as pl
import pytest

from pipeline.errors import AnchorspendError
from pipeline.run import add_dropped_files, normalise, run, write_registry
from pipeline.settings import Settings
from pipeline.warehouse import query
from tests.demo.hand_written import WORLD

PAID = (
    "select publisher_id, count(*), sum(amount_gbp)::varchar from marts.payments"
    " group by all order by all"
)


@pytest.fixture
def settings(tmp_path) -> Settings:
    shutil.copytree(WORLD / "registry", tmp_path / "registry")
    return Settings(
        warehouse=tmp_path / "warehouse",
        registry=tmp_path / "registry",
        registers=WORLD / "registers",
        has_built_in_registry=False,
    )


def test_a_publisher_with_broken_yaml_keeps_its_last_data_while_the_others_run(settings):
    publishers = ("marlhaven_council", "thornley_council")
    for publisher in publishers:
        add_dropped_files(settings, publisher, [WORLD / "files" / publisher])
    registry, _ = write_registry(settings)
    normalise(settings, registry.publishers.values(), lambda _: None)
    before = [
        paid.select(pl.len(), pl.col("amount_gbp").sum().cast(pl.String)).row(0)
        for paid in (
            pl.read_parquet(settings.payments_dir / f"{one}.parquet") for one in publishers
        )
    ]
    assert settings.registry is not None
    broken = settings.registry / "publishers" / "thornley_council.yml"
    broken.write_text("name: [", encoding="utf-8")
    news = settings.warehouse.parent / "news.csv"
    news.write_text("Date,Supplier,Net Amount\n05/06/2025,Wold Catering Limited,10.00\n")
    add_dropped_files(settings, "marlhaven_council", [news])
    with pytest.raises(AnchorspendError, match=r"without news of thornley_council.*line 2"):
        run(settings, None, offline=True, say=lambda _: None)
    after = query(settings.database_path, PAID).rows
    assert [row[0] for row in after] == list(publishers)
    assert after[1][1:] == before[1]
    assert after[0][1] == before[0][0] + 1
    anchors = query(settings.database_path, "select count(*) from marts.anchors").rows
    assert anchors == [(3,)]


def test_a_broken_town_stops_the_run(settings):
    assert settings.registry is not None
    (settings.registry / "towns.yml").write_text("marlhaven: [", encoding="utf-8")
    with pytest.raises(AnchorspendError, match=r"towns\.yml, line 2"):
        run(settings, None, offline=True, say=lambda _: None)
