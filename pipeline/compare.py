"""Towns against each other: coverage first, then shares with their bands, then what others said."""

import csv
import io
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

import duckdb

from pipeline.difference import difference_lines
from pipeline.errors import AnchorspendError
from pipeline.like_for_like import newest_like_for_like
from pipeline.warehouse import open_database

NOT_A_CONFIDENCE_INTERVAL = (
    "Low and high hold if the places we assigned are right. Not a confidence interval: it leaves "
    "out missing months, bodies that publish nothing, payments below thresholds, matching errors "
    "and head-office effects."
)
NOT_MEASURED = "How often the pounds that are matched are matched rightly was not measured."
PRIVATE_DATA = "different anchors, private data, top-300 method"

_COVERAGE = """
select town_id, any_value(town_name) as town_name, publisher_id,
    any_value(publisher_name) as publisher_name, any_value(publishes) as publishes,
    any_value(files_held) as files_held, any_value(payment_rows) as payment_rows,
    any_value(months_held) as months_held, any_value(first_month) as first_month,
    any_value(last_month) as last_month
from marts.anchors where town_id in (select unnest($towns))
    and (files_held > 0 or valid_to_date >= current_date)
group by town_id, publisher_id
order by town_id, any_value(files_held) desc, publisher_name
"""
_SHARES = """
select * from marts.spend_retention_by_town_year
where town_id in (select unnest($towns)) and scope = 'headline'
order by financial_year, town_name, amount_basis
"""
By = Literal["year", "publisher", "kind"]
_CUTS: dict[By, str] = {
    "publisher": """
select * from marts.spend_retention_by_anchor_year
where town_id in (select unnest($towns)) and scope = 'headline'
order by financial_year, town_name, publisher_name, amount_basis
""",
    "kind": """
select * from marts.spend_retention_by_kind_year
where town_id in (select unnest($towns)) and scope = 'headline'
order by financial_year, publisher_kind, town_name, amount_basis
""",
}
_CUT_NAMES = {"publisher": "publisher_name", "kind": "publisher_kind"}
_LIKE_FOR_LIKE = """
select like_for_like.*, own.town_name, other.town_name as other_town_name
from marts.like_for_like as like_for_like
inner join marts.towns as own using (town_id)
inner join marts.towns as other on like_for_like.other_town_id = other.town_id
where like_for_like.town_id in (select unnest($towns))
    and like_for_like.other_town_id in (select unnest($towns))
order by financial_year desc, comparison_group, amount_basis, own.town_name, other.town_name
"""
_BENCHMARKS = """
select place, scope, financial_year, measure, value, unit, source, note
from marts.published_benchmarks
where place in (select town_name from marts.towns where town_id in (select unnest($towns)))
    and unit = 'percent'
order by place, financial_year, measure
"""
_MATCH_PRECISION = """
select value, low, high, n, measured_on, method from marts.match_quality
where metric = 'gbp_weighted_precision'
"""


@dataclass(frozen=True)
class Comparison:
    """Coverage, shares and published figures of some towns, as rows of the marts.

    `shares` are those of whole towns, `cut_shares` the same by publisher or kind where `by` asks
    for them, `like_for_like` those of each two of them on equal terms; `match_precision` is how
    surely a matched pound is matched rightly, as once measured.
    """

    towns: dict[str, str]
    coverage: list[dict[str, Any]]
    shares: list[dict[str, Any]]
    benchmarks: list[dict[str, Any]]
    match_precision: list[dict[str, Any]]
    by: By = "year"
    cut_shares: list[dict[str, Any]] = field(default_factory=list)
    like_for_like: list[dict[str, Any]] = field(default_factory=list)


