from decimal import Decimal

from pipeline.compare import Comparison, as_text
from pipeline.like_for_like import ALL_KINDS
from pipeline.report.headlines import front_sentence


def share(town, low, high, **other):
    return {
        "town_id": town.lower(), "town_name": town, "financial_year": "2024/25",
        "amount_basis": "net", "share_in_town_low": low, "share_in_town_high": high,
        "no_headline_reason": None, "anchors_with_payments": 1, "anchor_count": 1,
        "anchor_months": 12, "total_gbp": Decimal(1_000_000), "supplier_count": 100,
        "share_in_county_low": low, "share_in_county_high": high, "placed_share": 0.9,
        "county_area_name": "Anyshire", "repeated_total_gbp": None,
    } | other  # fmt: skip


def sentence(*shares, kinds=None):
    towns = {row["town_id"]: row["town_name"] for row in shares}
    return front_sentence(Comparison(towns, [], list(shares), [], []), kinds or {})


def test_a_town_keeps_more_where_its_low_is_above_the_others_high():
    said = sentence(share("Ayton", 0.4, 0.5), share("Beeford", 0.1, 0.3))
    assert "Ayton at least 40.0% and at most 50.0%" in said.headline
    assert said.conclusion == "Ayton keeps more, wherever the unknown pounds went."


def test_overlapping_bands_tell_nothing():
    said = sentence(share("Ayton", 0.25, 0.5), share("Beeford", 0.1, 0.3))
    assert said.conclusion == "The bands overlap: we cannot tell which keeps more."


def test_missing_months_small_sums_and_other_anchors_forbid_a_conclusion():
    rows = (
        share("Ayton", 0.4, 0.5, anchor_months=9),
        share("Beeford", 0.1, 0.3, total_gbp=Decimal(249_999)),
    )
    kinds = {("ayton", "2024/25", "net"): {"police"}, ("beeford", "2024/25", "net"): {"college"}}
    assert sentence(*rows, kinds=kinds).conclusion == (
        "We cannot say which keeps more, because months are missing (9 of 12 in Ayton held), "
        "a town has less than £250,000 or 20 suppliers and the kinds of anchors held differ."
    )


def test_net_is_not_put_beside_gross():
    said = sentence(share("Ayton", 0.4, 0.5), share("Beeford", 0.1, 0.3, amount_basis="gross"))
    assert said.headline == (
        "We cannot say which of Ayton and Beeford keeps more of its anchors’ money, "
        "because no year and basis is common to them."
    )


def test_the_reason_is_said_where_no_sentence_may_be():
    reason = "less than half of the pounds is placed"
    rows = [share(town, 0, 1, no_headline_reason=reason) for town in ("Ayton", "Beeford")]
    assert sentence(*rows).headline.endswith(f"because {reason}.")
    assert f"because {reason} (Beeford)." in sentence(share("Ayton", 0, 1), rows[1]).headline


def test_one_town_alone_is_not_asked_whether_it_keeps_more():
    said = sentence(share("Ayton", 0, 1, no_headline_reason="too little is placed"))
    assert said.headline == (
        "We cannot say what share of its anchors’ money stays in Ayton, "
        "because too little is placed."
    )


def test_without_payments_nothing_is_said():
    assert sentence().headline == "We cannot say, because no payments are held of any town."


def like_for_like(town, other, low, high):
    return share(town, low, high) | {
        "other_town_name": other, "comparison_group": ALL_KINDS, "institution_ids": town,
        "common_months": 12, "is_newest_complete_year": True, "only_pounds_reason": None,
        "town_may_gain_gbp": Decimal(0), "town_may_lose_gbp": Decimal(0),
    }  # fmt: skip


def test_two_towns_are_put_like_for_like_where_they_can_be():
    shares = [share("Ayton", 0.4, 0.5), share("Beeford", 0.1, 0.3)]
    alike = [
        like_for_like("Ayton", "Beeford", 0.2, 0.25),
        like_for_like("Beeford", "Ayton", 0.3, 0.35),
    ]
    towns = {"ayton": "Ayton", "beeford": "Beeford"}
    said = front_sentence(Comparison(towns, [], shares, [], [], like_for_like=alike), {})
    assert said.headline.startswith("Like for like, of influenceable spend in 2024/25 at least 20")
    assert said.conclusion == "Beeford keeps more, wherever the unknown pounds went."
    assert "net of VAT" in said.terms
    assert "Ayton 2024/25: at least 40.0%" in said.by_town[0]
    printed = as_text(Comparison(towns, [], shares, [], [], like_for_like=alike))
    assert f"{said.headline} {said.conclusion} {said.terms}" in printed
    three = [*shares, share("Ceeham", 0.1, 0.2)]
    said = front_sentence(Comparison(towns, [], three, [], [], like_for_like=alike), {})
    assert "Like for like" not in said.headline
    assert said.conclusion == "Ayton keeps more, wherever the unknown pounds went."
