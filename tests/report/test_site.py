import csv
import json
import re
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote, urldefrag

import lxml.html
import pytest

from pipeline.compare import as_text, compare_towns, percent
from pipeline.report.site import build_report
from pipeline.warehouse import query
from tests.report.conftest import FORMULA, HOSTILE


def pages(site: Path):
    return {path: lxml.html.fromstring(path.read_bytes()) for path in site.rglob("*.html")}


def test_the_headline_is_the_same_on_the_page_in_compare_and_in_sql(reported, site):
    rows = query(
        reported.database_path,
        "select town_id, share_in_town_low, share_in_town_high"
        " from marts.spend_retention_by_town_year"
        " where scope = 'headline' and financial_year = '2024/25' order by 1",
    ).rows
    assert [row[0] for row in rows] == ["marlhaven", "thornley"]
    compared = as_text(compare_towns(reported.database_path, ["marlhaven", "thornley"]))
    front = lxml.html.parse(site / "index.html").getroot()
    for town, low, high in rows:
        words = f"at least {percent(low)} and at most {percent(high)}"
        assert f"{town.capitalize()} 2024/25: {words}" in compared
        assert f"{town.capitalize()} {words}" in front.get_element_by_id("headline").text_content()
        page = lxml.html.parse(site / f"towns/{town}.html").getroot()
        assert words in page.get_element_by_id("headline").text_content()


def test_the_comparison_holds_the_figures_of_sql(reported, site):
    text = (site / "data/compare.js").read_text()
    data = json.loads(text.removeprefix("window.anchorspend = ").removesuffix(";\n"))
    choices = ("town_name", "financial_year", "amount_basis", "publisher_kind", "scope",
               "local_definition", "payees")  # fmt: skip
    shown = {tuple(row[name] for name in choices): [row["low"], row["high"]]
             for row in data["shares"]}  # fmt: skip
    rows = query(
        reported.database_path,
        "select town_name, financial_year, amount_basis, 'all kinds', scope, local_definition,"
        " payees, share_in_town_low, share_in_town_high from marts.spend_retention_variants",
    ).rows
    assert len(rows) > 50
    for row in rows:
        assert shown[row[:7]] == pytest.approx(list(row[7:]), abs=1e-12)
    alike = {
        (row["town_name"], row["other_town_name"], row["financial_year"], row["comparison_group"])
        for row in data["like_for_like"]
    }
    assert alike == set(
        query(
            reported.database_path,
            "select own.town_name, other.town_name, financial_year, comparison_group"
            " from marts.like_for_like as pairs inner join marts.towns as own using (town_id)"
            " inner join marts.towns as other on other.town_id = pairs.other_town_id",
        ).rows
    )


def test_the_chart_and_its_table_say_the_same(site):
    page = lxml.html.parse(site / "towns/marlhaven.html").getroot()
    alt = page.find(".//figure/svg").get("aria-label")
    bands = re.findall(r"(\d{4}/\d\d): ([\d.]+% to [\d.]+%)", alt)
    assert len(bands) == 2
    [table] = [one for one in page.iter("table") if "Share of influenceable" in one.text_content()]
    cells = [[cell.text_content() for cell in row.iter("td")] for row in table.iter("tr")]
    assert {(row[0], row[5]) for row in cells if row} == set(bands)


def test_the_trend_of_a_supplier_its_table_and_its_download_say_the_same(site):
    compared = drawings = 0
    for path in (site / "suppliers").glob("*.html"):
        page = lxml.html.parse(path).getroot()
        drawn = {
            (figure.findtext("figcaption").lower(), *said.split(": "))
            for figure in page.iter("figure")
            for said in figure.find("svg").get("aria-label").split(". ")
            if "none listed" not in said
        }
        sections = [one for one in page.iter("section") if one.findtext("h2") == "Year by year"]
        if not sections:
            assert "-" in {cell.text_content() for cell in page.xpath("//td[1]")}, "all undated"
            continue
        [section] = sections
        rows = [[cell.text_content() for cell in row.iter("td")] for row in section.iter("tr")]
        listed = {(row[1].lower(), row[0], row[3]) for row in rows if row}
        # One year is no trend.
        assert drawn == (listed if len({year for _, year, _ in listed}) > 1 else set()), path
        [link] = section.xpath(".//a[contains(@href, '.csv')]/@href")
        with (path.parent / link).open(encoding="utf-8-sig", newline="") as content:
            held = list(csv.DictReader(content))
        assert [row["financial_year"] for row in held] == [row[0] for row in rows if row]
        compared += len(held)
        drawings += len(drawn)
    assert compared > 20
    assert drawings > 3


