"""What is said of two towns on equal terms; rows as marts.like_for_like has them."""

from decimal import Decimal

import pytest

from pipeline.like_for_like import (
    ALL_KINDS,
    beside_the_other,
    newest_like_for_like,
    pairs,
    why_no_sentence,
)


def row(town, other, low, high, **changed):
    return {
        "town_id": town.lower(), "town_name": town, "other_town_name": other,
        "financial_year": "2024/25", "amount_basis": "net", "comparison_group": ALL_KINDS,
        "institution_ids": f"{town}_council, {town}_police", "common_months": 12,
        "is_newest_complete_year": True, "total_gbp": Decimal(1000),
        "town_may_gain_gbp": Decimal(100), "town_may_lose_gbp": Decimal(0),
        "share_in_town_low": low, "share_in_town_high": high, "only_pounds_reason": None,
    } | changed  # fmt: skip


def pair(ayton=(0.4, 0.5), beeford=(0.1, 0.3), **changed):
    return [
        row("Ayton", "Beeford", *ayton, **changed),
        row("Beeford", "Ayton", *beeford, **changed),
    ]


def said(rows, shares=()):
    return newest_like_for_like(rows, shares, ("Beeford", "Ayton"))


def test_two_towns_are_said_with_their_bands_and_terms():
    groups = [
        *pair(comparison_group="police", institution_ids="Ayton_police"),
        *pair(comparison_group="local government", institution_ids="Ayton_council"),
        *pair(comparison_group="NHS trusts", institution_ids="Ayton_trust"),
    ]
    found = said(pair() + groups)
    assert found.shares == (
        "Like for like, of influenceable spend in 2024/25 at least 40.0% and at most 50.0% stays "
        "in Ayton, and at least 10.0% and at most 30.0% in Beeford."
    )
    assert found.conclusion == "Ayton keeps more, wherever the unknown pounds went."
    assert "both towns: local government, police; the same 12 months;" in found.terms


def test_overlapping_bands_tell_nothing():
    assert "cannot tell" in said(pair(ayton=(0.2, 0.5))).conclusion


def test_net_comes_before_gross_and_a_newer_year_before_both():
    gross, net = pair(amount_basis="gross"), pair((0.3, 0.35))
    assert "30.0%" in said(gross + net).shares
    assert "2025/26" in said(gross + net + pair(financial_year="2025/26")).shares


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"only_pounds_reason": "less than £250,000"}, "pounds only, less than £250,000"),
        ({"town_may_gain_gbp": Decimal(501)}, "less than half of the pounds is placed (Ayton)"),
        (
            {"town_may_gain_gbp": Decimal(400), "town_may_lose_gbp": Decimal(-101)},
            "less than half of the pounds is placed (Ayton)",
        ),
    ],
)
def test_what_is_too_little_or_too_unknown_makes_no_sentence(changed, reason):
    rows = pair(**changed)
    [found] = pairs(rows)
    assert why_no_sentence(found, []) == reason
    assert said(rows) is None


def test_a_doubt_about_the_whole_town_holds_here_too():
    whole = {"town_id": "beeford", "financial_year": "2024/25", "amount_basis": "net",
             "no_headline_reason": "more than 15% is unclear"}  # fmt: skip
    [found] = pairs(pair())
    assert why_no_sentence(found, [whole]) == "more than 15% is unclear (Beeford)"
    assert said(pair(), [whole]) is None
    assert said(pair(), [whole | {"financial_year": "2023/24"}])


def test_a_year_with_missing_months_and_other_towns_are_left_out():
    assert said(pair(is_newest_complete_year=False)) is None
    assert newest_like_for_like(pair(), [], ("Ayton", "Ceeham")) is None


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ((0.1, 0.3), "more stays here, by 10.0 to 40.0 points"),
        ((0.6, 0.7), "less stays here, by 10.0 to 30.0 points"),
        ((0.45, 0.7), "cannot tell: -30.0 to 5.0 points"),
    ],
)
def test_a_row_says_how_its_town_stands_to_the_other(other, words):
    [(own, beside)] = pairs(pair(beeford=other))
    assert beside_the_other(own, beside) == words
