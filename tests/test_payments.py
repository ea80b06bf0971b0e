"""From a publisher's archived files to its compacted Parquet."""

from datetime import UTC, datetime
from decimal import Decimal

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.collect.archive import Archive
from pipeline.normalise.reading import read_payments
from pipeline.normalise.schema import PAYMENTS_SCHEMA
from pipeline.payments import COMPACTED, CachedReading, write_cached
from pipeline.registry.load import load_registry
from pipeline.run import add_dropped_files, leave_out_unregistered, normalise
from pipeline.settings import Settings
from tests.demo.hand_written import WORLD

HEADING = "Payment Date,Supplier Name,Net Amount,Expense Type\n"
APRIL = "05/04/2023,Harbour Builders Ltd,100.00,Building Works\n"
MAY = "05/05/2023,Wold Catering Limited,250.50,Catering\n"


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(warehouse=tmp_path / "warehouse", registry=WORLD / "registry")


@pytest.fixture
def drop(settings, tmp_path):
    """Hand a file in under a name, and read all that is held of the publisher."""

    def drop(name: str, text: str | bytes, publisher: str = "marlhaven_council") -> pl.DataFrame:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        add_dropped_files(settings, publisher, [path])
        return read_again(settings, publisher)

    return drop


def read_again(settings: Settings, publisher: str = "marlhaven_council") -> pl.DataFrame:
    registry = load_registry(settings.registry)
    return normalise(settings, [registry.publishers[publisher]], say=lambda _: None)[publisher]


def compacted(settings: Settings, folder: str = "payments") -> pl.DataFrame:
    return pl.read_parquet(settings.warehouse / folder / "marlhaven_council.parquet")


def test_payments_carry_publisher_file_and_supplier(settings, drop):
    [file] = drop("april.csv", HEADING + APRIL).to_dicts()
    [payment] = compacted(settings).to_dicts()
    assert payment["publisher_id"] == "marlhaven_council"
    assert payment["file_sha256"] == file["file_sha256"]
    assert len(payment["supplier_id"]) == 16
    assert payment["amount_gbp"] == Decimal(100)


def test_one_supplier_has_one_id_in_all_files(settings, drop):
    drop("april.csv", HEADING + APRIL)
    drop("june.csv", HEADING + APRIL.replace("/04/", "/06/"))
    ids = compacted(settings)["supplier_id"]
    assert ids.len() == 2
    assert ids.n_unique() == 1


def test_identical_payments_in_one_file_are_both_real(settings, drop):
    drop("april.csv", HEADING + APRIL + APRIL)
    assert compacted(settings).height == 2


def test_the_same_payments_in_two_files_count_once(settings, drop):
    drop("april.csv", HEADING + APRIL + MAY)
    files = drop("april-again.csv", HEADING.replace(",", ";") + (MAY + APRIL).replace(",", ";"))
    assert compacted(settings).height == 2
    assert files["is_selected"].to_list().count(True) == 1
    assert "same payments" in files.filter(~pl.col("is_selected"))["selection_reason"].item()


def test_a_newer_version_replaces_the_older_one_and_both_are_listed(settings, drop):
    drop("april.csv", HEADING + APRIL)
    files = drop("april.csv", HEADING + APRIL + MAY)
    assert compacted(settings)["amount_gbp"].sum() == Decimal("350.50")
    assert files.height == 2
    assert files["is_selected"].sum() == 1


def test_a_newer_version_that_cannot_be_read_does_not_silence_the_older_one(settings, drop):
    drop("april.csv", HEADING + APRIL)
    files = drop("april.csv", b"\x89PNG\r\n\x1a\n broken")
    assert compacted(settings)["amount_gbp"].sum() == Decimal(100)
    assert set(files["status"]) == {"payments", "refused"}


def test_a_row_that_cannot_be_read_is_listed_with_its_reason(settings, drop):
    files = drop("april.csv", HEADING + APRIL + MAY + MAY.replace("250.50", "two pounds"))
    [rejected] = compacted(settings, "rejected_rows").to_dicts()
    assert rejected["value"] == "two pounds"
    assert rejected["row_number"] == 4
    assert (files["rows"].item(), files["payments"].item(), files["rejected"].item()) == (4, 2, 1)


