"""A page for each town: its share over the years, its anchors, where the rest goes and to whom."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from pipeline.compare import compare_towns, headline, newest_headlines, percent
from pipeline.report.charts import Bar, bars, floating_bars, stacked_bar
from pipeline.report.figures import (
    BANDS,
    BASES,
    Cell,
    Figure,
    Figures,
    Row,
    money,
    money_cell,
    quoted,
    sentence_case,
    share_cell,
    worded,
)
from pipeline.report.front import (
    SHARE_COLUMNS,
    benchmark_figure,
    share_cells,
    share_panels,
)
from pipeline.report.page import Page, publisher_path, town_path
from pipeline.report.recipients import top_suppliers
from pipeline.report.suppliers import paged_units
from pipeline.report.wards import ward_section

Chosen = Callable[[Row], bool]
_PAYMENT_ROWS = 1000


def town_pages(figures: Figures) -> Iterator[Page]:
    """One page for each town, also where nothing is held of it."""
    paged = set(paged_units(figures))
    for town in figures.rows("select * from marts.towns order by town_name"):
        yield Page(town_path(town["town_id"]), "town.html", _town(figures, town, paged))


def _town(figures: Figures, town: Row, paged: set[str]) -> dict[str, Any]:
    town_id, name = town["town_id"], town["town_name"]
    comparison = compare_towns(figures.database_path, [town_id])
    is_town = f"town_id = {quoted(town_id)}"
    prefix = f"town-{town_id}"
    sentences = newest_headlines(comparison)
    context: dict[str, Any] = {
        "title": f"{name}: how much stays",
        "town": town,
        "sentence": headline(sentences[name]) if name in sentences else None,
        "charts": share_panels(comparison.shares, comparison.benchmarks),
        "benchmarks": benchmark_figure(figures, f"{prefix}-benchmarks", f"place = {quoted(name)}"),
        "anchors": _anchors(figures, prefix, is_town),
        "holding": sum(1 for row in comparison.coverage if row["files_held"]),
        "anchor_count": len(comparison.coverage),
        "year": None,
    }
    if not comparison.shares:
        return context
    chosen = sentences.get(name) or max(
        (row for row in comparison.shares
         if row["financial_year"] == comparison.shares[-1]["financial_year"]),
        key=lambda row: row["total_gbp"],
    )  # fmt: skip
    year, basis = chosen["financial_year"], chosen["amount_basis"]

    def is_chosen(row: Row) -> bool:
        return bool(row["financial_year"] == year and row["amount_basis"] == basis)

    shares, rows = figures.figure(
        f"{prefix}-shares", f"Share of influenceable spend of {name}’s anchors that stays",
        f"select * from marts.spend_retention_by_town_year\n"
        f"where {is_town} and scope = 'headline'\n"
        "order by financial_year desc, amount_basis",
        SHARE_COLUMNS, share_cells,
    )  # fmt: skip
    return context | {
        "year": year,
        "basis": BASES[basis],
        "chosen": chosen,
        "reason": chosen["no_headline_reason"],
        "shares": shares,
        "stacks": [stack for row in rows if (stack := _stack(row))],
        "bands": _bands(figures, prefix, is_town),
        "band_names": BANDS,
        "wards": ward_section(figures, prefix, town, year, basis),
        "by_anchor": _by_anchor(figures, prefix, is_town, year),
        "bridge": _bridge(figures, prefix, is_town, is_chosen),
        "suppliers": top_suppliers(figures, prefix, is_town, chosen, paged),
        "sizes": _sizes(figures, prefix, is_town, is_chosen),
        "leaks": [
            _leak(figures, prefix, is_town, is_chosen, dimension, heading)
            for dimension, heading in (("owner_kind", "Kind of owner"), ("sic_section", "Sector"))
        ],
        "variants": _variants(figures, prefix, is_town, is_chosen),
        "change": _change(figures, prefix, is_town, basis),
        "replica": _replica(figures, prefix, is_town),
        "payments": _payments(figures, prefix, town_id, year, basis),
        "pound_point": money(chosen["total_gbp"] / 100),
    }


def _anchors(figures: Figures, prefix: str, is_town: str) -> Figure:
    found = {
        "form": "only behind a form",
        "blocked": "site refuses scripts",
        "page_not_seen": "page not found",
        "nothing_found": "nothing found",
        "files": "files",
    }
    figure, _ = figures.figure(
        f"{prefix}-anchors", "Anchor institutions and what is held of them",
        f"select * from marts.anchors\nwhere {is_town}\n"
        "order by files_held desc, publisher_name, valid_from_date",
        [("Anchor", False), ("Kind", False), ("Publishes", False), ("Files", True),
         ("Payments", True), ("Months", True), ("From", False), ("To", False)],
        lambda row: [
            Cell(row["publisher_name"], publisher_path(row["publisher_id"])),
            worded(row["publisher_kind"]), found[row["publishes"]],
            str(row["files_held"]), f"{row['payment_rows']:,}", str(row["months_held"]),
            month(row["first_month"]), month(row["last_month"]),
        ],
    )  # fmt: skip
    return figure


def month(day: date | None) -> str:
    """A month such as Apr 2023, or a dash."""
    return f"{day:%b %Y}" if day else "-"


def _stack(row: Row) -> Bar | None:
    return stacked_bar(
        f"{row['financial_year']}, {BASES[row['amount_basis']]}",
        [
            (band, words, part, f"{percent(float(part / row['total_gbp']))}, {money(part)}")
            for band, words in BANDS.items()
            for part in [row[f"{band}_gbp"]]
        ],
    ) if row["total_gbp"] > 0 else None  # fmt: skip


def _bands(figures: Figures, prefix: str, is_town: str) -> Figure:
    figure, _ = figures.figure(
        f"{prefix}-bands", "Where the influenceable pounds went, by place of registration",
        "select financial_year, amount_basis, total_gbp, town_gbp, rest_of_county_gbp,"
        " rest_of_region_gbp, rest_of_uk_gbp, unknown_gbp, credits_gbp, redacted_gbp\n"
        f"from marts.spend_retention_by_town_year\nwhere {is_town} and scope = 'headline'\n"
        "order by financial_year desc, amount_basis",
        [("Year", False), ("Basis", False), ("All", True),
         *((words.capitalize(), True) for words in BANDS.values()),
         ("Credits", True), ("Payee withheld", True)],
        lambda row: [
            row["financial_year"], BASES[row["amount_basis"]], money_cell(row["total_gbp"]),
            *(money_cell(row[f"{band}_gbp"]) for band in BANDS),
            money_cell(row["credits_gbp"]), money_cell(row["redacted_gbp"]),
        ],
    )  # fmt: skip
    return figure


def _by_anchor(figures: Figures, prefix: str, is_town: str, year: str) -> dict[str, Any]:
    figure, rows = figures.figure(
        f"{prefix}-by-anchor", "Each anchor’s share that stays in the town",
        f"select * from marts.spend_retention_by_anchor_year\n"
        f"where {is_town} and scope = 'headline'\n"
        "order by publisher_name, financial_year desc, amount_basis",
        [("Anchor", False), ("Year", False), ("Basis", False), ("£", True),
         ("Stays in town", True), ("In its service area", True), ("Placed", True),
         ("A sentence?", False)],
        lambda row: [
            Cell(row["publisher_name"], publisher_path(row["publisher_id"])),
            row["financial_year"], BASES[row["amount_basis"]], money_cell(row["total_gbp"]),
            share_cell(row["share_in_town_low"], row["share_in_town_high"]),
            share_cell(row["share_in_service_area_low"], row["share_in_service_area_high"]),
            share_cell(row["placed_share"], row["placed_share"]),
            f"no: {row['no_headline_reason']}" if row["no_headline_reason"] else "yes",
        ],
    )  # fmt: skip
    return {"figure": figure, "panels": share_panels(rows, [], "publisher_name")}


def _bridge(figures: Figures, prefix: str, is_town: str, is_chosen: Chosen) -> dict[str, Any]:
    figure, rows = figures.figure(
        f"{prefix}-bridge", "From all published pounds to those that can be influenced",
        "select bridge.financial_year, bridge.amount_basis, bridge.spend_nature,\n"
        "    bridge.influenceable, sum(bridge.payment_rows) as payment_rows,\n"
        "    sum(bridge.amount_gbp) as amount_gbp\nfrom marts.scope_bridge as bridge\n"
        "inner join intermediate.int_anchor_years as anchors\n"
        "    using (publisher_id, financial_year)\n"
        f"where anchors.{is_town}\ngroup by all\n"
        "order by financial_year desc, amount_basis,\n"
        "    influenceable, amount_gbp desc, spend_nature",
        [("Nature", False), ("Can be influenced", False), ("Payments", True), ("£", True)],
        lambda row: [worded(row["spend_nature"]), row["influenceable"],
                     f"{row['payment_rows']:,}", money_cell(row["amount_gbp"])],
        is_chosen,
    )  # fmt: skip
    level = sum((row["amount_gbp"] for row in rows), Decimal(0))
    steps = [("All published", "whole", Decimal(0), level, money(level))]
    for row in rows:
        if row["influenceable"] in ("yes", "unclear"):
            continue
        after = level - row["amount_gbp"]
        words = f"{worded(row['spend_nature'])} taken out"
        steps.append((words.capitalize(), "out", after, level, money(-row["amount_gbp"])))
        level = after
    steps.append(("Influenceable or unclear", "town", Decimal(0), level, money(level)))
    for row in rows:
        if row["influenceable"] == "unclear":
            steps.append(
                (
                    "Of it unclear",
                    "unknown",
                    Decimal(0),
                    row["amount_gbp"],
                    money(row["amount_gbp"]),
                )
            )
    return {"figure": figure, "bars": floating_bars(steps)}


def _sizes(figures: Figures, prefix: str, is_town: str, is_chosen: Chosen) -> dict[str, Any]:
    figure, rows = figures.figure(
        f"{prefix}-sizes", "Influenceable pounds by what one anchor paid one supplier in the year",
        f"select * from marts.supplier_year_size_bands\nwhere {is_town}\n"
        "order by financial_year desc, amount_basis, size_order",
        [("Paid in the year", False), ("Suppliers", True), ("Payments", True), ("£", True),
         ("In town for sure", True), ("Not known", True)],
        lambda row: [
            _thousands(row["size_band"]), f"{row['supplier_years']:,}", f"{row['payment_rows']:,}",
            *(money_cell(row[name]) for name in ("amount_gbp", "town_gbp", "unknown_gbp")),
        ],
        is_chosen,
    )  # fmt: skip
    drawn = [
        (_thousands(row["size_band"]), "town" if row["amount_gbp"] >= 0 else "out",
         row["amount_gbp"], money(row["amount_gbp"]))
        for row in rows
    ]  # fmt: skip
    return {"figure": figure, "bars": bars(drawn)}


def _thousands(size_band: str) -> str:
    return " ".join(
        f"£{int(word[1:]):,}" if word.startswith("£") and word[1:].isdecimal() else word
        for word in size_band.split(" ")
    )


def _leak(
    figures: Figures,
    prefix: str,
    is_town: str,
    is_chosen: Chosen,
    dimension: str,
    heading: str,
) -> dict[str, Any]:
    figure, rows = figures.figure(
        f"{prefix}-leakage-{dimension.replace('_', '-')}",
        f"What leaves the town for sure, by {heading.lower()}",
        f"select * from marts.leakage\nwhere {is_town} and dimension = {quoted(dimension)}\n"
        "order by financial_year desc, amount_basis, leaving_gbp desc, dimension_value",
        [(heading, False), ("Suppliers", True), ("£", True), ("In town for sure", True),
         ("Leaves for sure", True), ("Not known", True)],
        lambda row: [
            sentence_case(row["dimension_value"]), f"{row['supplier_count']:,}",
            *(money_cell(row[name])
              for name in ("total_gbp", "town_gbp", "leaving_gbp", "unknown_gbp")),
        ],
        is_chosen,
    )  # fmt: skip
    drawn = [
        (sentence_case(row["dimension_value"]), "rest_of_uk", row["leaving_gbp"],
         money(row["leaving_gbp"]))
        for row in rows[:12] if row["leaving_gbp"] > 0
    ]  # fmt: skip
    return {"figure": figure, "bars": bars(drawn)}


def _variants(figures: Figures, prefix: str, is_town: str, is_chosen: Chosen) -> Figure:
    payees = {
        "all": "all payees",
        "without_public": "without public bodies",
        "without_anchor_owned": "without companies that anchors own",
        "without_intermediaries": "without intermediaries",
        "independent": "without all three",
    }
    figure, _ = figures.figure(
        f"{prefix}-variants", "The same share under other definitions",
        f"select * from marts.spend_retention_variants\nwhere {is_town} and scope = 'headline'\n"
        "order by financial_year desc, amount_basis, payees, local_definition",
        [("Local means", False), ("Payees counted", False), ("£", True), ("Stays in town", True),
         ("In county", True), ("Placed", True)],
        lambda row: [
            worded(row["local_definition"]), payees[row["payees"]], money_cell(row["total_gbp"]),
            share_cell(row["share_in_town_low"], row["share_in_town_high"]),
            share_cell(row["share_in_county_low"], row["share_in_county_high"]),
            share_cell(row["placed_share"], row["placed_share"]),
        ],
        is_chosen,
    )  # fmt: skip
    return figure


def _change(figures: Figures, prefix: str, is_town: str, basis: str) -> Figure | None:
    figure, rows = figures.figure(
        f"{prefix}-change", "Why the share that surely stays moved from year to year",
        f"select * from marts.change_decomposition\nwhere {is_town}"
        f" and amount_basis = {quoted(basis)}\norder by year_after desc, contribution desc",
        [("From", False), ("To", False), ("Group of suppliers", False), ("Suppliers", True),
         ("Before", True), ("After", True), ("Percentage points", True)],
        lambda row: [
            row["year_before"], row["year_after"], row["change_group"],
            f"{row['supplier_count']:,}", money_cell(row["before_gbp"]),
            money_cell(row["after_gbp"]),
            Cell(f"{percent(row['contribution']).removesuffix('%')}",
                 order=str(row["contribution"])),
        ],
    )  # fmt: skip
    return figure if rows else None


def _replica(figures: Figures, prefix: str, is_town: str) -> Figure | None:
    figure, rows = figures.figure(
        f"{prefix}-top-300", "The top-300 method on published files, beside all suppliers",
        f"select * from marts.cles_replica\nwhere {is_town}\n"
        "order by financial_year desc, amount_basis",
        [("Year", False), ("Basis", False), ("Suppliers counted", True), ("£ to them", True),
         ("Of it in town", True), ("£ to all", True), ("Of it in town", True)],
        lambda row: [
            row["financial_year"], BASES[row["amount_basis"]], f"{row['top_suppliers']:,}",
            money_cell(row["top_total_gbp"]),
            share_cell(row["top_share_in_town_low"], row["top_share_in_town_high"]),
            money_cell(row["all_total_gbp"]),
            share_cell(row["all_share_in_town_low"], row["all_share_in_town_high"]),
        ],
    )  # fmt: skip
    return figure if rows else None


def _payments(figures: Figures, prefix: str, town_id: str, year: str, basis: str) -> dict[str, str]:
    sql = (
        "select payments.publisher_name, payments.payment_date, payments.amount_gbp,\n"
        "    payments.amount_basis, payments.supplier_name, payments.organisation_name,\n"
        "    payments.register, payments.register_number, payments.lad_code,\n"
        "    payments.spend_nature, payments.description, payments.category,\n"
        "    payments.transaction_id, payments.file_sha256, payments.sheet, payments.row_number\n"
        "from marts.payments as payments\n"
        "inner join intermediate.int_anchor_years as anchors\n"
        "    using (publisher_id, financial_year)\n"
        f"where anchors.town_id = {quoted(town_id)}"
        f" and payments.financial_year = {quoted(year)}\n"
        f"    and payments.amount_basis = {quoted(basis)} and payments.file_kind = 'spend'\n"
        "    and payments.influenceable in ('yes', 'unclear')\n"
        "order by payments.amount_gbp desc, payments.file_sha256, payments.row_number"
    )
    figures.download(f"{prefix}-payments", f"{sql}\nlimit {_PAYMENT_ROWS}")
    return {"csv": f"data/{prefix}-payments.csv", "query": sql}
