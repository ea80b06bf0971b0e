"""Why a share moved, on units written here."""

import re

import duckdb

from pipeline.settings import PROJECT_ROOT

MODEL = PROJECT_ROOT / "dbt_like_sql/marts/change_decomposition.sql"
# Payees of two years, each with other pounds, every third of them in the town.
UNITS = [
    (
        year,
        f"payee {number}",
        f"{7 * number + 3}.{number:02}",
        "rest_of_uk" if number % 3 else "town",
    )
    for year in ("2023/24", "2024/25")
    for number in range(10, 60 + int(year[:4]) % 2)
]


def decomposed(units) -> list[dict]:
    with duckdb.connect() as connection:
        connection.execute(
            "create table int_town_unit_sums (financial_year varchar, unit_id varchar,"
            " amount_gbp decimal(18, 4), band varchar, town_id varchar default 'here',"
            " amount_basis varchar default 'net', publisher_id varchar default 'council',"
            " scope varchar default 'headline', part varchar default 'year',"
            " local_definition varchar default 'registered')"
        )
        connection.executemany(
            "insert into int_town_unit_sums (financial_year, unit_id, amount_gbp, band)"
            " values ($1, $2, $3, $4)",
            units,
        )
        sql = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"\1", MODEL.read_text("utf-8"))
        cursor = connection.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_a_contribution_is_that_of_the_groups_exact_pounds_to_the_last_bit():
    """Rounded payee by payee it would hang on their order, and change with every build."""
    groups = decomposed(UNITS)
    before, after = (
        float(sum(row[f"{when}_gbp"] for row in groups)) for when in ("before", "after")
    )
    assert len(groups) == 2
    for row in groups:
        share = row["share_before"]
        assert row["contribution"] == (
            (float(row["after_town_gbp"]) - share * float(row["after_gbp"])) / after
            - (float(row["before_town_gbp"]) - share * float(row["before_gbp"])) / before
        )