def test_a_file_is_parsed_once(settings, drop):
    drop("april.csv", HEADING + APRIL)
    [cached] = settings.readings_dir.glob("*/*/*.payments.parquet")
    payments = CachedReading({}, cached, cached).payments().collect()
    write_cached(payments.with_columns(description=pl.lit("from the cache")), cached)
    (settings.payments_dir / "marlhaven_council.parquet").unlink()
    read_again(settings)
    assert compacted(settings)["description"].to_list() == ["from the cache"]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"description": [None, None, None], "is_card": [None, None, None]},
        {"description": ["same", "same", "same"], "is_card": [True, True, True]},
        {"description": ["same", None, "same"], "is_card": [True, None, True]},
        {"description": ["same", "other", "same"], "is_card": [True, False, True]},
        {"description": ["", "", ""], "sheet": ['a " b', 'a " b', 'a " b']},
    ],
)
def test_the_cache_gives_back_what_was_read(tmp_path, changes):
    reading = read_payments((HEADING + APRIL + MAY + APRIL).encode())
    payments = reading.payments.with_columns(pl.Series(name, v) for name, v in changes.items())
    payments = payments.cast(PAYMENTS_SCHEMA)
    path = tmp_path / "cached.parquet"
    write_cached(payments, path)
    assert_frame_equal(CachedReading({}, path, path).payments().collect(), payments)


def test_the_cache_gives_back_a_reading_without_payments(tmp_path):
    path = tmp_path / "cached.parquet"
    write_cached(pl.DataFrame(schema=PAYMENTS_SCHEMA), path)
    cached = CachedReading({}, path, path).payments().collect()
    assert_frame_equal(cached, pl.DataFrame(schema=PAYMENTS_SCHEMA))


def test_a_reading_that_was_cut_off_is_made_again(settings, drop):
    drop("april.csv", HEADING + APRIL)
    [summary] = settings.readings_dir.glob("*/*/*.json")
    [payments] = settings.readings_dir.glob("*/*/*.payments.parquet")
    summary.unlink()
    payments.write_bytes(b"half")
    (settings.payments_dir / "marlhaven_council.parquet").unlink()
    read_again(settings)
    assert compacted(settings).height == 1


def test_a_publisher_without_files_has_empty_typed_tables(settings):
    read_again(settings)
    for folder in COMPACTED:
        assert compacted(settings, folder).height == 0
    assert compacted(settings).schema["amount_gbp"] == pl.Decimal(18, 4)


def test_what_the_registry_no_longer_names_leaves_the_tables_but_not_the_archive(settings, drop):
    drop("april.csv", HEADING + APRIL)
    leave_out_unregistered(settings, load_registry().publishers)
    assert not (settings.payments_dir / "marlhaven_council.parquet").exists()
    assert len(list(settings.archive_dir.glob("*/*/content"))) == 1


def test_nothing_half_written_is_left_beside(settings, drop):
    drop("april.csv", HEADING + APRIL)
    leftovers = [path for path in settings.warehouse.rglob(".*") if path.name != ".lock"]
    assert leftovers == []


def written_at(settings: Settings) -> dict[str, int]:
    return {
        folder: (settings.warehouse / folder / "marlhaven_council.parquet").stat().st_ino
        for folder in COMPACTED
    }


def test_what_was_compacted_is_left_alone_where_nothing_that_decides_it_has_changed(settings, drop):
    files = drop("april.csv", HEADING + APRIL)
    before = written_at(settings)
    assert read_again(settings).equals(files)
    assert written_at(settings) == before


def test_all_is_compacted_again_where_one_part_of_it_is_missing(settings, drop):
    drop("april.csv", HEADING + APRIL)
    (settings.warehouse / "rejected_rows/marlhaven_council.parquet").unlink()
    read_again(settings)
    assert compacted(settings, "rejected_rows").height == 0


def test_newer_code_compacts_again(settings, drop, monkeypatch):
    drop("april.csv", HEADING + APRIL)
    before = written_at(settings)
    monkeypatch.setattr("pipeline.run.code_version", lambda: "of newer code")
    read_again(settings)
    assert not set(before.items()) & set(written_at(settings).items())


def test_a_version_that_is_accepted_is_compacted_again(settings, drop):
    [sha256] = drop("april.csv", HEADING + APRIL)["file_sha256"]
    before = written_at(settings)
    Archive(settings.archive_dir).accept(sha256, datetime.now(UTC), "the publisher has said so")
    read_again(settings)
    assert not set(before.items()) & set(written_at(settings).items())
