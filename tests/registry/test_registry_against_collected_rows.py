"""The built-in registry against the rows that were collected of 40 anchor institutions."""

import csv
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.normalise.reading import read_payments
from pipeline.registry.check import unsaid
from pipeline.registry.load import load_registry

SHARED = Path(__file__).parents[2] / "../shared"
ROWS = SHARED / "publishers/registry.csv"
CODES = SHARED / "geography/local_authority_codes_all_vintages.csv"

# The first words of each row's anchor -> the publishers that it became.
PUBLISHERS = {
    "Preston City Council": ["preston_city_council"],
    "Lancashire County Council": ["lancashire_county_council"],
    "Office of the Police and Crime Commissioner for Lancashire": ["lancashire_police"],
    "Lancashire Combined Fire Authority": ["lancashire_fire"],
    "Lancashire Teaching Hospitals NHS Foundation Trust": ["lancashire_teaching_hospitals"],
    "Lancashire & South Cumbria NHS Foundation Trust": ["lancashire_and_south_cumbria_nhs_trust"],
    "NHS Lancashire and South Cumbria ICB": ["lancashire_and_south_cumbria_icb"],
    "NHS Greater Preston CCG": ["greater_preston_ccg"],
    "NHS Chorley and South Ribble CCG": ["chorley_and_south_ribble_ccg"],
    "University of Central Lancashire": ["university_of_central_lancashire"],
    "Preston's College": ["prestons_college"],
    "Cardinal Newman College": ["cardinal_newman_college"],
    "Community Gateway Association": ["community_gateway_association"],
    "Torbay Council": ["torbay_council"],
    "Torbay and South Devon NHS Foundation Trust": ["torbay_and_south_devon_nhs_trust"],
    "NHS Devon ICB": ["devon_icb"],
    "NHS Devon CCG": ["devon_ccg"],
    "Office of the Police and Crime Commissioner for Devon": ["devon_and_cornwall_pcc"],
    "Devon and Cornwall Police": ["devon_and_cornwall_police"],
    "Devon and Somerset Fire and Rescue Authority": ["devon_and_somerset_fire"],
    "South Devon College": ["south_devon_college"],
    "TDA": ["tda", "swisco"],
    "Torbay Coast and Countryside Trust": [
        "torbay_coast_and_countryside_trust",
        "sanctuary",
        "teign_housing",
        "westward_housing",
    ],
    "Devon County Council": ["devon_county_council"],
    "Teignbridge District Council": ["teignbridge_district_council"],
    "Blackpool Council": ["blackpool_council"],
    "Southend-on-Sea City Council": ["southend_city_council"],
    "Isle of Wight Council": ["isle_of_wight_council"],
    "Plymouth City Council": ["plymouth_city_council"],
    "Salford City Council": ["salford_city_council"],
    "Wirral Council": ["wirral_council"],
    "Rochdale Borough Council": ["rochdale_borough_council"],
    "Oldham Council": ["oldham_council"],
    "North Ayrshire Council": ["north_ayrshire_council"],
    "London Borough of Newham": ["newham_council"],
    "London Borough of Islington": ["islington_council"],
    "Birmingham City Council": ["birmingham_city_council"],
    "Leeds City Council": ["leeds_city_council"],
    "Wakefield Council": ["wakefield_council"],
    "Manchester City Council": ["manchester_city_council"],
}
# Where a page of the publisher itself says otherwise than the row; each is a comment in its YAML.
OTHER_THRESHOLDS = {
    "isle_of_wight_council",
    "leeds_city_council",
    "newham_council",
    "wakefield_council",
}

needs_rows = pytest.mark.skipif(not ROWS.exists(), reason="../shared is missing")


@pytest.fixture(scope="module")
def registry():
    return load_registry()


def collected():
    with ROWS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def publisher_ids(row):
    return next(ids for name, ids in PUBLISHERS.items() if row["anchor"].startswith(name))


