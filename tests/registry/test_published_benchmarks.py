"""The seed of published figures against the collection it was taken from."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
SEED = PROJECT / "dbt_like_sql/seeds/benchmark_figures.csv"
COLLECTED = PROJECT / "../shared/facts/published_benchmarks.csv"


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def figure(row):
    return (row["place"], row["scope"], row["financial_year"], row["measure"])


def test_every_figure_stands_once():
    rows = rows_of(SEED)

    assert len({(figure(row), row["source"]) for row in rows}) == len(rows)


def test_no_published_figure_is_called_comparable():
    # Different anchors, private data, top-300 method: ANALYSIS section 7.
    assert {row["is_comparable"] for row in rows_of(SEED)} == {"false"}


def test_prestons_total_of_2016_follows_from_both_of_its_shares():
    values = {
        row["measure"]: Decimal(row["value"])
        for row in rows_of(SEED)
        if (row["place"], row["scope"], row["financial_year"]) == ("Preston", "anchors", "2016/17")
    }

    total = values["total_spend"]
    town_total = values["spend_in_town"] * 100 / values["share_in_town"]
    county_total = values["spend_in_county"] * 100 / values["share_in_county"]
    assert abs(town_total - total) < 100_000
    assert abs(county_total - total) < 100_000
    assert values["spend_leaving_county"] == total - values["spend_in_county"]


@pytest.mark.skipif(not COLLECTED.exists(), reason="../shared is missing")
def test_every_collected_figure_is_in_the_seed_unchanged():
    seed = {figure(row): (Decimal(row["value"]), row["unit"]) for row in rows_of(SEED)}
    collected = {figure(row): (Decimal(row["value"]), row["unit"]) for row in rows_of(COLLECTED)}

    assert {key: seed.get(key) for key in collected} == collected
