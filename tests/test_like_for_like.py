"""Who counts as one institution, and which invoices are too small to compare; rows written here."""

import re
from decimal import Decimal

import duckdb
import pytest

from pipeline.settings import PROJECT_ROOT

SQL = PROJECT_ROOT / "dbt_like_sql"


@pytest.fixture
def database():
    with duckdb.connect() as connection:
        for seed in ("comparable_kinds", "spend_scopes"):
            connection.execute(f"create table {seed} as from '{SQL / f'seeds/{seed}.csv'}'")
        connection.execute(
            "create table stg_registry__publishers (publisher_id varchar, publisher_kind varchar);"
            "create table stg_registry__successions"
            " (publisher_id varchar, succeeded_publisher_id varchar);"
        )
        yield connection


def model(database, name):
    text = (SQL / f"intermediate/{name}.sql").read_text("utf-8")
    select = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"\1", text)
    database.execute(f"create table {name} as {select}")
    return database.execute(f"from {name} order by all").fetchall()


def test_bodies_that_succeed_one_another_are_the_last_of_them(database):
    database.execute(
        "insert into stg_registry__publishers values ('trust', 'nhs_ccg'), ('ccg', 'nhs_ccg'),"
        " ('other_ccg', 'nhs_ccg'), ('icb', 'nhs_icb'), ('council', 'district_council'),"
        " ('zoo', 'other');"
        "insert into stg_registry__successions values"
        " ('ccg', 'trust'), ('icb', 'ccg'), ('icb', 'other_ccg')"
    )
    assert [row[:3] for row in model(database, "int_institutions")] == [
        ("ccg", "icb", "NHS commissioners"),
        ("council", "council", "local government"),
        ("icb", "icb", "NHS commissioners"),
        ("other_ccg", "icb", "NHS commissioners"),
        ("trust", "icb", "NHS commissioners"),
    ]


def test_bodies_that_claim_to_succeed_each_other_do_not_go_round_for_ever(database):
    database.execute(
        "insert into stg_registry__publishers values ('a', 'college'), ('b', 'college');"
        "insert into stg_registry__successions values ('a', 'b'), ('b', 'a')"
    )
    assert len(model(database, "int_institutions")) == 2


@pytest.mark.parametrize(
    ("kind", "lines", "expected"),
    [
        ("district_council", [(499.99, "A")], (0, 0, 499.99, 0)),
        ("district_council", [(500, "A")], (500, 0, 0, 0)),
        # Two lines of one invoice; without its number they are two.
        ("district_council", [(300, "A"), (200, "A")], (500, 0, 0, 0)),
        ("district_council", [(300, None), (200, None)], (0, 0, 500, 500)),
        ("district_council", [(600, "A"), (-20, "A"), (-30, None)], (550, -50, 0, 0)),
        ("nhs_icb", [(24999, "A"), (25000, "B"), (-1, "C")], (24999, -1, 24999, 0)),
    ],
)
def test_small_invoices_are_left_out_and_credits_are_not(database, kind, lines, expected):
    database.execute(f"insert into stg_registry__publishers values ('p', '{kind}')")
    model(database, "int_institutions")
    database.execute(
        "create table int_spend_units (publisher_id varchar, unit_id varchar,"
        " financial_year varchar, amount_basis varchar, payment_month date,"
        " transaction_id varchar, file_sha256 varchar, sheet varchar, row_number integer,"
        " influenceable varchar, amount_gbp decimal(18, 4))"
    )
    database.executemany(
        "insert into int_spend_units values ('p', 'u', '2024/25', 'net', '2024-05-01', ?, 'f', '',"
        " ?, 'yes', ?)",
        [(invoice, number, Decimal(str(gbp))) for number, (gbp, invoice) in enumerate(lines)],
    )
    [row] = model(database, "int_unit_months_above_floor")
    assert row[5:9] == tuple(Decimal(str(gbp)) for gbp in expected)
