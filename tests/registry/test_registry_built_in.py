"""What the built-in registry says of the towns, their anchors and how files are found."""

import re
from datetime import date

import pytest

from pipeline.registry.check import check_registry
from pipeline.registry.load import load_registry
from pipeline.registry.models import LinksOnPage


@pytest.fixture(scope="module")
def registry():
    return load_registry()


def anchors_on(registry, town, day):
    return {
        publisher.id
        for publisher, anchor in registry.anchors_of(town)
        if (anchor.valid_from or day) <= day <= (anchor.valid_to or day)
    }


def test_the_built_in_registry_has_no_problem():
    assert [str(problem) for problem in check_registry()] == []


def test_counties_are_the_named_lists_of_districts(registry):
    sizes = {name: len(area.lad_codes) for name, area in registry.areas.items()}

    assert sizes == {
        "lancashire_12": 12,
        "lancashire_14": 14,
        "devon_8": 8,
        "devon_10": 10,
        "devon_and_cornwall": 12,
    }
    twelve, fourteen = registry.areas["lancashire_12"], registry.areas["lancashire_14"]
    # Blackburn with Darwen and Blackpool.
    assert set(fourteen.lad_codes) - set(twelve.lad_codes) == {"E06000008", "E06000009"}
    # Plymouth and Torbay.
    eight, ten = registry.areas["devon_8"], registry.areas["devon_10"]
    assert set(ten.lad_codes) - set(eight.lad_codes) == {"E06000026", "E06000027"}


def test_each_town_is_its_district_with_its_counties(registry):
    towns = {
        town.id: (town.lad_code, town.county_areas, town.region_code)
        for town in registry.towns.values()
    }

    assert towns == {
        "preston": ("E07000123", ("lancashire_14", "lancashire_12"), "E12000002"),
        "torbay": ("E06000027", ("devon_10",), "E12000009"),
        "blackpool": ("E06000009", ("lancashire_14",), "E12000002"),
    }


def test_neighbours_are_anchors_of_no_town(registry):
    for neighbour in ["devon_county_council", "hyndburn_borough_council"]:
        assert registry.publishers[neighbour].anchors == ()


def test_prestons_named_anchors_are_the_seven_of_the_council(registry):
    named = {
        publisher.id
        for publisher, anchor in registry.anchors_of("preston")
        if anchor.basis == "named"
    }

    # preston.gov.uk/article/1791
    assert named == {
        "preston_city_council",
        "lancashire_county_council",
        "lancashire_police",
        "community_gateway_association",
        "prestons_college",
        "cardinal_newman_college",
        "university_of_central_lancashire",
    }


def test_torbays_named_anchors_are_the_four_of_its_memorandum(registry):
    named = {
        publisher.id
        for publisher, anchor in registry.anchors_of("torbay")
        if anchor.basis == "named"
    }

    # torbay.gov.uk/news/tda3010
    assert named == {
        "torbay_council",
        "torbay_and_south_devon_nhs_trust",
        "south_devon_college",
        "tda",
    }


def test_commissioning_groups_hand_over_to_boards_in_july_2022(registry):
    before, after = date(2022, 6, 30), date(2022, 7, 1)

    assert "devon_ccg" in anchors_on(registry, "torbay", before)
    assert "devon_icb" not in anchors_on(registry, "torbay", before)
    assert "devon_icb" in anchors_on(registry, "torbay", after)
    assert "devon_ccg" not in anchors_on(registry, "torbay", after)
    assert len(anchors_on(registry, "torbay", before)) == len(anchors_on(registry, "torbay", after))


@pytest.mark.parametrize(
    ("publisher_id", "basis"),
    [
        ("torbay_council", "net"),
        ("lancashire_county_council", "net"),
        ("blackpool_council", "gross"),
        # "Net Amount" to February 2024, "Amount Paid" since: what the file does not say is unknown.
        ("hyndburn_borough_council", "unknown"),
        ("devon_county_council", "unknown"),
    ],
)
def test_the_amount_basis_is_what_the_publisher_says(registry, publisher_id, basis):
    publisher = registry.publishers[publisher_id]

    assert publisher.amount_basis == basis
    assert publisher.amount_basis_evidence


REPOSITORY = "https://raw.githubusercontent.com/Devon-County-Council/spending/master/"
HYNDBURN = "https://www.hyndburnbc.gov.uk/download/expenditure-over-250-2/?wpdmdl=44201"
BLACKPOOL = "https://www.blackpool.gov.uk/documents/"


@pytest.mark.parametrize(
    ("publisher_id", "address", "taken"),
    [
        ("devon_county_council", REPOSITORY + "DCCSpendingOver500_202503.csv", True),
        ("devon_county_council", REPOSITORY + "DCCSpendingOver500201608.csv", True),
        ("devon_county_council", REPOSITORY + "202604_DCCSpendingOver500.csv", True),
        ("devon_county_council", REPOSITORY + "DCCSpendingOver500_201005.xls", True),
        ("devon_county_council", REPOSITORY + "README.md", False),
        (
            "hyndburn_borough_council",
            HYNDBURN + "&ind=1682076980054&refresh=c2e5c5e6&filename=Jan-2023.csv",
            True,
        ),
        ("hyndburn_borough_council", "https://www.hyndburnbc.gov.uk/download/accounts.csv", False),
        ("blackpool_council", BLACKPOOL + "Spending-over-250-April-2022.csv", True),
        ("blackpool_council", BLACKPOOL + "March-2025.csv", True),
        ("blackpool_council", BLACKPOOL + "Purchase-card-spend-over-250-May-2022.csv", False),
        (
            "preston_city_council",
            "https://www.preston.gov.uk/media/1737/Spending-May/xlsx/May.xlsx?m=1766577997083",
            True,
        ),
        (
            "preston_city_council",
            "https://www.preston.gov.uk/media/1737/Political-history/pdf/History.pdf?m=1766577",
            False,
        ),
    ],
)
def test_the_rule_takes_the_addresses_that_were_seen(registry, publisher_id, address, taken):
    rule = registry.publishers[publisher_id].discovery

    assert isinstance(rule, LinksOnPage)
    ignored = any(re.search(pattern, address) for pattern in rule.ignore)
    assert (re.search(rule.href_matches, address) is not None and not ignored) == taken


def test_nobody_is_called_verified_without_a_live_page(registry):
    # No live page has been fetched for the built-in registry yet.
    assert [p.id for p in registry.publishers.values() if p.verified] == []