@needs_rows
def test_each_collected_row_has_its_publishers(registry):
    rows = collected()

    assert len(rows) == len(PUBLISHERS) == 40
    wanted = {identifier for row in rows for identifier in publisher_ids(row)}
    assert wanted - registry.publishers.keys() == set()
    assert wanted == {identifier for ids in PUBLISHERS.values() for identifier in ids}


@needs_rows
def test_the_collected_landing_pages_are_those_of_the_registry(registry):
    rows = [row for row in collected() if row["landing_url"].startswith("http")]
    missing = [
        (row["anchor"], row["landing_url"])
        for row in rows
        if row["landing_url"].rstrip("#")
        not in registry.publishers[publisher_ids(row)[0]].landing_pages
    ]

    assert len(rows) > 25
    assert missing == []


@needs_rows
def test_the_collected_codes_are_those_of_the_registry(registry):
    codes = {
        publisher_ids(row)[0]: found[0]
        for row in collected()
        if (found := re.findall(r"\b[ES]\d{8}\b", row["body_type"]))
    }

    assert len(codes) > 15
    assert {name: registry.publishers[name].ons_code for name in codes} == codes


@needs_rows
def test_the_collected_thresholds_are_those_of_the_registry(registry):
    thresholds = {
        publisher_ids(row)[0]: Decimal(found.group())
        for row in collected()
        if (found := re.match(r"\d+", row["threshold"]))
    }
    for exception in OTHER_THRESHOLDS:
        assert registry.publishers[exception].threshold_gbp != thresholds.pop(exception)

    assert len(thresholds) > 25
    assert {name: registry.publishers[name].threshold_gbp for name in thresholds} == thresholds


# What a column of the rows gives -> the key of the YAML that says it.
GIVEN = {
    "landing_url": "landing_pages",
    "threshold": "threshold_gbp",
    "cadence": "cadence",
    "formats": "formats",
    "columns": "amount_basis_evidence",
}
# Cells that hold words without a value, each as it stands.
WITHOUT_A_VALUE = {
    ("greater_preston_ccg", "formats"): "extension hidden in the link",
}


@needs_rows
def test_what_a_row_gives_its_yaml_does_not_leave_unsaid(registry):
    silent = {}
    for row in collected():
        publisher = registry.publishers[publisher_ids(row)[0]]
        left = set(unsaid(publisher.model_copy(update={"publishes": "files"})))
        for column, key in GIVEN.items():
            if row[column] not in ("", "none found") and key in left:
                silent[publisher.id, key] = row[column]

    assert silent == WITHOUT_A_VALUE


@needs_rows
def test_every_oddity_that_a_row_tells_has_a_caveat_with_evidence(registry):
    told = {publisher_ids(row)[0] for row in collected() if row["quirks"]}
    silent = {one for one in told if not registry.publishers[one].caveats}

    assert len(told) > 35
    # Of these the rows tell no more than that nothing was found, which `publishes` says.
    assert silent == {"cardinal_newman_college", "devon_icb", "south_devon_college"}
    assert all(registry.publishers[one].publishes_evidence for one in silent)


@needs_rows
def test_the_anchors_of_a_collected_town_are_anchors_of_it_in_the_registry(registry):
    towns = {town.name: town.id for town in registry.towns.values()}
    elsewhere = {
        identifier
        for row in collected()
        if (town := towns.get(row["town"]))
        for identifier in publisher_ids(row)
        if town not in {anchor.town for anchor in registry.publishers[identifier].anchors}
    }

    # Seats outside the town, bodies that no published list names (see their caveats).
    assert elsewhere == {
        "chorley_and_south_ribble_ccg",
        "lancashire_and_south_cumbria_nhs_trust",
        "sanctuary",
        "swisco",
        "teign_housing",
        "torbay_coast_and_countryside_trust",
        "westward_housing",
    }
    assert all(registry.publishers[one].caveats for one in elsewhere)


