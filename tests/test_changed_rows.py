"""What a build says it changed: on a small project, and in the sentences that people read."""

import os
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.changed_rows import MartChange, change_sentences
from pipeline.settings import SQL_ROOT
from pipeline.warehouse import query
from tests.test_warehouse import PROJECT, World

COLUMNS = (
    "mart_name",
    "rows_before",
    "rows_after",
    "rows_added",
    "rows_removed",
    "rows_changed",
    "gbp_before",
    "gbp_after",
    "not_compared_reason",
)
WITH_CHANGES = PROJECT | {
    "sources.yml": PROJECT["sources.yml"]
    + "  changed_rows: {path: changed_rows.parquet, description: What changed.}\n",
    "marts/changed_rows.sql": (
        f"select {', '.join(COLUMNS)}, compared_with"
        " from {{ source('warehouse', 'changed_rows') }}"
    ),
    "marts/changed_rows.yml": (
        "description: One row per mart.\ngrain: [mart_name]\ncolumns:\n"
        + "".join(f"  {name}: {{description: A column.}}\n" for name in (*COLUMNS, "compared_with"))
    ),
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path, WITH_CHANGES)
    world.pay(1, 2)
    return world


def changed(world):
    return query(world.database, f"select {', '.join(COLUMNS)} from marts.changed_rows").rows


def not_compared(rows, reason):
    return [("payments", None, rows, None, None, None, None, None, reason)]


def test_the_first_build_compares_nothing_and_says_so(world):
    report = world.build()
    assert changed(world) == not_compared(2, "there was no database before")
    assert list(change_sentences(report.changes)) == [
        "Not compared with the database before: there was no database before."
    ]


def test_rows_are_told_apart_by_their_grain(world):
    """Of 1, 2 (harbour) and 3 (mill), 2 becomes 3, the mill goes, and the bay adds two."""
    world.pay(3, publisher="mill")
    world.build()
    [(built_at,)] = query(world.database, "select built_at from marts.about").rows
    (world.warehouse / "payments/mill.parquet").unlink()
    world.pay(1, 3)
    world.pay(1, 1, publisher="bay")
    report = world.build()
    assert changed(world) == [("payments", 3, 4, 2, 1, 1, Decimal(6), Decimal(6), None)]
    [change] = report.changes
    assert change.compared_with == built_at
    assert list(change_sentences(report.changes)) == [
        "payments: 2 rows added, 1 removed, 1 changed; £6.00 before, £6.00 now."
    ]


def test_new_code_that_changes_no_row_changes_nothing(world):
    world.build("1.0")
    report = world.build("1.1")
    assert changed(world) == [("payments", 2, 2, 0, 0, 0, Decimal(3), Decimal(3), None)]
    assert list(change_sentences(report.changes)) == []


def test_a_value_that_becomes_null_is_a_change(world):
    world.pay(1, 2, 3)
    world.build()
    (world.root / "marts/payments.sql").write_text(
        "select id, nullif(amount_gbp, 2) as amount_gbp from {{ source('warehouse', 'payments') }}"
    )
    (world.root / "marts/payments.yml").write_text(
        PROJECT["marts/payments.yml"].replace("not_null, ", "")
    )
    world.build()
    assert changed(world) == [("payments", 3, 3, 0, 0, 1, Decimal(6), Decimal(4), None)]


def test_a_skipped_build_leaves_what_the_last_one_changed(world):
    world.build()
    world.pay(1, 2, 3)
    world.build()
    assert world.build().skipped
    assert changed(world)[0][3] == 1


def break_database(database: Path) -> None:
    database.chmod(0o644)
    os.truncate(database, database.stat().st_size // 2)


def replace_content(database: Path) -> None:
    database.chmod(0o644)
    database.write_bytes(b"no database")


def fill_blocks(database: Path) -> None:
    """Spoil everything behind the headers, as a bad disk would."""
    database.chmod(0o644)
    size = database.stat().st_size
    with database.open("r+b") as content:
        content.seek(3 * 4096)
        content.write(b"\xff" * (size - 3 * 4096))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (break_database, "the database before is not sound"),
        (fill_blocks, "the database before is not sound"),
        (replace_content, "the database before is not sound"),
        (
            lambda database: Path(f"{database}.wal").write_bytes(b"left by a writer"),
            "the database before was opened for writing",
        ),
    ],
    ids=["truncated", "spoilt", "other", "written to"],
)  # fmt: skip
def test_a_build_does_not_need_the_database_before_to_be_sound(world, spoil, reason):
    world.build()
    spoil(world.database)
    world.pay(1, 2, 3)
    world.build()
    assert changed(world) == not_compared(3, reason)
    assert world.total() == 6


def test_a_mart_that_is_new_or_has_another_grain_is_not_compared(world):
    world.build()
    for name in ("payments.sql", "payments.yml"):
        text = (world.root / "marts" / name).read_text()
        (world.root / "marts" / name).write_text(
            text.replace("id,", "id as line_id,")
            .replace("[id]", "[line_id]")
            .replace(" id:", " line_id:")
        )
    (world.root / "marts/receipts.sql").write_text("select 1 as id")
    (world.root / "marts/receipts.yml").write_text(
        "description: One row per receipt.\ngrain: [id]\ncolumns:\n  id: {description: Key.}\n"
    )
    report = world.build()
    assert sorted(changed(world)) == [
        *not_compared(2, "the mart before has another grain"),
        ("receipts", *not_compared(1, "the database before has no such mart")[0][1:]),
    ]
    assert len(list(change_sentences(report.changes))) == 2


def test_a_column_that_is_new_changes_no_row(world):
    world.build()
    (world.root / "marts/payments.sql").write_text(
        "select id, amount_gbp, 'new' as department from {{ source('warehouse', 'payments') }}"
    )
    (world.root / "marts/payments.yml").write_text(
        PROJECT["marts/payments.yml"] + "  department: {description: New.}\n"
    )
    world.build()
    assert changed(world) == [("payments", 2, 2, 0, 0, 0, Decimal(3), Decimal(3), None)]


def test_the_most_changed_marts_are_named_first_and_the_rest_counted():
    changes = [
        MartChange(f"mart_{number}", 9, datetime(2026, 4, 1, tzinfo=UTC), 9, number, number, 0)
        for number in range(9)
    ]
    sentences = list(change_sentences(changes))
    assert sentences[0] == "mart_8: 8 rows added, 8 removed, 0 changed."
    assert sentences[-1] == "3 more marts changed: see marts.changed_rows."
    assert len(sentences) == 6


@pytest.mark.parametrize("path", sorted(SQL_ROOT.rglob("*.sql")), ids=lambda path: path.stem)
def test_no_value_hangs_on_the_order_in_which_rows_come(path):
    """Ties of a mode and the last bit of a sum of doubles were news at every build."""
    text = re.sub(r"\s+", " ", path.read_text("utf-8"))
    calls = re.findall(r"\b(?:mode|string_agg)\([^;]*?\) (?:as|filter|,)", text)
    calls += re.findall(r"\b(?:sum|avg)\(cast\([^()]+ as double\)[^()]*\)", text)
    assert [call for call in calls if " order by " not in call] == []
