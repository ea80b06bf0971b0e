"""The payee rules of the seed, as words that publishers and registers print."""

import duckdb
import pytest

from pipeline.settings import PROJECT_ROOT

RULES = PROJECT_ROOT / "dbt_like_sql/seeds/payee_rules.csv"


def rule(looks_in: str, text: str) -> str | None:
    row = duckdb.execute(
        "select arg_min(rule_id, rule_order) from read_csv($rules)"
        " where looks_in = $looks_in and regexp_matches($text, pattern, 'i')",
        {"rules": str(RULES), "looks_in": looks_in, "text": text},
    ).fetchone()
    return row and row[0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("MATRIX SCM LTD", "agency_master"),
        ("Comensura Ltd", "agency_master"),
        ("Allstar Business Solutions Ltd", "fuel_card"),
        ("ALLSTARS FC", None),
        ("Allstars Football Start Up", None),
        ("Fuelgenie", "fuel_card"),
        ("BARCLAYCARD COMMERCIAL", "purchase_card"),
        ("LASER, KENT COUNTY COUNCIL", "energy_reseller"),
        ("Kent County Council", None),
        ("Laser Tag Kent", None),
        ("NHS Supply Chain", "nhs_supply_chain"),
        ("Acme Managing Agents", "managing_agent"),
        ("Harbour Builders Ltd", None),
    ],
)
def test_a_name_tells_who_passes_the_pounds_on(name, expected):
    assert rule("supplier_name", name) == expected


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("Other independent school", "independent_school"),
        ("Non-maintained special school", "independent_school"),
        ("Academy converter", None),
        ("Community school", None),
    ],
)
def test_a_private_school_is_told_from_a_public_one(category, expected):
    assert rule("category", category) == expected