@needs_rows
def test_a_former_body_is_succeeded_and_ends_as_an_anchor_when_its_successor_begins(registry):
    former = {publisher_ids(row)[0] for row in collected() if "(former" in row["anchor"]}
    successors = {
        old: publisher for publisher in registry.publishers.values() for old in publisher.succeeds
    }

    assert former == {"greater_preston_ccg", "chorley_and_south_ribble_ccg", "devon_ccg"}
    assert former <= successors.keys()
    for old in former:
        begins = {one.town: one.valid_from for one in successors[old].anchors}
        for anchor in registry.publishers[old].anchors:
            assert anchor.valid_to + timedelta(days=1) == begins[anchor.town]


@pytest.mark.skipif(not CODES.exists(), reason="../shared is missing")
def test_areas_hold_current_districts_and_whole_counties(registry):
    with CODES.open(encoding="utf-8", newline="") as file:
        districts = [row for row in csv.DictReader(file) if row["Current"] == "TRUE"]

    def codes(**where):
        return {row["LADCD"] for row in districts if all(row[key] == where[key] for key in where)}

    areas = {name: set(area.lad_codes) for name, area in registry.areas.items()}
    current = {row["LADCD"] for row in districts}
    assert {name: lads - current for name, lads in areas.items() if lads - current} == {}
    assert areas["greater_manchester"] == codes(CAUTHNM="Greater Manchester")
    assert areas["liverpool_city_region_6"] == codes(CAUTHNM="Liverpool City Region")
    assert areas["liverpool_city_region_6"] - areas["merseyside_5"] == codes(LADNM="Halton")
    assert areas["essex_14"] == (
        codes(UTLANM="Essex") | codes(LADNM="Southend-on-Sea") | codes(LADNM="Thurrock")
    )
    assert areas["hampshire_and_isle_of_wight"] == (
        codes(UTLANM="Hampshire")
        | codes(LADNM="Isle of Wight")
        | codes(LADNM="Portsmouth")
        | codes(LADNM="Southampton")
    )
    assert areas["devon_and_somerset"] == areas["devon_10"] | codes(LADNM="Somerset")
    regions = {row["LADCD"]: (row["RGNCD"], row["RGNNM"]) for row in districts}
    assert {town.id: regions[town.lad_code] for town in registry.towns.values()} == {
        town.id: (town.region_code, town.region_name) for town in registry.towns.values()
    }


HELD = {
    "blackpool_council": "blackpool-council",
    "devon_county_council": "devon-county-council",
    "hyndburn_borough_council": "hyndburn-borough-council",
    "lancashire_county_council": "lancashire-county-council",
    "lancashire_fire": "lancashire-fire",
    "lancashire_police": "lancashire-police",
    "manchester_city_council": "manchester-city-council",
    "oldham_council": "oldham-metropolitan-borough-council",
    "southend_city_council": "southend-on-sea-city-council",
}
# The first month is that of the oldest file of a list that nobody has seen to its end.
FIRST_MONTH_NOT_KNOWN = {"blackpool_council", "lancashire_county_council"}


@pytest.mark.parametrize("publisher_id", HELD)
def test_files_that_are_held_are_as_the_registry_expects(registry, publisher_id):
    folder = SHARED / "spend/files" / HELD[publisher_id]
    if not folder.is_dir():
        pytest.skip("../shared is missing")
    publisher = registry.publishers[publisher_id]
    rows, pounds = publisher.expect.rows_per_file, publisher.expect.gbp_per_file
    spending = [path for path in sorted(folder.iterdir()) if "card" not in path.name.lower()]
    unsaid_yet = ["expect.first_month"] if publisher_id in FIRST_MONTH_NOT_KNOWN else []

    assert [key for key in unsaid(publisher) if key != "anchors"] == unsaid_yet
    for path in spending[-2:]:
        summary = read_payments(path.read_bytes()).summary
        assert rows.min <= summary.payments <= rows.max
        assert pounds.min <= Decimal(str(summary.total_gbp)) <= pounds.max
        if publisher.expect.first_month:
            assert str(summary.first_date) >= str(publisher.expect.first_month)
        # A file that says net or gross must not be contradicted by the registry.
        assert summary.amount_basis in {"unknown", publisher.amount_basis} or (
            publisher.amount_basis == "unknown"
        )
