"""What the built-in registry says of the towns, their anchors and how files are found."""

import re
from datetime import date

import pytest

from pipeline.registry.check import check_registry
from pipeline.registry.load import load_registry
from pipeline.registry.rules import Datapress, FormPost, LinksOnSubpages, ListingRule


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
        "devon_and_somerset": 11,
        "greater_manchester": 10,
        "merseyside_5": 5,
        "liverpool_city_region_6": 6,
        "essex_14": 14,
        "isle_of_wight": 1,
        "hampshire_and_isle_of_wight": 14,
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
        "plymouth": ("E06000026", ("devon_10",), "E12000009"),
        "exeter": ("E07000041", ("devon_10", "devon_8"), "E12000009"),
        "southend": ("E06000033", ("essex_14",), "E12000006"),
        "isle_of_wight": (
            "E06000046",
            ("isle_of_wight", "hampshire_and_isle_of_wight"),
            "E12000008",
        ),
        "salford": ("E08000006", ("greater_manchester",), "E12000002"),
        "wirral": ("E08000015", ("merseyside_5", "liverpool_city_region_6"), "E12000002"),
        "manchester": ("E08000003", ("greater_manchester",), "E12000002"),
    }


@pytest.mark.parametrize(
    "neighbour",
    [
        "hyndburn_borough_council",
        "teignbridge_district_council",
        "rochdale_borough_council",
        "oldham_council",
        "north_ayrshire_council",
        "newham_council",
        "islington_council",
        "birmingham_city_council",
        "leeds_city_council",
        "wakefield_council",
    ],
)
def test_neighbours_and_comparisons_are_anchors_of_no_town(registry, neighbour):
    assert registry.publishers[neighbour].anchors == ()


@pytest.mark.parametrize(
    ("county_council", "town"),
    [("devon_county_council", "exeter"), ("lancashire_county_council", "preston")],
)
def test_a_county_council_is_an_anchor_of_its_two_tier_town_alone(registry, county_council, town):
    # Torbay, Plymouth and Blackpool are unitary: no county council stands above them.
    assert [anchor.town for anchor in registry.publishers[county_council].anchors] == [town]


@pytest.mark.parametrize(
    ("town", "anchors"),
    [
        (
            "plymouth",
            {
                "plymouth_city_council",
                "devon_and_cornwall_pcc",
                "devon_and_cornwall_police",
                "devon_and_somerset_fire",
                "devon_icb",
            },
        ),
        (
            "exeter",
            {
                "exeter_city_council",
                "devon_county_council",
                "devon_and_cornwall_pcc",
                "devon_and_cornwall_police",
                "devon_and_somerset_fire",
                "devon_icb",
            },
        ),
        ("southend", {"southend_city_council"}),
        ("isle_of_wight", {"isle_of_wight_council"}),
        ("salford", {"salford_city_council"}),
        ("wirral", {"wirral_council"}),
        ("manchester", {"manchester_city_council"}),
    ],
)
def test_a_town_without_a_published_list_has_the_bodies_that_serve_it(registry, town, anchors):
    assert anchors_on(registry, town, date(2024, 4, 1)) == anchors
    bases = {anchor.basis for _, anchor in registry.anchors_of(town)}
    assert bases == {"like_for_like"}


def test_an_anchor_serves_its_town(registry):
    strangers = [
        (publisher.id, anchor.town)
        for publisher in registry.publishers.values()
        for anchor in publisher.anchors
        if publisher.service_area is not None
        and registry.towns[anchor.town].lad_code not in registry.service_area_lads(publisher)
    ]

    assert strangers == []


def test_every_town_has_its_own_council_among_its_anchors(registry):
    councils = {
        town.id: [
            publisher.id
            for publisher, _ in registry.anchors_of(town.id)
            if publisher.ons_code == town.lad_code
        ]
        for town in registry.towns.values()
    }

    assert {town: len(found) for town, found in councils.items()} == dict.fromkeys(councils, 1)


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
        # "Amount - the net amount, excluding VAT" though the first file is headed "Amount".
        ("manchester_city_council", "net"),
        ("salford_city_council", "gross"),
    ],
)
def test_the_amount_basis_is_what_the_publisher_says(registry, publisher_id, basis):
    publisher = registry.publishers[publisher_id]

    assert publisher.amount_basis == basis
    assert publisher.amount_basis_evidence