def compare_towns(database_path: Path, town_ids: Sequence[str], by: By = "year") -> Comparison:
    """What the published database says of these towns, in the order asked for.

    Raises AnchorspendError where a town is not in the database.
    """
    with open_database(database_path) as connection:
        known = dict(
            connection.execute("select town_id, town_name from marts.towns order by 1").fetchall()
        )
        unknown = [town for town in town_ids if town not in known]
        if unknown:
            raise AnchorspendError(
                f"There is no town {unknown[0]!r} in the database: take one of {', '.join(known)}."
            )
        towns = {town: known[town] for town in town_ids}
        parameters = {"towns": list(towns)}
        return Comparison(
            towns,
            _rows(connection, _COVERAGE, parameters),
            _rows(connection, _SHARES, parameters),
            _rows(connection, _BENCHMARKS, parameters),
            _rows(connection, _MATCH_PRECISION, {}),
            by,
            _rows(connection, _CUTS[by], parameters) if by in _CUTS else [],
            _rows(connection, _LIKE_FOR_LIKE, parameters),
        )


def _rows(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, list[str]]
) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, parameters)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def as_json(comparison: Comparison) -> str:
    """All of it, amounts as decimal strings."""
    return json.dumps(
        {
            "towns": comparison.towns,
            "coverage": comparison.coverage,
            "shares": comparison.shares,
            **(
                {f"shares_by_{comparison.by}": comparison.cut_shares}
                if comparison.by in _CUTS
                else {}
            ),
            "like_for_like": comparison.like_for_like,
            "published_benchmarks": comparison.benchmarks,
            "match_precision": comparison.match_precision,
            "caveat": NOT_A_CONFIDENCE_INTERVAL,
        },
        default=str,
        indent=1,
    )


def as_csv(comparison: Comparison) -> str:
    """The shares, one row per town, financial year, amount basis and what else they are cut by."""
    out = io.StringIO()
    rows = comparison.cut_shares if comparison.by in _CUTS else comparison.shares
    if rows:
        writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return out.getvalue()


def as_text(comparison: Comparison) -> str:
    """For a person: coverage, table, sentences, published figures."""
    parts = ["What we hold", *_coverage_lines(comparison), ""]
    if comparison.shares:
        parts += [
            "Share of influenceable spend that stays (low to high)",
            *_share_lines(comparison),
            *_cut_lines(comparison),
            "",
            *_headline_lines(comparison),
            *difference_lines(comparison.shares, list(comparison.towns.values())),
            *_like_for_like_lines(comparison),
            *_repeated_total_lines(comparison),
            NOT_A_CONFIDENCE_INTERVAL,
            *match_precision_lines(comparison),
        ]
    else:
        parts.append("No payments are held for these towns: there is no share to compare.")
    if comparison.benchmarks:
        parts += ["", f"Published by others ({PRIVATE_DATA}): not comparable with the above"]
        parts += [_benchmark_line(row) for row in comparison.benchmarks]
    return "\n".join(parts)


def _benchmark_line(row: dict[str, Any]) -> str:
    year = row["financial_year"] or "year not stated"
    note = f"; {row['note']}" if row["note"] else ""
    return (
        f"  {row['scope']}, {year}: {row['measure'].replace('_', ' ')} {float(row['value']):g}% "
        f"({row['source']}{note})"
    )


def _coverage_lines(comparison: Comparison) -> list[str]:
    lines = []
    for town_id, town_name in comparison.towns.items():
        anchors = [row for row in comparison.coverage if row["town_id"] == town_id]
        holding = [row for row in anchors if row["files_held"]]
        lines.append(f"  {town_name}: {len(holding)} of {len(anchors)} anchors hold files")
        for row in holding:
            span = f"{row['first_month']:%b %Y} to {row['last_month']:%b %Y}"
            lines.append(
                f"    {row['publisher_name']}: {row['files_held']} files, "
                f"{row['payment_rows']:,} payments, {row['months_held']} months, {span}"
            )
    return lines


def _share_lines(comparison: Comparison) -> list[str]:
    header = (
        "year",
        "town",
        "basis",
        "anchors",
        "months",
        "£",
        "in town",
        "in county",
        "placed",
        "headline",
    )
    table = [header]
    for row in comparison.shares:
        table.append(
            (
                row["financial_year"],
                row["town_name"],
                row["amount_basis"],
                f"{row['anchors_with_payments']} of {row['anchor_count']}",
                f"{row['anchor_months']} of {12 * row['anchors_with_payments']}",
                pounds(row["total_gbp"]),
                band(row["share_in_town_low"], row["share_in_town_high"]),
                band(row["share_in_county_low"], row["share_in_county_high"]),
                percent(row["placed_share"]),
                f"none: {row['no_headline_reason']}" if row["no_headline_reason"] else "yes",
            )
        )
    return _aligned(table, right={3, 4, 5, 6, 7, 8})


