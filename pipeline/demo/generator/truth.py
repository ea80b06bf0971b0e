"""What a perfect pipeline would print, worked out from the ledger of truth alone."""

import polars as pl

from pipeline.demo.generator.places import DISTRICTS, TOWNS
from pipeline.demo.generator.publishers import read_publishers

# ANALYSIS section 1: influenceable is what is bought; grants partly; the rest not.
BOUGHT = frozenset({"procured", "care_placement"})
GRANTED = BOUGHT | {"grant"}
SCOPES = ("headline", "influenceable_only", "with_grants", "all_published")
BANDS = ("town", "rest_of_county", "rest_of_region", "rest_of_uk")
# registered: by the newest register; when_paid: as the office lay then; trading: where the work is.
PAYEES = {
    "all": pl.lit(True),
    "without_anchor_owned": ~pl.col("is_anchor_owned"),
    "without_intermediaries": ~pl.col("is_intermediary"),
}
PLACES = {
    "registered": "lad_code",
    "when_paid": "lad_code_when_paid",
    "trading": "lad_code_trading",
}


def true_figures(
    ledger: pl.LazyFrame, place: str = "registered", payees: str = "all"
) -> pl.DataFrame:
    """Pounds by band of every town, financial year, amount basis and scope, of some payees.

    One row per town_id, financial_year, amount_basis and scope with total_gbp, town_gbp,
    rest_of_county_gbp, rest_of_region_gbp, rest_of_uk_gbp, credits_gbp (Decimal, exact to the
    penny), payment_rows, supplier_count, share_in_town and share_in_county. Every payment counts
    once, in the year and at the place where it truly was; purchase-card files are another dataset.
    """
    lines = (
        ledger.filter(pl.col("file_kind") == "spend", PAYEES[payees])
        .join(_town_of_publisher().lazy(), on="publisher_id")
        .join(_bands().lazy(), left_on=["town_id", PLACES[place]], right_on=["town_id", "lad_code"])
    )
    pounds = pl.col("amount_pence").sum()
    figures = pl.concat(
        [
            lines.filter(_in_scope(scope))
            .group_by("town_id", "financial_year", "amount_basis")
            .agg(
                pl.lit(scope).alias("scope"),
                pl.len().cast(pl.Int64).alias("payment_rows"),
                pl.col("organisation").n_unique().cast(pl.Int64).alias("supplier_count"),
                pounds.alias("total"),
                *(
                    pl.col("amount_pence").filter(pl.col("band") == band).sum().alias(band)
                    for band in BANDS
                ),
                pl.col("amount_pence").filter(pl.col("amount_pence") < 0).sum().alias("credits"),
            )
            for scope in SCOPES
        ]
    )
    keys = ["town_id", "financial_year", "amount_basis", "scope"]
    return (
        figures.select(
            *keys,
            "payment_rows",
            "supplier_count",
            *(
                in_pounds(pl.col(name)).alias(f"{name}_gbp")
                for name in ("total", *BANDS, "credits")
            ),
            share_in_town=pl.col("town") / pl.col("total"),
            share_in_county=(pl.col("town") + pl.col("rest_of_county")) / pl.col("total"),
        )
        .sort(keys)
        .collect()
    )


def true_areas(ledger: pl.LazyFrame) -> pl.DataFrame:
    """Headline pounds of every town, year and amount basis by ward and by other district.

    One row per town_id, financial_year, amount_basis, area_kind (ward of the town, district of the
    rest of its county area) and area_code with amount_gbp, credits_gbp and payment_rows.
    """
    is_town = pl.col("band") == "town"
    pounds = pl.col("amount_pence")
    keys = ["town_id", "financial_year", "amount_basis", "area_kind", "area_code"]
    return (
        ledger.filter(pl.col("file_kind") == "spend", _in_scope("headline"))
        .join(_town_of_publisher().lazy(), on="publisher_id")
        .join(_bands().lazy(), on=["town_id", "lad_code"])
        .filter(is_town | (pl.col("band") == "rest_of_county"))
        .with_columns(
            area_kind=pl.when(is_town).then(pl.lit("ward")).otherwise(pl.lit("district")),
            area_code=pl.when(is_town).then("ward_code").otherwise("lad_code"),
        )
        .group_by(keys)
        .agg(
            in_pounds(pounds.sum()).alias("amount_gbp"),
            in_pounds(pounds.filter(pounds < 0).sum()).alias("credits_gbp"),
            pl.len().cast(pl.Int64).alias("payment_rows"),
        )
        .sort(keys)
        .collect()
    )


def published_totals(ledger: pl.LazyFrame) -> pl.DataFrame:
    """What each publisher's files add up to: publisher_id, file_kind, financial_year, rows, pounds.

    `financial_year` is null for lines that print no day, in files that touch several years.
    """
    year = pl.when("is_year_printed").then("financial_year")
    return (
        ledger.group_by("publisher_id", "file_kind", year.alias("financial_year"))
        .agg(
            pl.len().cast(pl.Int64).alias("payment_rows"),
            in_pounds(pl.col("amount_pence").sum()).alias("total_gbp"),
        )
        .sort("publisher_id", "file_kind", "financial_year")
        .collect()
    )


def in_pounds(pence: pl.Expr) -> pl.Expr:
    """Whole pence as exact pounds."""
    return (pence.cast(pl.Decimal(18, 2)) / pl.lit(100, pl.Decimal(18, 2))).cast(pl.Decimal(18, 2))


def _in_scope(scope: str) -> pl.Expr:
    if scope == "all_published":
        return pl.lit(True)
    return pl.col("nature").is_in(list(GRANTED if scope == "with_grants" else BOUGHT))


def _town_of_publisher() -> pl.DataFrame:
    publishers = read_publishers()
    return pl.DataFrame(
        {
            "publisher_id": [one.id for one in publishers],
            "town_id": [one.town for one in publishers],
        }
    )


def _bands() -> pl.DataFrame:
    """The band of every district, seen from every town."""
    rows = []
    for town in TOWNS:
        for district in DISTRICTS:
            if district.lad_code == town.lad_code:
                band = "town"
            elif district.lad_code in town.county_lads:
                band = "rest_of_county"
            elif district.region_code == town.region_code:
                band = "rest_of_region"
            else:
                band = "rest_of_uk"
            rows.append((town.id, district.lad_code, band))
    return pl.DataFrame(rows, schema=["town_id", "lad_code", "band"], orient="row")
