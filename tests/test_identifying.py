"""Suppliers of the compacted payments, matched night after night as the run does it."""

import shutil
from dataclasses import replace

import polars as pl
import pytest

from pipeline.parquet_files import write_parquet
from pipeline.registers.loading import load_registers
from pipeline.run import identify
from pipeline.settings import Settings
from tests.demo.hand_written import WORLD


@pytest.fixture
def world(world_settings, tmp_path) -> Settings:
    shutil.copytree(world_settings.warehouse, tmp_path / "warehouse")
    return replace(world_settings, warehouse=tmp_path / "warehouse")


def written(settings: Settings) -> dict[str, pl.DataFrame]:
    return {path.name: pl.read_parquet(path) for path in settings.identified_dir.glob("*.parquet")}


def test_a_nightly_increment_gives_exactly_what_a_full_run_gives(world):
    shutil.rmtree(world.identified_dir / "kept")
    full = identify(world)
    in_full = written(world)

    shutil.rmtree(world.identified_dir / "kept")
    payments = world.payments_dir / "thornley_council.parquet"
    all_of_it = pl.read_parquet(payments)
    write_parquet(all_of_it.head(3), payments)
    before = identify(world)
    write_parquet(all_of_it, payments)
    night = identify(world)

    assert night.matched_anew == full.decided.height - before.decided.height
    assert 0 < night.matched_anew < full.decided.height == full.matched_anew
    assert night.changes_path is None
    assert written(world).keys() == in_full.keys()
    for name, frame in written(world).items():
        assert frame.equals(in_full[name]), name


def test_a_night_without_news_matches_nothing_anew(world):
    night = identify(world)
    assert night.matched_anew == 0
    assert night.sentences()[0] == f"0 of {night.decided.height} suppliers were matched anew"


def test_what_a_new_register_changed_is_listed_where_the_run_says(world, tmp_path):
    folder = tmp_path / "registers"
    shutil.copytree(WORLD / "registers", folder)
    [companies] = folder.glob("BasicCompany*")
    newer = folder / "BasicCompanyDataAsOneFile-2026-05-01.csv"
    companies.rename(newer)
    newer.write_text(
        newer.read_text("utf-8").replace("QUAY FOODS LIMITED", "OLD MILL JOINERY LIMITED"), "utf-8"
    )
    load_registers(folder, world.registers_dir, built_in_bodies=True)

    night = identify(world)

    assert night.matched_anew == night.decided.height
    assert f"1 suppliers are another organisation than before: {night.changes_path}" in (
        night.sentences()
    )
    [row] = pl.read_csv(night.changes_path, infer_schema=False).to_dicts()
    assert (row["supplier_name"], row["decision_before"], row["decision"], row["number"]) == (
        "Old Mill Joinery",
        "none",
        "matched",
        "00000109",
    )


def test_overrides_that_no_supplier_needs_are_named_by_their_lines(world):
    night = identify(world)
    assert night.unused_overrides
    assert "no supplier of this warehouse needs lines" in night.sentences()[-1]
