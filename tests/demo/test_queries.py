"""The questions of docs/queries against the generator's ledger of truth, worked out in Polars."""

from decimal import Decimal

import polars as pl
import pytest

from pipeline.demo.generator.places import DISTRICTS, TOWNS
from pipeline.demo.generator.publishers import read_publishers
from pipeline.demo.generator.truth import BOUGHT, in_pounds
from pipeline.settings import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "docs" / "queries"
QUERIES = sorted(FOLDER.glob("*.sql"))
# known_payees.csv is part of the built-in registry, which the invented world leaves out: these are
# answered in the hand-written world of test_world.py.
HAND_WORKED = {
    "10_our_own_companies": [("thornley_council", "2023/24", Decimal(5000))],
    "11_pounds_passed_on": [
        ("marlhaven_council", Decimal(9000)),
        ("thornley_council", Decimal(6000)),
    ],
}
INVENTED = [path for path in QUERIES if path.stem not in HAND_WORKED]
NEWEST = pl.col("financial_year") == "2024/25"
POUNDS = in_pounds(pl.col("amount_pence").sum())


def influenceable(outcome, town_id, basis="net"):
    """What the anchors of a town bought, with the band of each payee."""
    [town] = [one for one in TOWNS if one.id == town_id]
    anchors = [one.id for one in read_publishers() if one.town == town_id]
    region = [one.lad_code for one in DISTRICTS if one.region_code == town.region_code]
    return (
        outcome.world.ledger()
        .filter(
            pl.col("file_kind") == "spend",
            pl.col("publisher_id").is_in(anchors),
            pl.col("nature").is_in(list(BOUGHT)),
            pl.col("amount_basis") == basis,
        )
        .with_columns(
            band=pl.when(pl.col("lad_code") == town.lad_code)
            .then(pl.lit("town"))
            .when(pl.col("lad_code").is_in(town.county_lads))
            .then(pl.lit("rest_of_county"))
            .when(pl.col("lad_code").is_in(region))
            .then(pl.lit("rest_of_region"))
            .otherwise(pl.lit("rest_of_uk"))
        )
        .collect()
    )


def gbp(pence):
    return Decimal(int(pence)) / 100


def in_band(*bands):
    return pl.col("amount_pence").filter(pl.col("band").is_in(list(bands))).sum()


def by_year(outcome, town_id, share):
    return (
        influenceable(outcome, town_id)
        .group_by("financial_year")
        .agg(total=POUNDS, share=share / pl.col("amount_pence").sum())
        .sort("financial_year")
        .rows()
    )


def share_that_stays_each_year(outcome):
    years = by_year(outcome, "saltmere", in_band("town"))
    return [(year, total, share, share, None) for year, total, share in years]


def share_of_each_anchor(outcome):
    anchors = (
        influenceable(outcome, "saltmere")
        .filter(NEWEST)
        .group_by("publisher_id")
        .agg(POUNDS, share=in_band("town") / pl.col("amount_pence").sum())
        .sort("publisher_id")
    )
    return [(*row, row[-1]) for row in anchors.rows()]


def share_in_the_county(outcome):
    [town] = [one for one in TOWNS if one.id == "brackenford"]
    years = by_year(outcome, "brackenford", in_band("town", "rest_of_county"))
    return [(year, town.county_name, share, share) for year, _, share in years]


def from_published_to_influenceable(outcome):
    natures = (
        outcome.world.ledger()
        .filter(NEWEST, pl.col("publisher_id") == "saltmere_city_council")
        .filter(pl.col("file_kind") == "spend")
        .group_by("nature")
        .agg(pl.len(), POUNDS)
        .sort("nature")
        .collect()
    )
    influence = dict.fromkeys(BOUGHT, "yes") | {"grant": "partly"}
    return [
        (nature, influence.get(nature, "no"), rows, total) for nature, rows, total in natures.rows()
    ]


def one_percentage_point(outcome):
    years = by_year(outcome, "saltmere", in_band("town"))
    return [(year, round(total / 100 + Decimal("1e-9"), 2)) for year, total, _ in years]


def largest_recipients_outside(outcome):
    recipients = (
        influenceable(outcome, "saltmere")
        .filter(NEWEST, pl.col("band") != "town")
        .group_by("organisation", "band")
        .agg(pl.col("payee_name").first(), total=POUNDS)
        .sort("total", descending=True)
        .head(10)
    )
    return recipients.select("payee_name", "band", "total").rows()


