"""The front page and the page on which towns, years and definitions are chosen."""

from collections.abc import Iterator
from typing import Any

from pipeline.compare import Comparison, band, compare_towns, match_precision_lines
from pipeline.report.charts import (
    Panel,
    YearMark,
    YearRange,
    band_panel,
    highest_tick,
    years_between,
)
from pipeline.report.comparing import compare_page
from pipeline.report.figures import (
    BASES,
    Cell,
    Figure,
    Figures,
    Row,
    money_cell,
    share_cell,
    worded,
)
from pipeline.report.headlines import front_sentence
from pipeline.report.page import Page, town_path

SHARE_COLUMNS = [
    ("Year", False), ("Basis", False), ("Anchors", False), ("Months", False), ("£", True),
    ("Stays in town", True), ("In county", True), ("Placed", True), ("A sentence?", False),
]  # fmt: skip
_WHAT_IS_FOUND = {
    "form": "only behind a form",
    "blocked": "site refuses scripts",
    "page_not_seen": "page not found",
    "nothing_found": "publishes nothing that was found",
    "files": "files published, none held",
}


def front_pages(figures: Figures) -> Iterator[Page]:
    """The front page and the comparison."""
    towns = figures.rows("select * from marts.towns order by town_name")
    comparison = compare_towns(figures.database_path, [row["town_id"] for row in towns])
    shares_sql = (
        "select * from marts.spend_retention_by_town_year\nwhere scope = 'headline'\n"
        "order by financial_year desc, town_name, amount_basis"
    )
    table, _ = figures.figure(
        "front-shares", "Share of influenceable spend that stays, low to high", shares_sql,
        [("Town", False), *SHARE_COLUMNS],
        lambda row: [Cell(row["town_name"], town_path(row["town_id"])), *share_cells(row)],
    )  # fmt: skip
    kinds: dict[tuple[str, str, str], set[str]] = {}
    for row in figures.rows(
        "select distinct town_id, financial_year, amount_basis, publisher_kind"
        " from marts.spend_retention_by_kind_year where scope = 'headline'"
    ):
        key = (row["town_id"], row["financial_year"], row["amount_basis"])
        kinds.setdefault(key, set()).add(row["publisher_kind"])
    yield Page(
        "index.html",
        "front.html",
        {
            "title": "How much of each town’s anchor spending stays",
            "sentence": front_sentence(comparison, kinds),
            "charts": share_panels(comparison.shares, comparison.benchmarks),
            "table": table,
            "benchmarks": benchmark_figure(figures, "front-benchmarks", "true"),
            "coverage": _coverage(comparison),
            "precision": match_precision_lines(comparison),
        },
    )
    yield compare_page(figures, comparison)


def share_cells(row: Row) -> list[str | Cell]:
    """A row of shares as SHARE_COLUMNS heads it."""
    return [
        row["financial_year"],
        BASES[row["amount_basis"]],
        f"{row['anchors_with_payments']} of {row['anchor_count']}",
        f"{row['anchor_months']} of {12 * row['anchors_with_payments']}",
        money_cell(row["total_gbp"]),
        share_cell(row["share_in_town_low"], row["share_in_town_high"]),
        share_cell(row["share_in_county_low"], row["share_in_county_high"]),
        share_cell(row["placed_share"], row["placed_share"]),
        f"no: {row['no_headline_reason']}" if row["no_headline_reason"] else "yes",
    ]


def share_panels(
    shares: list[Row],
    benchmarks: list[Row],
    name: str = "town_name",
    years: list[str] | None = None,
) -> list[Panel]:
    """One panel for each town (or what `name` says) and amount basis, on the same axes."""
    marks: dict[str, list[YearMark]] = {}
    for row in benchmarks:
        if row["measure"] == "share_in_town" and row["financial_year"]:
            said = f"{row['scope']}, {row['financial_year']}: {float(row['value']):g}%"
            text = f"{said}, published by others"
            mark = YearMark(row["financial_year"], float(row["value"]) / 100, text)
            marks.setdefault(row["place"], []).append(mark)
    ranges: dict[tuple[str, str], list[YearRange]] = {}
    for row in shares:
        low, high = row["share_in_town_low"], row["share_in_town_high"]
        if low is None or high is None:
            continue
        text = f"{row['financial_year']}: {band(low, high)}"
        if row["no_headline_reason"]:
            text += f" ({row['no_headline_reason']})"
        ranges.setdefault((row[name], row["amount_basis"]), []).append(
            YearRange(row["financial_year"], low, high, row["no_headline_reason"] is not None, text)
        )  # fmt: skip
    if not ranges:
        return []
    held = {town for town, _ in ranges}
    shown_marks = {town: found for town, found in marks.items() if town in held}
    drawn = [one for found in ranges.values() for one in found]
    marked = [mark for found in shown_marks.values() for mark in found]
    all_years = [one.year for one in drawn] + [mark.year for mark in marked]
    top = highest_tick([one.high for one in drawn] + [mark.value for mark in marked])
    axis = years_between(min(all_years), max(all_years))
    return [
        band_panel(f"{town}, {BASES[basis]}", found, shown_marks.get(town, []), axis, top)
        for (town, basis), found in sorted(ranges.items())
    ]


def benchmark_figure(figures: Figures, name: str, where: str) -> Figure | None:
    """What others published, with why it is not comparable; None where there is nothing."""
    figure, rows = figures.figure(
        name,
        "Published by others: different anchors, private data, top-300 method",
        f"select * from marts.published_benchmarks\nwhere unit = 'percent' and {where}\n"
        "order by place, financial_year, measure",
        [("Place", False), ("Anchors", False), ("Year", False), ("Measure", False),
         ("Figure", True), ("Source", False), ("Note", False)],
        lambda row: [
            row["place"], row["scope"], row["financial_year"] or "not stated",
            worded(row["measure"]), Cell(f"{float(row['value']):g}%", order=str(row["value"])),
            row["source"], row["note"] or "",
        ],
    )  # fmt: skip
    return figure if rows else None


def _coverage(comparison: Comparison) -> list[dict[str, Any]]:
    found = []
    for town_id, town_name in comparison.towns.items():
        anchors = [row for row in comparison.coverage if row["town_id"] == town_id]
        holding = sum(1 for row in anchors if row["files_held"])
        without: dict[str, int] = {}
        for row in anchors:
            if not row["files_held"]:
                without[row["publishes"]] = without.get(row["publishes"], 0) + 1
        found.append(
            {
                "town": Cell(town_name, town_path(town_id)),
                "holding": holding,
                "anchors": len(anchors),
                "missing": [f"{_WHAT_IS_FOUND[what]}: {count}" for what, count in without.items()],
            }
        )
    return sorted(found, key=lambda row: -row["holding"])
