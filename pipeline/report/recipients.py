"""The suppliers that a town's anchors paid most, each with its pounds by year."""

from decimal import Decimal

from pipeline.compare import pounds
from pipeline.report.charts import trend, years_between
from pipeline.report.figures import (
    BANDS,
    Cell,
    Figure,
    Figures,
    Row,
    money,
    money_cell,
    sentence_case,
)
from pipeline.report.page import supplier_path

_TOP = 25


def top_suppliers(
    figures: Figures, prefix: str, is_town: str, chosen: Row, paged: set[str]
) -> Figure:
    """The table of the year and basis of `chosen`; its csv holds all years."""
    by_year: dict[str, dict[str, tuple[Decimal, str]]] = {}
    for row in figures.rows(
        "select unit_id, financial_year, amount_gbp from marts.top_recipients"
        f" where {is_town} and amount_basis = '{chosen['amount_basis']}' order by financial_year"
    ):
        paid = (row["amount_gbp"], money(row["amount_gbp"]))
        by_year.setdefault(row["unit_id"], {})[row["financial_year"]] = paid
    held = [year for years in by_year.values() for year in years]
    axis = years_between(min(held), chosen["financial_year"]) if held else []

    def supplier_trend(row: Row) -> Cell:
        paid = by_year[row["unit_id"]]
        drawn = trend(axis, paid)
        before = [year for year in axis[:-1] if year in paid]
        if not before or paid[before[-1]][0] <= 0:
            return Cell("no earlier year listed" if not before else "-", trend=drawn)
        then, now = paid[before[-1]][0], row["amount_gbp"]
        change = (now - then) / then * 100
        words = f"{'up' if change >= 0 else 'down'} {pounds(abs(change))}% since {before[-1]}"
        return Cell(words, order=str(change), trend=drawn)

    figure, _ = figures.figure(
        f"{prefix}-suppliers", "The 25 suppliers paid most",
        f"select * from marts.top_recipients\nwhere {is_town}\n"
        "order by financial_year desc, amount_basis, place",
        [("Supplier", False), ("Registered", False), ("Kind", False), ("Sector", False),
         ("Anchors", True), ("£", True),
         (f"{axis[0]} to {axis[-1]}" if axis else "Trend", False)],
        lambda row: [
            Cell(row["supplier_name"],
                 supplier_path(row["unit_id"]) if row["unit_id"] in paged else None),
            BANDS[row["band"]], row["owner_kind"], sentence_case(row["sic_section_name"] or "-"),
            str(row["anchors"]), money_cell(row["amount_gbp"]), supplier_trend(row),
        ],
        lambda row: (row["financial_year"], row["amount_basis"])
        == (chosen["financial_year"], chosen["amount_basis"]) and row["place"] <= _TOP,
    )  # fmt: skip
    return figure