PLACES = {
    "rest_of_uk": "elsewhere in the UK",
    "rest_of_county": "rest of the county area",
    "rest_of_region": "rest of the region",
    "town": "the town",
}


def where_the_rest_goes(outcome):
    bands = influenceable(outcome, "saltmere").filter(NEWEST).group_by("band").agg(POUNDS)
    return sorted((PLACES[band], total) for band, total in bands.rows())


def categories_that_leave(outcome):
    leaving = (
        influenceable(outcome, "saltmere")
        .filter(NEWEST)
        .group_by(pl.col("printed_category").fill_null("no category"))
        .agg(leaving=in_pounds(pl.col("amount_pence").filter(pl.col("band") != "town").sum()))
        .sort("leaving", "printed_category", descending=[True, False])
    )
    return leaving.head(10).rows()


def without_the_largest_supplier(outcome):
    expected = []
    for (year,), lines in influenceable(outcome, "brackenford").group_by(
        "financial_year", maintain_order=False
    ):
        total, town = lines["amount_pence"].sum(), lines.select(in_band("town")).item()
        largest = (
            lines.group_by("organisation")
            .agg(pl.col("amount_pence").sum(), in_town=in_band("town"))
            .sort("amount_pence")
            .row(-1, named=True)
        )
        expected.append(
            (
                year,
                gbp(largest["amount_pence"]),
                town / total,
                (town - largest["in_town"]) / (total - largest["amount_pence"]),
            )
        )
    return sorted(expected)


def months_that_we_hold(outcome):
    months = (
        outcome.world.ledger()
        .filter(NEWEST, pl.col("file_kind") == "spend")
        .group_by("publisher_id")
        .agg(pl.col("true_date").dt.truncate("1mo").n_unique())
    )
    return months.sort("publisher_id").collect().rows()


def paid_by_several(outcome):
    several = (
        influenceable(outcome, "saltmere")
        .filter(NEWEST)
        .group_by("number", "publisher_id")
        .agg(pl.col("amount_pence").sum())
        .filter(pl.col("amount_pence") > 0)
        .group_by("number")
        .agg(anchors=pl.len(), total=POUNDS)
        .filter(pl.col("anchors") > 1)
        .sort("total", "number", descending=[True, False])
    )
    return several.head(10).rows()


def how_few_take_how_much(outcome):
    paid = (
        influenceable(outcome, "saltmere")
        .filter(NEWEST)
        .group_by("publisher_id", "organisation")
        .agg(pl.col("amount_pence").sum())
        .filter(pl.col("amount_pence") > 0)
    )
    return (
        paid.group_by("publisher_id")
        .agg(
            pl.len(),
            total=POUNDS,
            largest=pl.col("amount_pence").top_k(10).sum() / pl.col("amount_pence").sum(),
        )
        .sort("publisher_id")
        .rows()
    )


def small_firms(outcome):
    """Of the invented companies plcs file full accounts, all others as exempt small ones."""
    organisations = pl.read_parquet(outcome.world.organisations_path)
    paid = (
        influenceable(outcome, "saltmere")
        .join(organisations.select("organisation", "kind", "company_number"), on="organisation")
        .group_by("financial_year", "organisation", "publisher_id")
        .agg(
            pl.col("amount_pence").sum(),
            is_company=pl.col("company_number").first().is_not_null(),
            is_small=pl.col("company_number").first().is_not_null()
            & (pl.col("kind").first() != "plc"),
        )
    )
    positive = pl.col("amount_pence").clip(lower_bound=0)
    small = positive.filter("is_small").sum() / positive.sum()
    unknown = positive.filter(pl.col("is_company") & ~pl.col("is_small")).sum() / positive.sum()
    return (
        paid.group_by("financial_year")
        .agg(
            small=in_pounds(pl.col("amount_pence").filter("is_small").sum()),
            low=small,
            high=small + unknown,
        )
        .sort("financial_year")
        .rows()
    )


def two_towns_on_equal_terms(outcome):
    """Each printed line has a number of its own here, so that it is an invoice."""
    expected = []
    for town_id in ("brackenford", "saltmere"):
        councils = [
            one.id
            for one in read_publishers()
            if one.town == town_id and one.kind.endswith(("council", "authority")) and one.share
            if one.kind != "fire_authority"
        ]
        kept = influenceable(outcome, town_id).filter(
            NEWEST,
            pl.col("publisher_id").is_in(councils),
            (pl.col("amount_pence") < 0) | (pl.col("amount_pence") >= 50_000),
        )
        share = kept.select(in_band("town") / pl.col("amount_pence").sum()).item()
        expected.append(
            ("local government", town_id, 12, gbp(kept["amount_pence"].sum()), share, share, None)
        )
    return expected