def test_the_suppliers_paid_most_are_drawn_by_year_as_sql_has_them(reported, site):
    page = lxml.html.parse(site / "towns/thornley.html").getroot()
    drawn = {
        row.find("td").text_content(): row.find(".//svg").get("aria-label")
        for row in page.iter("tr")
        if row.find(".//svg[@class='spark']") is not None
    }
    rows = query(
        reported.database_path,
        "select supplier_name, string_agg(financial_year || ': ' || amount_gbp::integer, '. '"
        " order by financial_year) from marts.top_recipients"
        " where town_id = 'thornley' and amount_basis = 'net' group by unit_id, supplier_name",
    ).rows
    expected = dict(rows)
    assert len(drawn) > 3
    for name, said in drawn.items():
        plain = said.replace("£", "").replace(",", "")
        assert ". ".join(one for one in plain.split(". ") if "none" not in one) == expected[name]


def ward_section(site, town):
    page = lxml.html.parse(site / f"towns/{town}.html").getroot()
    [section] = [one for one in page.iter("section") if "Where in the town" in one.findtext("h2")]
    [table] = section.iter("table")
    return section, [list(row.iter("td")) for row in table.iter("tr") if row.find("td") is not None]


def test_maps_and_their_table_say_what_sql_says(reported, site):
    section, rows = ward_section(site, "marlhaven")
    sql = query(
        reported.database_path,
        "select area_name, amount_gbp, low_gbp, high_gbp, payment_rows, supplier_count"
        " from marts.spend_by_ward_year where town_id = 'marlhaven' and financial_year = '2024/25'"
        " order by area_kind desc, amount_gbp desc",
    ).rows
    assert [row[:4] for row in sql] == [("Quay", 5000, 4700, 6300), ("Upper Wold", 700, 400, 2000)]
    shown = [[cell.text_content() for cell in row] for row in rows]
    assert [(row[1], *row[3:]) for row in shown] == [
        (name, *(f"£{pounds:,.0f}" for pounds in (amount, low, high)), str(payments), str(payees))
        for name, amount, low, high, payments, payees in sql
    ]
    wards, county = section.iter("figure")
    assert [one.text for one in wards.iter("title")] == [
        "Quay: £5,000", f"{HOSTILE}: nothing placed there", "Marsh: nothing placed there",
    ]  # fmt: skip
    assert [one.text for one in county.iter("title")] == ["Marlhaven: £5,000", "Upper Wold: £700"]
    numbers = {row[0]: row[1] for row in shown}
    for figure in (wards, county):
        drawn = [one.get("class").split()[2] for one in figure.iter("path")]
        keyed = [one.get("class").split()[1] for one in figure.iter("rect")]
        assert set(drawn) == set(keyed)
        alt = figure.find("svg").get("aria-label")
        assert alt.split(". ")[1:] == [one.text for one in figure.iter("title")]
        assert all(one.text in numbers for one in figure.iter("text"))
    assert [one.text for one in wards.iter("text")] == ["1"]
    assert [one.text for one in county.iter("text")] == ["2"]


def test_pounds_of_a_ward_lead_to_the_payments_behind_them(site):
    followed = 0
    for town in ("marlhaven", "thornley"):
        _, rows = ward_section(site, town)
        for row in rows:
            path = site / "towns" / row[3].find("a").get("href")
            with path.open(encoding="utf-8-sig", newline="") as content:
                behind = list(csv.DictReader(content))
            assert len(behind) == int(row[6].text_content())
            pounds = sum(Decimal(one["amount_gbp"]) for one in behind)
            assert pounds == Decimal(row[3].get("data-order"))
            followed += 1
    assert followed == 3