REPOSITORY = "https://raw.githubusercontent.com/Devon-County-Council/spending/master/"
HYNDBURN = "https://www.hyndburnbc.gov.uk/download/expenditure-over-250-2/?wpdmdl=44201"
BLACKPOOL = "https://www.blackpool.gov.uk/documents/"
MANCHESTER = "https://www.manchester.gov.uk/open/"
MILL = "https://datamillnorth.org/download/"
TEIGNBRIDGE = "https://www.teignbridge.gov.uk/media/"
ISLINGTON = (
    "https://www.islington.gov.uk/~/media/sharepoint-lists/public-records/finance/"
    "financialmanagement/expenditure/"
)
LTH = "https://www.lancsteachinghospitals.nhs.uk/"


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
        (
            "manchester_city_council",
            MANCHESTER + "download/downloads/id/937/expenditure_exceeding_500_january_2021.csv",
            True,
        ),
        (
            "manchester_city_council",
            MANCHESTER + "download/downloads/id/187/expenditure_exceeding_500_dec_2010.csv",
            True,
        ),
        (
            "manchester_city_council",
            MANCHESTER + "downloads/120/expenditure_exceeding_500_2020_2021",
            False,
        ),
        (
            "oldham_council",
            "https://www.oldham.gov.uk/download/downloads/id/7712/q2_spending_records.xlsx",
            True,
        ),
        (
            "oldham_council",
            "https://www.oldham.gov.uk/downloads/200681/council_spending_records",
            False,
        ),
        (
            "salford_city_council",
            "https://www.salford.gov.uk/media/387804/500_invoice_report_-_august_2011_master.csv",
            True,
        ),
        ("leeds_city_council", MILL + "council-spending/959a8a9b-a14b/spending_2019_06.csv", True),
        (
            "wakefield_council",
            MILL + "wakefield-council-spend-over-500-pounds/0a-1/spend-over-500-q1-2014-2015.csv",
            True,
        ),
        (
            "teignbridge_district_council",
            TEIGNBRIDGE + "rjdhzesi/01-april-2022-web-copy.xlsx",
            True,
        ),
        ("teignbridge_district_council", TEIGNBRIDGE + "rjdhzesi/constitution.pdf", False),
        ("islington_council", ISLINGTON + "20222023/quarter-1.csv", True),
        (
            "newham_council",
            "https://www.newham.gov.uk/downloads/file/11422/payments-to-suppliers-august-2026-csv-",
            True,
        ),
        (
            "isle_of_wight_council",
            "https://iwc.iow.gov.uk/documentlibrary/download/transparency-data-may-2021-csv",
            True,
        ),
        (
            "isle_of_wight_council",
            "https://iwc.iow.gov.uk/documentlibrary/download/transparency-data-may-2021-pdf",
            False,
        ),
        ("lancashire_teaching_hospitals", LTH + "publication-of-spend-2019-", False),
        ("lancashire_teaching_hospitals", LTH + "download.cfm?doc=docm93jijm4n1234", True),
        (
            "lancashire_county_council",
            "https://transparency.lancashire.gov.uk/index.asp?Period=052023&Version=1",
            True,
        ),
    ],
)
def test_the_rule_takes_the_addresses_that_were_seen(registry, publisher_id, address, taken):
    rule = registry.publishers[publisher_id].discovery

    assert isinstance(rule, ListingRule)
    ignored = any(re.search(pattern, address) for pattern in rule.ignore)
    assert (re.search(rule.href_matches, address) is not None and not ignored) == taken


@pytest.mark.parametrize(
    ("publisher_id", "address"),
    [
        (
            "manchester_city_council",
            MANCHESTER + "downloads/120/expenditure_exceeding_500_2020_2021",
        ),
        ("oldham_council", "https://www.oldham.gov.uk/downloads/200681/council_spending_records"),
        ("lancashire_teaching_hospitals", LTH + "publication-of-spend-2019-"),
        ("lancashire_teaching_hospitals", LTH + "publication-of-spend-2014"),
        (
            "torbay_and_south_devon_nhs_trust",
            "https://www.torbayandsouthdevon.nhs.uk/page/2/?s=expenditure&media-tags=expenditure",
        ),
    ],
)
def test_the_rule_follows_the_pages_that_were_seen_and_takes_none_for_a_file(
    registry, publisher_id, address
):
    rule = registry.publishers[publisher_id].discovery

    assert isinstance(rule, LinksOnSubpages)
    assert re.search(rule.subpage_matches, address)
    assert not re.search(rule.href_matches, address)


@pytest.mark.parametrize(
    ("publisher_id", "slug", "taken"),
    [
        ("leeds_city_council", "council-spending-2gpp0", True),
        ("leeds_city_council", "council-spending-e61m0", False),
        ("wakefield_council", "e61m0", True),
        ("wakefield_council", "wakefield-council-spend-over-500-pounds", True),
        ("wakefield_council", "council-spending-2gpp0", False),
    ],
)
def test_two_councils_of_one_portal_are_told_apart(registry, publisher_id, slug, taken):
    rule = registry.publishers[publisher_id].discovery

    assert isinstance(rule, Datapress)
    assert (re.search(rule.dataset_matches, slug) is not None) == taken


def test_lancashires_form_is_sent_with_all_nine_fields_of_one_name(registry):
    # Public scrapers that kept the fields in a dict lost eight of the nine.
    rule = registry.publishers["lancashire_county_council"].discovery

    assert isinstance(rule, FormPost)
    assert rule.fields[0] == ("strAction", "exportCSV")
    assert {name for name, _ in rule.fields[1:]} == {"strOutputFields"}
    assert len({value for _, value in rule.fields[1:]}) == 9


def test_bodies_without_the_duty_say_that_nothing_was_found_and_where(registry):
    kinds = {"college", "university", "housing_association"}
    found = {p.id: p.publishes for p in registry.publishers.values() if p.kind in kinds}

    assert set(found.values()) == {"nothing_found"}
    assert len(found) == 8


def test_nobody_is_called_verified_without_a_live_page(registry):
    # No live page has been fetched for the built-in registry yet.
    assert [p.id for p in registry.publishers.values() if p.verified] == []