def why_the_share_moved(outcome):
    lines = influenceable(outcome, "saltmere")
    totals = {
        year: (of_year["amount_pence"].sum(), of_year.select(in_band("town")).item())
        for (year,), of_year in lines.group_by("financial_year")
    }
    (d0, t0), (d1, t1) = totals["2023/24"], totals["2024/25"]
    units = [
        lines.filter(pl.col("financial_year") == year)
        .group_by("publisher_id", "organisation")
        .agg(d=pl.col("amount_pence").sum(), t=in_band("town"))
        for year in ("2023/24", "2024/25")
    ]
    joined = units[0].join(units[1], on=["publisher_id", "organisation"], how="full", coalesce=True)
    groups: dict[str, list] = {}
    for row in joined.iter_rows(named=True):
        group = (
            "new suppliers" if row["d"] is None
            else "lost suppliers" if row["d_right"] is None
            else "continuing suppliers"
        )  # fmt: skip
        before, before_town, after, after_town = (
            row[name] or 0 for name in ("d", "t", "d_right", "t_right")
        )
        sums = groups.setdefault(group, [0, 0, 0.0])
        sums[0] += before
        sums[1] += after
        sums[2] += (after_town - t0 / d0 * after) / d1 - (before_town - t0 / d0 * before) / d0
    assert sum(sums[2] for sums in groups.values()) == pytest.approx(t1 / d1 - t0 / d0)
    return [
        (group, gbp(before), gbp(after), contribution)
        for group, (before, after, contribution) in sorted(groups.items())
    ]


def money_that_came_back(outcome):
    credits_given = outcome.world.ledger().filter(
        pl.col("amount_pence") < 0, pl.col("file_kind") == "spend"
    )
    return (
        credits_given.group_by("publisher_id")
        .agg(pl.len(), POUNDS)
        .sort("publisher_id")
        .collect()
        .rows()
    )


def towns_in_order(outcome):
    newest = [
        (town.id, *by_year(outcome, town.id, in_band("town"))[-1])
        for town in TOWNS
        if influenceable(outcome, town.id).height
    ]
    rows = [(town, year, share, share) for town, year, _, share in newest]
    return sorted(rows, key=lambda row: -row[2])


def rows_behind_a_cell(outcome):
    cell = influenceable(outcome, "saltmere").filter(NEWEST, pl.col("band") == "town")
    return sorted(gbp(pence) for pence in cell["amount_pence"])


def answer(outcome, path):
    return [tuple(row.values()) for row in outcome.rows(path.read_text(encoding="utf-8"))]


def as_compared(value):
    return pytest.approx(value, abs=1e-9) if isinstance(value, float) else value


@pytest.mark.parametrize("name", HAND_WORKED)
def test_the_answer_is_that_worked_on_paper(world, name):
    assert world((FOLDER / f"{name}.sql").read_text(encoding="utf-8")) == HAND_WORKED[name]


@pytest.mark.parametrize("path", INVENTED, ids=lambda path: path.stem)
def test_the_answer_is_that_of_the_ledger(clean, path):
    rows = answer(clean, path)
    truth = globals()[path.stem[3:]](clean)
    assert truth
    if path.stem.endswith("largest_recipients_outside"):
        assert all(
            row[0].casefold().startswith(payee[0].casefold())
            for row, payee in zip(rows, truth, strict=True)
        )
        rows, truth = [row[1:] for row in rows], [payee[1:] for payee in truth]
    if path.stem.endswith("rows_behind_a_cell"):
        assert all(url and row_number for *_, url, _, row_number in rows)
        rows = sorted(row[1] for row in rows)
        assert rows == truth
    else:
        assert rows == [tuple(map(as_compared, row)) for row in truth]


@pytest.mark.parametrize("path", INVENTED, ids=lambda path: path.stem)
def test_the_query_runs_where_every_fault_is_printed(full, path):
    assert answer(full, path)


def test_every_question_is_listed_with_its_own_words():
    listed = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert len(QUERIES) == 20
    for path in QUERIES:
        question = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("-- ")
        assert f"| [{path.stem[:2]}]({path.name}) | {question} |" in listed