def _cut_lines(comparison: Comparison) -> list[str]:
    if comparison.by not in _CUTS:
        return []
    name = _CUT_NAMES[comparison.by]
    table = [("year", "town", comparison.by, "basis", "£", "in town", "in county", "headline")]
    table += [
        (
            row["financial_year"],
            row["town_name"],
            row[name].replace("_", " "),
            row["amount_basis"],
            pounds(row["total_gbp"]),
            band(row["share_in_town_low"], row["share_in_town_high"]),
            band(row["share_in_county_low"], row["share_in_county_high"]),
            f"none: {row['no_headline_reason']}" if row["no_headline_reason"] else "yes",
        )
        for row in comparison.cut_shares
    ]
    return ["", f"The same by {comparison.by}", *_aligned(table, right={4, 5, 6})]


def _aligned(table: Sequence[Sequence[str]], right: Collection[int]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  "
        + "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in table
    ]


def _headline_lines(comparison: Comparison) -> list[str]:
    counties = {row["town_name"]: row["county_area_name"] for row in comparison.shares}
    lines = [f"In county is {county} for {town}." for town, county in counties.items()]
    newest = newest_headlines(comparison)
    for town_name in comparison.towns.values():
        if town_name in newest:
            lines.append(headline(newest[town_name]))
        else:
            lines.append(f"{town_name}: we cannot say what share stays in the town.")
    return lines


def _like_for_like_lines(comparison: Comparison) -> list[str]:
    return [
        f"{found.shares} {found.conclusion} {found.terms}"
        for two in combinations(comparison.towns.values(), 2)
        if (found := newest_like_for_like(comparison.like_for_like, comparison.shares, two))
    ]


def newest_headlines(comparison: Comparison) -> dict[str, dict[str, Any]]:
    """By name of the town the newest row of shares that a sentence may rest on."""
    return {row["town_name"]: row for row in comparison.shares if row["no_headline_reason"] is None}


def headline(row: dict[str, Any]) -> str:
    """The sentence that a row of shares allows whose no_headline_reason is null."""
    return (
        f"{row['town_name']} {row['financial_year']}: at least "
        f"{percent(row['share_in_town_low'])} and at most {percent(row['share_in_town_high'])} "
        f"of the influenceable spend we hold ({row['amount_basis']} of VAT, "
        f"{row['anchors_with_payments']} of {row['anchor_count']} anchors)."
    )


def match_precision_lines(comparison: Comparison) -> list[str]:
    """How surely a matched pound is matched rightly, or that this was not measured."""
    return [
        f"Of each matched pound {percent(row['value'])} is matched to the right organisation (95% "
        f"interval {band(row['low'], row['high'])}; {row['n']} draws of decisions on real "
        f"files, read by hand, {row['measured_on']:%d %B %Y}; see marts.match_quality)."
        for row in comparison.match_precision
    ] or [NOT_MEASURED]


def _repeated_total_lines(comparison: Comparison) -> list[str]:
    suspected = [
        f"{row['town_name']} {row['financial_year']} £{pounds(row['repeated_total_gbp'])}"
        for row in comparison.shares
        if row["repeated_total_gbp"]
    ]
    if not suspected:
        return []
    return [
        "Counted above but doubtful, since they look like invoice totals printed on each of their "
        f"lines: {', '.join(suspected)}."
    ]


def band(low: float | None, high: float | None) -> str:
    """A share from low to high in per cent, such as 47.5% to 64.6%."""
    return "-" if low is None or high is None else f"{percent(low)} to {percent(high)}"


def percent(share: float | None) -> str:
    """A share from 0 to 1 in per cent to one decimal, half up."""
    if share is None:
        return "-"
    return f"{Decimal(str(share * 100)).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


def pounds(amount: Decimal) -> str:
    """Whole pounds, half up, without the sign of the pound."""
    return f"{amount.quantize(Decimal(1), ROUND_HALF_UP):,}"
