"""Pounds-weighted precision of the matcher on real files, from decisions that a person has read.

`python benchmarks/match_read.py WAREHOUSE` prints the figures of tests/real/decisions_read.csv and
the pounds by decision and class in the warehouse. `--draw FILE` draws the decisions to be read: a
decision is what was made of one supplier of one publisher; it is drawn with a chance in proportion
to its net pounds, with replacement, from a fixed seed, until 60 different matched ones and 40
different others are listed (`draws` says how often each came up). A draw of a matched decision is
then right with just the chance that a matched pound is, so that precision is the share of right
draws, with the 95% Wilson interval of draws. What the reader cannot say is left out of the share
and, in a second figure, counted as wrong. `--out FILE` adds the figures to those of a csv.
"""

import random
import sys
from pathlib import Path

import duckdb
import polars as pl
from match import Figures, write_figures

from pipeline.warehouse import open_database

READ = Path(__file__).resolve().parents[1] / "tests" / "real" / "decisions_read.csv"
SEED = 20261129
TO_READ = {"matched": 60, "not matched": 40}

_DECISIONS = """
select publisher_id as publisher, coalesce(supplier_name, '') as supplier,
    match_decision as decision, supplier_class as class, register, register_number as number,
    organisation_name as registered_name, sum(amount_gbp)::double as gbp,
    any_value(category order by category) as category,
    any_value(description order by description) as description,
    any_value(postcode order by postcode) as postcode
from marts.payments
group by publisher_id, supplier_name, supplier_id, match_decision, supplier_class, register,
    register_number, organisation_name
having sum(amount_gbp) > 0
order by all
"""
_CLASSES = """
select match_decision, supplier_class, count(*) as payments,
    sum(amount_gbp)::decimal(18,0) as gbp, sum(amount_gbp) / sum(sum(amount_gbp)) over () as share
from marts.payments group by all order by gbp desc
"""


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> pl.DataFrame:
    """The rows of a query."""
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description or []]
    return pl.DataFrame(cursor.fetchall(), schema=names, orient="row", infer_schema_length=None)


def draw(decisions: pl.DataFrame) -> pl.DataFrame:
    """The decisions to be read, in the order drawn, with how often each came up."""
    dice = random.Random(SEED)  # the same draw of the same warehouse
    parts = []
    for stratum, wanted in TO_READ.items():
        of_stratum = decisions.filter((pl.col("decision") == "matched") == (stratum == "matched"))
        pounds = of_stratum["gbp"].to_list()
        drawn: dict[int, int] = {}
        while len(drawn) < min(wanted, of_stratum.height):
            (position,) = dice.choices(range(of_stratum.height), weights=pounds)
            drawn[position] = drawn.get(position, 0) + 1
        parts.append(of_stratum[list(drawn)].with_columns(draws=pl.Series(drawn.values())))
    return pl.concat(parts)


def score(read: pl.DataFrame, figures: Figures) -> None:
    """Prints the share of right draws, of matched decisions and of others."""
    for stratum, measure in (("matched", "precision"), ("not matched", "rightly_unmatched")):
        of_stratum = read.filter((pl.col("decision") == "matched") == (stratum == "matched"))
        counted = dict(of_stratum.group_by("verdict").agg(pl.col("draws").sum()).iter_rows())
        right, wrong = counted.get("right", 0), counted.get("wrong", 0)
        unsaid = counted.get("cannot say", 0)
        print(
            f"{stratum}: {of_stratum.height} decisions read, {right + wrong + unsaid} draws:"
            f" {right} right, {wrong} wrong, {unsaid} cannot say"
        )
        share = figures.add(f"gbp_weighted_{measure}", right, right + wrong)
        print(f"  £-weighted {measure.replace('_', ' ')} of what can be said {share}")
        share = figures.add(f"gbp_weighted_{measure}_least", right, right + wrong + unsaid)
        print(f"  the same, what cannot be said counted as wrong {share}")


def main() -> None:
    """Draws decisions to be read, or prints what reading them showed."""
    with open_database(Path(sys.argv[1]) / "anchorspend.duckdb") as connection:
        if "--draw" in sys.argv:
            drawn = draw(rows(connection, _DECISIONS))
            drawn.write_csv(Path(sys.argv[sys.argv.index("--draw") + 1]))
            return
        with pl.Config(tbl_rows=-1, tbl_hide_dataframe_shape=True, float_precision=3):
            print(rows(connection, _CLASSES))
    figures = Figures(
        "real files",
        "60 matched and 40 other decisions drawn by their £ and read by hand; 95% Wilson interval",
        "make match-read",
    )
    score(pl.read_csv(READ), figures)
    if "--out" in sys.argv:
        write_figures(figures, Path(sys.argv[sys.argv.index("--out") + 1]))


if __name__ == "__main__":
    main()
