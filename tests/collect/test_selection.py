"""One file version speaks for each publication, and no payment counts twice."""

from datetime import UTC, datetime, timedelta

import polars as pl

from pipeline.collect.selection import held_files, select_files

START = datetime(2026, 4, 1, tzinfo=UTC)


def files(*rows: tuple[str, str, str, int, str | None]) -> pl.DataFrame:
    """publisher, publication, label, hours after the start, digest of the payments."""
    return pl.DataFrame(
        [
            {
                "publisher_id": publisher,
                "publication_id": publication,
                "label": label,
                "fetched_at": START + timedelta(hours=hours),
                "payments_digest": digest,
            }
            for publisher, publication, label, hours, digest in rows
        ],
        schema_overrides={"payments_digest": pl.String},
    )


def reasons(frame: pl.DataFrame) -> list[tuple[bool, str]]:
    return list(select_files(frame).select("is_selected", "selection_reason").iter_rows())


NEWEST = (True, "the newest version of its publication")


def test_the_newest_version_of_a_publication_speaks():
    frame = files(("a", "may", "May", 2, "new"), ("a", "may", "May", 1, "old"))
    assert reasons(frame) == [NEWEST, (False, "replaced by a newer version")]


def test_a_refused_version_does_not_silence_the_one_before():
    frame = files(("a", "may", "May", 1, "old"), ("a", "may", "May", 2, None))
    assert reasons(frame) == [NEWEST, (False, "cannot be read as payments")]


def test_the_same_payments_in_two_formats_count_once_by_the_first_fetched():
    frame = files(("a", "xls", "May Excel", 2, "same"), ("a", "csv", "May CSV", 1, "same"))
    assert reasons(frame) == [(False, "same payments as May CSV"), NEWEST]


def test_the_same_payments_of_two_publishers_both_count():
    frame = files(("a", "may", "May", 1, "same"), ("b", "may", "May", 1, "same"))
    assert reasons(frame) == [NEWEST, NEWEST]


def test_a_replaced_version_does_not_silence_another_publication():
    frame = files(
        ("a", "may", "May", 1, "x"), ("a", "may", "May", 3, "y"), ("a", "june", "June", 2, "x")
    )
    assert reasons(frame) == [(False, "replaced by a newer version"), NEWEST, NEWEST]


def test_rows_and_columns_stay_as_they_were():
    frame = files(("b", "may", "May", 1, "x"), ("a", "may", "May", 1, None))
    assert select_files(frame).drop("is_selected", "selection_reason").equals(frame)


def test_no_files_is_an_empty_table_with_all_columns(ledger):
    held = held_files(ledger)
    assert held.is_empty()
    digests = pl.Series("payments_digest", [], dtype=pl.String)
    selected = select_files(held.with_columns(digests))
    assert selected.schema["is_selected"] == pl.Boolean
    assert selected.schema["fetched_at"] == pl.Datetime("us", "UTC")
