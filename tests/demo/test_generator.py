"""The invented world by itself: independent, the same for a seed, in the shapes as published."""

import ast
import hashlib
import io
import json
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from pipeline.demo import generator
from pipeline.demo.generator.chance import draws
from pipeline.demo.generator.island import outline, place_in, read_wards
from pipeline.demo.generator.layouts import pounds_text, read_layouts
from pipeline.demo.generator.paper import pdf_bytes
from pipeline.demo.generator.places import (
    DISTRICTS,
    NSPL_COLUMNS,
    lad_of_postcode,
    ward_of_postcode,
)
from pipeline.demo.generator.publishers import read_publishers
from pipeline.demo.generator.registers import COMPANY_COLUMNS
from pipeline.demo.generator.truth import published_totals, true_areas, true_figures
from pipeline.demo.generator.website import BANNER, FORM_FIELDS
from pipeline.demo.generator.workbook import workbook_bytes
from pipeline.demo.generator.world import build_world, serve
from pipeline.registry.check import check_registry
from pipeline.registry.load import load_registry
from tests.demo.outcomes import SCALE

SMALL = 0.01


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A whole world with every fault, 200 payments and a few more."""
    return build_world(tmp_path_factory.mktemp("small"), seed=7, scale=SMALL)


def get(url, **fields):
    data = urllib.parse.urlencode(fields, doseq=True).encode() if fields else None
    with urllib.request.urlopen(url, data) as answer:  # noqa: S310
        return answer.headers, answer.read()


def digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            whole.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return whole.hexdigest()


def test_the_generator_imports_nothing_of_the_product_but_itself():
    for path in Path(generator.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, path
                names = [node.module]
            ours = [name for name in names if name.split(".")[0] == "pipeline"]
            assert all(name.startswith("pipeline.demo.generator") for name in ours), path


def test_the_same_seed_makes_the_same_bytes_and_another_seed_others(small, tmp_path):
    again = build_world(tmp_path / "again", seed=7, scale=SMALL)
    assert digest(again.folder) == digest(small.folder)
    other = build_world(tmp_path / "other", seed=8, scale=SMALL)
    assert digest(other.site) != digest(small.site)


def test_draws_are_those_of_splitmix64():
    def splitmix(state):
        mask = 2**64 - 1
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & mask
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & mask
        return state ^ (state >> 31)

    start = int.from_bytes(hashlib.sha256(b"('seed', 1)").digest()[:8], "big")
    states = [(n * 0x9E3779B97F4A7C15 + start) % 2**64 for n in range(1, 6)]
    assert draws(5, "seed", 1).to_list() == [splitmix(state) for state in states]


def test_the_world_is_as_large_as_asked_for(small, clean):
    payments = small.ledger().filter(pl.col("file_kind") == "spend").select(pl.len())
    assert 200 <= payments.collect().item() <= 700
    spend = clean.world.ledger().filter(pl.col("file_kind") == "spend").select(pl.len())
    assert spend.collect().item() == pytest.approx(20_000 * SCALE, rel=0.02)


def test_a_fault_that_there_is_not_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no fault misspelled"):
        build_world(tmp_path, faults=["misspelled"])


def test_the_registry_of_the_invented_bodies_is_valid_and_adds_to_the_built_in_one(small):
    with serve(small) as site:
        check_registry(small.registry)
        registry = load_registry(small.registry)
        assert registry.publishers["saltmere_city_council"].landing_page.startswith(site.url)
    built_in = load_registry(None)
    invented = {one.id for one in small.publishers}
    assert len(invented) == 12
    assert not invented & built_in.publishers.keys()
    names = {one.name.lower() for one in built_in.publishers.values()}
    assert not names & {one.name.lower() for one in small.publishers}


def test_two_towns_have_six_publishers_each():
    towns = [one.town for one in read_publishers()]
    assert {town: towns.count(town) for town in towns} == {"saltmere": 6, "brackenford": 6}


def test_every_page_says_that_all_is_invented(small):
    pages = list(small.site.rglob("*.html"))
    assert len(pages) > 10
    assert all(BANNER in page.read_text(encoding="utf-8") for page in pages)


def test_registers_have_their_published_layouts(small):
    [companies] = small.registers.glob("BasicCompanyData*.csv")
    heading = companies.read_text(encoding="utf-8").splitlines()[0]
    assert heading.split(",") == COMPANY_COLUMNS
    assert len(COMPANY_COLUMNS) == 55
    charities = (small.registers / "publicextract.charity.json").read_bytes()
    assert charities.startswith(b"\xef\xbb\xbf[{")
    postcodes = (small.registers / "NSPL_AUG_2026_UK.csv").read_text().splitlines()
    assert postcodes[0] == ",".join(f'"{name}"' for name in NSPL_COLUMNS)
    assert (
        len(postcodes) - 1 == len(lad_of_postcode()) == sum(60 * len(d.outward) for d in DISTRICTS)
    )


def area(ring):
    """Twice the area of a closed ring, above zero where it runs anticlockwise."""
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(ring))


def is_inside(ring, point):
    """Whether a ray from the point crosses the ring an odd number of times."""
    x, y = point
    return (
        sum(
            (y0 > y) != (y1 > y) and x < x0 + (y - y0) / (y1 - y0) * (x1 - x0)
            for (x0, y0), (x1, y1) in pairwise(ring)
        )
        % 2
        == 1
    )


def test_wards_fill_their_district_without_gap_or_overlap():
    wards = read_wards()
    assert len({ward.code for ward in wards}) == len(wards) == 68
    for district in DISTRICTS:
        own = [ward for ward in wards if ward.lad_code == district.lad_code]
        rings = [outline([ward], seed=1) for ward in own]
        whole = outline(own, seed=1)
        assert min(map(area, rings)) > 0
        assert area(whole) == pytest.approx(sum(map(area, rings)), rel=1e-9)
        borders = Counter(frozenset(edge) for ring in rings for edge in pairwise(ring))
        assert {edge for edge, count in borders.items() if count == 1} == {
            frozenset(edge) for edge in pairwise(whole)
        }
        assert len({ward.name for ward in own}) == len(own)


def test_every_postcode_lies_in_its_ward_and_district():
    rings = {ward.code: outline([ward], seed=1) for ward in read_wards()}
    districts = lad_of_postcode()
    wards = ward_of_postcode()
    assert wards.keys() == districts.keys()
    for number, (postcode, ward) in enumerate(wards.items()):
        assert ward.lad_code == districts[postcode]
        assert is_inside(rings[ward.code], place_in(ward, number)), postcode


def test_boundaries_have_the_layout_of_the_ons_portal(small):
    wards, districts = (
        json.loads((small.registers / f"{name}_May_2026_Boundaries_UK_BGC.geojson").read_text())
        for name in ("Wards", "Local_Authority_Districts")
    )
    assert [one["properties"]["LAD26NM"] for one in districts["features"]] == [
        one.name for one in DISTRICTS
    ]
    in_postcodes = {ward.code for ward in ward_of_postcode().values()}
    assert {one["properties"]["WD26CD"] for one in wards["features"]} == in_postcodes
    for one in wards["features"] + districts["features"]:
        [ring] = one["geometry"]["coordinates"]
        assert ring[0] == ring[-1]
        # Between Denmark and England there is no land.
        assert all(3 <= x <= 4 and 54.9 <= y <= 55.7 for x, y in ring)


def test_inward_codes_never_hold_c_i_k_m_o_or_v():
    inward = "".join(postcode.split()[1] for postcode in lad_of_postcode())
    assert not set("CIKMOV") & set(inward)


def test_the_form_answers_only_with_every_repeated_field(small):
    answer = next((small.site / "orrinshire_county_council/answers").iterdir())
    with serve(small) as site:
        url = f"{site.url}/orrinshire_county_council/index.asp?Period={answer.stem}&Version=1"
        _, whole = get(url, strAction="exportCSV", strOutputFields=list(FORM_FIELDS))
        assert whole.startswith(b"Service label,Service code,")
        assert whole.split(b"\r\n")[0].endswith(b",Supplier name,")
        headers, lost = get(url, strAction="exportCSV", strOutputFields="supplier_name")
        assert headers["content-type"].startswith("text/html")
        assert BANNER.encode() in lost


def test_the_blocked_body_answers_with_a_challenge(small):
    with (
        serve(small) as site,
        pytest.raises(urllib.error.HTTPError) as refusal,
    ):
        get(f"{site.url}/vellshire_housing/")
    assert refusal.value.code == 403
    assert refusal.value.headers["cf-mitigated"] == "challenge"
    assert b"Just a moment" in refusal.value.read()


def test_a_file_is_replaced_by_a_longer_one_on_the_second_night(tmp_path):
    world = build_world(tmp_path, seed=1, scale=0.2, faults=())
    [replaced] = world.second_night.rglob("*.csv")
    with serve(world) as site:
        url = f"{site.url}/brackenford_harbour/spending/{replaced.name}"
        before = get(url)[1]
        site.begin_second_night()
        after = get(url)[1]
    assert after.startswith(before)
    assert len(after) > len(before)


def test_nothing_outside_the_site_is_served(small):
    with serve(small) as site, pytest.raises(urllib.error.HTTPError) as refusal:
        get(f"{site.url}/..%2ftruth%2forganisations.parquet")
    assert refusal.value.code == 404
    refusal.value.close()


def test_a_workbook_holds_texts_numbers_and_days():
    rows = [
        ["Name", "Paid", "Amount"],
        ["A & <B>", date(2024, 2, 29), Decimal("-12.30")],
        ["", None],
    ]
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes([("Apr 24", rows)])))
    cells = list(book["Apr 24"].iter_rows(values_only=True))
    assert cells[1][0] == "A & <B>"
    assert cells[1][1].date() == date(2024, 2, 29)
    assert cells[1][2] == -12.30


def test_a_pdf_is_whole():
    content = pdf_bytes("A (b)", ["Date", "Amount"], [["01/04/2024", "£1.00"]] * 41)
    assert content.startswith(b"%PDF-1.4")
    assert content.endswith(b"%%EOF\n")
    assert content.count(b"/Type /Page ") == 2


@pytest.mark.parametrize(
    ("style", "printed"),
    [
        ("", ["0.05", "-123.45", "1234.56", "1000000.00"]),
        (",", ["0.05", "-123.45", "1,234.56", "1,000,000.00"]),
        ("£", ["£0.05", "-£123.45", "£1,234.56", "£1,000,000.00"]),
        ("()", ["0.05", "(123.45)", "1234.56", "1000000.00"]),
    ],
)
def test_pounds_are_printed_in_the_style_of_the_layout(style, printed):
    pence = pl.DataFrame({"amount_pence": [5, -12345, 123456, 100000000]})
    assert pence.select(pounds_text(style)).to_series().to_list() == printed


def test_the_report_export_has_the_24_columns_of_torbay():
    layout = read_layouts()["report_export"]
    assert len(layout.columns) == 24
    assert layout.headings[15] == "Date"
    assert layout.headings[17] == "Net Amount"


def ledger_row(publisher, nature, lad, pence, basis="net", kind="spend", year="2023/24", sure=True):
    return {
        "publisher_id": publisher,
        "file_kind": kind,
        "financial_year": year,
        "organisation": pence,
        "lad_code": lad,
        "lad_code_when_paid": "E07980001",
        "lad_code_trading": lad,
        "ward_code": f"ward of {lad}",
        "nature": nature,
        "amount_pence": pence,
        "amount_basis": basis,
        "is_year_printed": sure,
    }


SALTMERE, VALE, FARMARK, FAR = "E07980001", "E07980003", "E07980004", "E09980021"
LEDGER = pl.LazyFrame(
    [
        ledger_row("saltmere_city_council", "procured", SALTMERE, 10000),
        ledger_row("saltmere_city_council", "procured", SALTMERE, -1000),
        ledger_row("saltmere_city_council", "care_placement", VALE, 6000),
        ledger_row("orrinshire_fire", "procured", FARMARK, 3000, sure=False),
        ledger_row("orrinshire_fire", "grant", FAR, 2000),
        ledger_row("orrinshire_fire", "treasury", FAR, 500000),
        ledger_row("orrinshire_fire", "procured", SALTMERE, 7700, kind="purchase_card"),
        ledger_row("brackenford_harbour", "procured", SALTMERE, 400, basis="gross"),
    ]
)


def test_true_figures_are_those_worked_on_paper():
    figures = {
        (row["town_id"], row["amount_basis"], row["scope"]): row
        for row in true_figures(LEDGER).iter_rows(named=True)
    }
    bands = ("town_gbp", "rest_of_county_gbp", "rest_of_region_gbp", "rest_of_uk_gbp")
    headline = figures["saltmere", "net", "headline"]
    assert headline["total_gbp"] == Decimal(180)
    assert [headline[band] for band in bands] == [90, 60, 30, 0]
    assert headline["credits_gbp"] == -10
    assert headline["payment_rows"] == 4
    assert headline["share_in_town"] == pytest.approx(0.5)
    assert headline["share_in_county"] == pytest.approx(150 / 180)
    assert figures["saltmere", "net", "with_grants"]["rest_of_uk_gbp"] == 20
    assert figures["saltmere", "net", "all_published"]["total_gbp"] == 5200
    assert figures["brackenford", "gross", "headline"]["rest_of_uk_gbp"] == 4


def test_true_areas_are_wards_of_the_town_and_other_districts_of_its_county():
    rows = true_areas(LEDGER).drop("town_id", "financial_year").rows()
    assert rows == [
        ("net", "district", VALE, Decimal(60), Decimal(0), 1),
        ("net", "ward", f"ward of {SALTMERE}", Decimal(90), Decimal(-10), 2),
    ]


def test_true_figures_can_go_by_the_place_at_the_time():
    figures = true_figures(LEDGER, "when_paid").filter(
        (pl.col("town_id") == "saltmere") & (pl.col("scope") == "headline")
    )
    assert figures["town_gbp"].to_list() == [Decimal(180)]


def test_published_totals_leave_the_year_open_where_no_file_says_it():
    totals = published_totals(LEDGER).filter(pl.col("publisher_id") == "orrinshire_fire")
    assert [tuple(row.values())[1:] for row in totals.iter_rows(named=True)] == [
        ("purchase_card", "2023/24", 1, Decimal("77.00")),
        ("spend", None, 1, Decimal("30.00")),
        ("spend", "2023/24", 2, Decimal("5020.00")),
    ]