def test_a_town_without_boundaries_says_so_and_has_the_table(site):
    section, rows = ward_section(site, "thornley")
    assert section.find(".//svg") is None
    text = " ".join(section.text_content().split())
    assert "No boundaries of its wards are held" in text
    assert "£2,500 of what stays in the town is placed in no ward." in text
    # Thornley Print's postcode has no ward in this directory; at least and at most are not known.
    assert [[cell.text_content() for cell in row] for row in rows] == [
        ["1", "ward not known", "ward", "£2,500", "-", "-", "1", "1"]
    ]


def test_every_internal_link_and_asset_is_there_and_none_leads_outside(site):
    parsed = pages(site)
    ids = {
        path: {one.get("id") for one in page.iter() if one.get("id")}
        for path, page in parsed.items()
    }
    followed = 0
    for path, page in parsed.items():
        for element in page.iter():
            for name in ("href", "src", "data", "action", "srcset", "poster"):
                if (link := element.get(name)) is None:
                    continue
                assert not re.match(r"[a-z]+:|//", link, re.IGNORECASE), (path, link)
                address, fragment = urldefrag(link)
                target = (path.parent / unquote(address)).resolve() if address else path
                assert target.is_file(), (path, link)
                assert not fragment or fragment in ids[target], (path, link)
                followed += 1
    assert followed > 200
    for asset in (site / "assets").iterdir():
        outside = asset.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|url\(|@import|\beval\b|innerHTML|new Function", outside)


def test_every_page_forbids_other_hosts_eval_and_inline_scripts(site):
    for path, page in pages(site).items():
        [policy] = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert policy.startswith("default-src 'none'"), path
        assert "unsafe" not in policy
        assert "http" not in policy
        assert not page.xpath("//script[not(@src)] | //style | //@style"), path
        assert not [name for one in page.iter() for name in one.attrib if name.startswith("on")], (
            path
        )


def test_every_drawing_is_described_or_hidden_and_has_a_table_and_a_download(site):
    drawn = 0
    for path, page in pages(site).items():
        for svg in page.iter("svg"):
            if svg.get("aria-hidden") != "true":
                assert svg.get("role") == "img", path
                assert svg.get("aria-label"), path
                section = next(svg.iterancestors("section"))
                assert section.find(".//table") is not None
                assert section.xpath(".//a[contains(@href, '.csv')]")
                drawn += 1
    assert drawn > 20


def test_a_hostile_name_is_text_wherever_it_stands(site):
    seen = 0
    for path, page in pages(site).items():
        assert not page.xpath("//script[contains(text(), 'alert')]")
        seen += HOSTILE in page.text_content()
        assert "<script>alert" not in path.read_text(encoding="utf-8")
    # Its own page and its town's.
    assert seen >= 2


def test_downloads_run_no_formula(site):
    held = set()
    for path in (site / "data").glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as content:
            for row in csv.reader(content):
                for cell in row:
                    assert not cell.startswith(("=", "@", "\t", "\r")), path
                    held.add(cell)
    assert f"'{FORMULA}" in held
    assert HOSTILE in held


def test_no_person_is_named(site):
    for path in site.rglob("*.*"):
        assert "A N Other" not in path.read_text(encoding="utf-8"), path


def test_an_anchor_without_files_is_said_and_counted_in_no_share(site):
    text = lxml.html.parse(site / "index.html").getroot().text_content()
    assert "Built from 1 of 2 anchors" in " ".join(text.split())
    assert "Thornley College" in (site / "towns/thornley.html").read_text()


def test_every_page_of_invented_towns_says_so(site):
    for path, page in pages(site).items():
        [banner] = page.find_class("invented")
        assert banner.text_content().startswith("Everything here is invented"), path


def test_pages_are_small(site):
    assert sum(path.stat().st_size for path in (site / "assets").iterdir()) < 100_000
    assert (site / "index.html").stat().st_size < 900_000
    assert all(path.stat().st_size < 3_000_000 for path in site.rglob("*.html"))


def test_a_report_of_the_same_database_is_not_written_again(reported, site):
    before = (site / "index.html").stat()
    report = build_report(reported)
    assert report.skipped
    assert report.pages == len(list(site.rglob("*.html")))
    assert (site / "index.html").stat().st_ino == before.st_ino
    assert not list(site.parent.glob("report.b*"))
