"""What changed between two versions is told in numbers, and never by name."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl

from pipeline.collect.revisions import FILE_REVISIONS, REVISION_COLUMNS, file_revisions

START = datetime(2026, 1, 1, tzinfo=UTC)


def row(name="Acme", pounds="1.00", day=1, number=None, redacted=False, text=None):
    paid = date(2024, 5, day)
    month = date(2024, 5, 1)
    amount = Decimal(pounds)
    return (paid, month, name, amount, text, None, None, number, redacted)


def revised(*versions, statuses=None, publications=None):
    files = pl.DataFrame(
        {
            "publisher_id": "ashford",
            "publication_id": publications or ["may"] * len(versions),
            "sha256": [f"{place:064x}" for place in range(len(versions))],
            "fetched_at": [START + timedelta(days=place) for place in range(len(versions))],
            "status": statuses or ["payments"] * len(versions),
        }
    )
    types = dict.fromkeys(REVISION_COLUMNS, pl.String()) | {
        "payment_date": pl.Date(),
        "payment_month": pl.Date(),
        "amount_gbp": pl.Decimal(18, 4),
        "is_redacted": pl.Boolean(),
    }
    payments = {
        sha256: pl.LazyFrame(version, schema=types, orient="row")
        for sha256, version in zip(files["sha256"], versions, strict=True)
    }
    return file_revisions(files, payments.__getitem__)


def told(*versions) -> dict[str, object]:
    found = revised(*versions).row(0, named=True)
    return {
        name: value
        for name, value in found.items()
        if name.startswith(("rows_a", "rows_r", "rows_e", "names")) or name.endswith("_gbp")
        if value and name not in {"rows_after"}
    }


def test_the_same_rows_in_another_order_are_no_change():
    rows = [row("A"), row("A"), row("B", "2")]
    assert told(rows, rows[::-1]) == {}


def test_rows_added_and_removed_are_counted_also_of_identical_ones():
    assert told([row("A"), row("A")], [row("A")]) == {
        "rows_removed": 1,
        "removed_gbp": Decimal("1.0000"),
    }
    assert told([row("A")], [row("A"), row("B", "-2.50", 9)]) == {
        "rows_added": 1,
        "added_gbp": Decimal("-2.5000"),
    }


def test_a_changed_amount_is_an_edit_and_money_moved():
    assert told([row("A", "10"), row("B", "5")], [row("A", "7"), row("B", "5")]) == {
        "rows_edited": 1,
        "moved_gbp": Decimal("3.0000"),
    }


def test_a_changed_day_or_text_is_an_edit_that_moves_no_money():
    before = [row("A", "10", 1), row("B", "5", text="old")]
    assert told(before, [row("A", "10", 9), row("B", "5", text="new")]) == {"rows_edited": 2}


def test_a_transaction_number_tells_an_edit_of_everything_else():
    assert told([row("A", "10", 1, "T1")], [row("B", "4", 9, "T1")]) == {
        "rows_edited": 1,
        "moved_gbp": Decimal("6.0000"),
    }


def test_a_name_that_is_redacted_now_is_counted_and_not_told():
    revisions = revised([row("Jane Doe")], [row("Redacted", redacted=True)])
    assert revisions["names_withdrawn"].to_list() == [1]
    assert "Jane" not in revisions.write_csv()


def test_each_version_is_compared_with_the_readable_one_before():
    one, two, three = [row("A")], [], [row("A"), row("B")]
    found = revised(one, two, three, statuses=["payments", "refused", "payments"])
    assert found.select("rows_before", "rows_after", "rows_added").rows() == [(1, 2, 1)]
    assert found["sha256_before"][0].endswith("0")
    assert found["sha256_after"][0].endswith("2")


def test_publications_are_not_compared_with_each_other():
    found = revised([row("A")], [row("B")], publications=["may", "june"])
    assert found.is_empty()
    assert dict(found.schema) == FILE_REVISIONS
