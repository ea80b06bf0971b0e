"""The page on which towns, years and definitions are chosen, as published or like for like."""

from typing import Any

from pipeline.compare import Comparison
from pipeline.like_for_like import ALL_KINDS, beside_the_other, pairs, why_no_sentence
from pipeline.report.figures import Figures, Row, money_cell, share_cell
from pipeline.report.page import Page

_SHARES = (
    "select town_name, county_area_name, financial_year, amount_basis,\n"
    "    'all kinds' as publisher_kind, scope, local_definition, payees, total_gbp,\n"
    "    share_in_town_low, share_in_town_high,\n"
    "    share_in_county_low, share_in_county_high, placed_share, no_headline_reason\n"
    "from marts.spend_retention_variants\n"
    "union all select town_name, county_area_name, financial_year, amount_basis,\n"
    "    publisher_kind, scope, 'registered', 'all', total_gbp,\n"
    "    share_in_town_low, share_in_town_high,\n"
    "    share_in_county_low, share_in_county_high, placed_share, no_headline_reason\n"
    "from marts.spend_retention_by_kind_year\n"
    "order by financial_year desc, town_name, amount_basis, publisher_kind, scope,\n"
    "    local_definition, payees"
)
_LIKE_FOR_LIKE = (
    "select * from marts.like_for_like\n"
    "order by financial_year desc, comparison_group, amount_basis,\n"
    "    least(town_id, other_town_id), greatest(town_id, other_town_id), town_id"
)
_CHOICES = ("town_name", "financial_year", "amount_basis", "publisher_kind",
            "scope", "local_definition", "payees")  # fmt: skip


def compare_page(figures: Figures, comparison: Comparison) -> Page:
    """Both tables; their rows are a script, of which the page shows those that are chosen."""
    rows = figures.download("compare", _SHARES)
    figures.download("compare-like-for-like", _LIKE_FOR_LIKE)
    publishers = {
        row["publisher_id"]: row["publisher_name"]
        for row in figures.rows("select publisher_id, publisher_name from marts.publishers")
    }
    alike = [
        _like_for_like_row(own, other, why_no_sentence(pair, comparison.shares), publishers)
        for pair in pairs(comparison.like_for_like)
        for own, other in (pair, pair[::-1])
    ]
    figures.script("compare", {"shares": [_share_row(row) for row in rows], "like_for_like": alike})
    kinds = {row["publisher_kind"] for row in rows}
    groups = {row["comparison_group"] for row in comparison.like_for_like}
    return Page(
        "compare.html",
        "compare.html",
        {
            "title": "Compare towns, years and definitions",
            "towns": sorted({row["town_name"] for row in rows}),
            "years": sorted({row["financial_year"] for row in rows}, reverse=True),
            "kinds": ["all kinds", *sorted(kinds - {"all kinds"})],
            "groups": [one for one in [ALL_KINDS, *sorted(groups - {ALL_KINDS})] if one in groups],
            "counties": sorted({(row["town_name"], row["county_area_name"]) for row in rows}),
            "shares_query": _SHARES,
            "like_for_like_query": _LIKE_FOR_LIKE,
        },
    )


def _share_row(row: Row) -> dict[str, Any]:
    return {
        **{name: row[name] for name in _CHOICES},
        "pounds": money_cell(row["total_gbp"]).text,
        **_band(row),
        "in_county": share_cell(row["share_in_county_low"], row["share_in_county_high"]).text,
        "said": f"no: {row['no_headline_reason']}" if row["no_headline_reason"] else "yes",
        "is_pale": row["no_headline_reason"] is not None,
    }


def _like_for_like_row(
    own: Row, other: Row, reason: str | None, publishers: dict[str, str]
) -> dict[str, Any]:
    return {
        "town_name": own["town_name"],
        "other_town_name": other["town_name"],
        "financial_year": own["financial_year"],
        "amount_basis": own["amount_basis"],
        "comparison_group": own["comparison_group"],
        "months": f"{own['common_months']} of 12",
        "pounds": money_cell(own["total_gbp"]).text,
        **_band(own),
        "said": f"no: {reason}" if reason else beside_the_other(own, other),
        "is_pale": reason is not None,
        "anchors": [publishers[one] for one in own["institution_ids"].split(", ")],
    }


def _band(row: Row) -> dict[str, Any]:
    low, high = row["share_in_town_low"], row["share_in_town_high"]
    return {"in_town": share_cell(low, high).text, "low": low, "high": high}
