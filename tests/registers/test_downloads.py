"""The registers' own pages, served on loopback."""

import hashlib
import json
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.registers.downloads import RegisterSession, RegisterSource, register_sources
from pipeline.registers.refreshing import refresh_registers
from pipeline.registers.schema import table_path
from tests.collect.conftest import site as site
from tests.collect.served import answer, in_turn
from tests.registers import written

TODAY = date(2026, 9, 5)


def companies(month, *names):
    stem = f"BasicCompanyDataAsOneFile-2026-{month:02}-01"
    records = [written.company(f"{n:08}", name, "PR1 2HE") for n, name in enumerate(names, 1)]
    return f"/{stem}.csv", written.companies_csv(*records).encode()


@pytest.fixture
def web(site):
    with RegisterSession(None, site.manners) as session:
        yield session


@pytest.fixture
def source(site):
    return RegisterSource(
        id="companies",
        register="coh",
        page=f"{site.root}/en_output.html",
        link=r"BasicCompanyDataAsOneFile-\d{4}-\d{2}-\d{2}\.csv$",
        hosts=("127.0.0.1",),
        every_days=25,
    )


def publish(site, *paths_and_bodies):
    links = "".join(f'<a href="{path}">a file</a>' for path, _ in paths_and_bodies)
    site.answers["/en_output.html"] = answer(f"<html>{links}</html>".encode())
    for path, body in paths_and_bodies:
        site.answers[path] = answer(body, headers={"ETag": f'"{path}"'})


def refresh(tmp_path, web, source, today=TODAY):
    return refresh_registers(
        tmp_path, None, web, today, built_in_bodies=False, sources=[source], kept_snapshots=2
    )


def names(tmp_path):
    return pl.read_parquet(table_path(tmp_path, "organisations"))["name"].sort().to_list()


def test_the_newest_file_that_the_page_links_to_is_loaded(site, web, source, tmp_path):
    publish(site, companies(8, "OLD LTD"), companies(9, "NEW LTD", "SECOND LTD"))
    report = refresh(tmp_path, web, source)
    assert names(tmp_path) == ["NEW LTD", "SECOND LTD"]
    (download,) = report.downloads
    assert (download.outcome, download.file) == (
        "fetched",
        "BasicCompanyDataAsOneFile-2026-09-01.csv",
    )
    body = companies(9, "NEW LTD", "SECOND LTD")[1]
    assert download.sha256 == hashlib.sha256(body).hexdigest()
    assert report.refused is None


def test_a_fresh_copy_is_not_asked_for_again(site, web, source, tmp_path):
    publish(site, companies(9, "NEW LTD"))
    refresh(tmp_path, web, source)
    report = refresh(tmp_path, web, source, TODAY + timedelta(days=3))
    assert report.downloads[0].outcome == "fresh"
    assert site.asked("/en_output.html") == 1
    publish(site, companies(9, "NEW LTD"), companies(10, "NEWER LTD"))
    report = refresh(tmp_path, web, source, TODAY + timedelta(days=30))
    assert (report.downloads[0].outcome, names(tmp_path)) == ("fetched", ["NEWER LTD"])
    assert len(list((tmp_path / "downloads").glob("Basic*"))) == 1


def in_parts(body, first):
    """Half of the file, then what a Range asks for."""

    def rest(handler):
        start = int(handler.headers["Range"].removeprefix("bytes=").rstrip("-"))
        end = len(body) - 1
        headers = {"Content-Range": f"bytes {start}-{end}/{len(body)}", "ETag": '"one"'}
        answer(body[start:], 206, headers)(handler)

    cut = answer(body[:first], headers={"ETag": '"one"'}, length=len(body))
    return in_turn(cut, rest)


def test_a_download_that_was_cut_goes_on_where_it_was(site, web, source, tmp_path):
    path, body = companies(9, *(f"FIRM {n} LTD" for n in range(40)))
    publish(site, (path, body))
    site.answers[path] = in_parts(body, 5000)
    report = refresh(tmp_path, web, source)
    assert report.downloads[0].sha256 == hashlib.sha256(body).hexdigest()
    assert site.requests[path][1]["range"] == "bytes=5000-"
    assert site.requests[path][1]["if-range"] == '"one"'
    assert len(names(tmp_path)) == 40


def test_a_file_that_has_changed_meanwhile_is_taken_whole(site, web, source, tmp_path):
    path, body = companies(9, *(f"FIRM {n} LTD" for n in range(40)))
    publish(site, (path, body))
    cut = answer(b"x" * 3000, headers={"ETag": '"one"'}, length=9000)
    site.answers[path] = in_turn(cut, answer(body, headers={"ETag": '"two"'}))
    assert refresh(tmp_path, web, source).downloads[0].outcome == "fetched"
    assert len(names(tmp_path)) == 40


def test_the_next_run_goes_on_where_the_last_was_given_up(site, web, source, tmp_path):
    path, body = companies(9, *(f"FIRM {n} LTD" for n in range(40)))
    publish(site, (path, body))
    site.answers[path] = answer(b"", headers={"ETag": '"one"'}, length=len(body))
    assert refresh(tmp_path, web, source).downloads[0].outcome == "failed"
    (tmp_path / "downloads" / ".companies.part").write_bytes(body[:7000])
    note = {"url": site.root + path, "stamp": '"one"'}
    (tmp_path / "downloads" / ".companies.part.json").write_text(json.dumps(note))
    site.answers[path] = in_turn(in_parts(body, 0))

    def rest(handler):
        start = int(handler.headers["Range"].removeprefix("bytes=").rstrip("-"))
        headers = {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}", "ETag": '"one"'}
        answer(body[start:], 206, headers)(handler)

    site.answers[path] = rest
    assert refresh(tmp_path, web, source).downloads[0].outcome == "fetched"
    assert site.requests[path][-1]["range"] == "bytes=7000-"
    assert len(names(tmp_path)) == 40


def test_a_page_instead_of_a_file_leaves_the_last_good_one_in_use(site, web, source, tmp_path):
    publish(site, companies(9, "GOOD LTD"))
    refresh(tmp_path, web, source)
    publish(site, ("/BasicCompanyDataAsOneFile-2026-10-01.csv", b"<html>Sorry</html>"))
    report = refresh(tmp_path, web, source, TODAY + timedelta(days=30))
    assert report.downloads[0].outcome == "failed"
    assert "web page" in report.downloads[0].reason
    assert names(tmp_path) == ["GOOD LTD"]


def test_a_page_without_the_link_says_what_it_looked_for(site, web, source, tmp_path):
    site.answers["/en_output.html"] = answer(b"<html><a href='/x.pdf'>x</a></html>")
    report = refresh(tmp_path, web, source)
    assert "links to no file like BasicCompanyData" in report.downloads[0].reason
    assert report.snapshots[0].outcome == "absent"


def test_a_much_smaller_or_older_register_is_refused(site, web, source, tmp_path):
    publish(site, companies(9, *(f"FIRM {n} LTD" for n in range(10))))
    refresh(tmp_path, web, source)
    publish(site, companies(10, "ONE LTD"))
    report = refresh(tmp_path, web, source, TODAY + timedelta(days=30))
    assert "should hold about 10 entries as the one in use does but holds 1" in report.refused
    assert report.problem("coh") == report.refused
    assert report.problem("chc") is None
    assert len(names(tmp_path)) == 10
    publish(site, companies(8, *(f"OLD FIRM {n} LTD" for n in range(10))))
    report = refresh(tmp_path, web, source, TODAY + timedelta(days=60))
    assert "should be of 2026-09-01 or later but is of 2026-08-01" in report.refused


def test_addresses_are_kept_by_snapshot_and_the_oldest_go(site, web, source, tmp_path):
    for month in (9, 10, 11):
        publish(site, companies(month, f"ACME {month} LTD"))
        refresh(tmp_path, web, source, date(2026, month, 5))
    kept = sorted(path.name for path in (tmp_path / "organisation_addresses").iterdir())
    assert kept == ["coh-2026-10-01.parquet", "coh-2026-11-01.parquet"]
    addresses = pl.read_parquet(tmp_path / "organisation_addresses" / kept[0])
    assert addresses.rows() == [("coh", "00000001", "PR1 2HE", date(2026, 10, 1))]


def test_a_file_of_the_day_is_looked_for_some_days_back(site, web, tmp_path):
    schools = RegisterSource(
        id="charities",
        register="chc",
        address=site.root + "/publicextract.charity{day}.json",
        file="publicextract.charity{day}.json",
        days_back=3,
        hosts=("127.0.0.1",),
        every_days=25,
    )
    body = json.dumps([written.charity(275936, "KIDS")]).encode()
    site.answers["/publicextract.charity20260903.json"] = answer(body)
    report = refresh(tmp_path, web, schools)
    assert report.downloads[0].file == "publicextract.charity20260903.json"
    assert names(tmp_path) == ["KIDS"]


def test_the_newest_item_of_the_geography_portal_is_taken(site, web, tmp_path):
    postcodes = RegisterSource(
        id="postcodes",
        register="postcodes",
        search=f"{site.root}/search",
        title=r"Postcode Lookup.*\((?P<month>[A-Z][a-z]+) (?P<year>\d{4})\)",
        address=site.root + "/items/{item}/data",
        file="NSPL_{month}_{year}.zip",
        hosts=("127.0.0.1",),
        every_days=80,
    )
    items = [
        {"id": "f00", "title": "NSPL User Guide"},
        {"id": "abc", "title": "National Statistics Postcode Lookup - 2021 Census (August 2026)"},
    ]
    site.answers["/search"] = answer(json.dumps({"results": items}).encode())
    archive = tmp_path / "made"
    archive.mkdir()
    zipped = written.zip_of(
        archive / "x.zip",
        "Data/NSPL_AUG_2026_UK.csv",
        written.write_nspl(archive, written.postcode("PR1 2HE", "E07000123")).read_text(),
    )
    site.answers["/items/abc/data"] = answer(zipped.read_bytes())
    report = refresh(tmp_path, web, postcodes)
    assert report.downloads[0].file == "NSPL_AUG_2026.zip"
    assert pl.read_parquet(table_path(tmp_path, "postcodes"))["lad_code"].to_list() == ["E07000123"]


def test_boundaries_are_those_of_the_newest_generalised_item(site, web, tmp_path):
    [built_in] = [one for one in register_sources() if one.id == "wards"]
    wards = replace(
        built_in,
        search=f"{site.root}/search",
        address=site.root + "/datasets/{item}_0/data",
        hosts=("127.0.0.1",),
    )
    items = [
        {"id": "f01", "title": "Wards (December 2025) Boundaries UK BFC"},
        {"id": "f02", "title": "Wards (December 2025) Boundaries UK BGC (V2)"},
        {"id": "f03", "title": "Wards (December 2024) Boundaries UK BGC"},
    ]
    site.answers["/search"] = answer(json.dumps({"results": items}).encode())
    ring = [[0, 51], [1, 51], [1, 52], [0, 51]]
    ward = {
        "type": "Feature",
        "properties": {"WD25CD": "E05012196", "WD25NM": "Brookfield", "LAD25CD": "E07000123"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    site.answers["/datasets/f02_0/data"] = answer(json.dumps({"features": [ward]}).encode())
    report = refresh(tmp_path, web, wards)
    assert report.downloads[0].file == "Wards_DEC_2025_Boundaries_UK_BGC.geojson"
    assert report.refused is None
    assert pl.read_parquet(table_path(tmp_path, "wards"))["area_name"].to_list() == ["Brookfield"]
    site.answers["/datasets/f02_0/data"] = answer(b'{"features": []}')
    report = refresh(tmp_path, web, wards, TODAY + timedelta(days=90))
    assert "holds no area" in report.refused
    assert pl.read_parquet(table_path(tmp_path, "wards")).height == 1


def test_every_source_names_its_hosts_and_one_way_to_its_file():
    sources = register_sources()
    assert {one.id for one in sources} >= {"companies", "charities", "mutuals", "schools"}
    for one in sources:
        assert one.hosts
        ways = [one.page, one.search, one.file if not one.search else None]
        assert len(list(filter(None, ways))) == 1
        assert bool(one.search) <= bool(one.title and one.address and one.file)


def test_a_refused_download_is_asked_for_again_the_next_day(site, web, source, tmp_path):
    publish(site, companies(9, *(f"FIRM {n} LTD" for n in range(10))))
    refresh(tmp_path, web, source)
    path, body = companies(10, *(f"NEWER FIRM {n} LTD" for n in range(10)))
    publish(site, (path, body[: len(body) - 100]))
    report = refresh(tmp_path, web, source, TODAY + timedelta(days=30))
    assert "is cut short" in report.problem("coh")
    assert names(tmp_path)[0] == "FIRM 0 LTD"
    publish(site, (path, body))
    report = refresh(tmp_path, web, source, TODAY + timedelta(days=31))
    assert report.problem("coh") is None
    assert names(tmp_path)[0] == "NEWER FIRM 0 LTD"


def test_without_folder_and_web_the_registers_last_refreshed_stay(site, web, source, tmp_path):
    publish(site, companies(9, "GOOD LTD"))
    refresh(tmp_path, web, source)
    report = refresh_registers(tmp_path, None, None, TODAY, kept_snapshots=2)
    assert [one.outcome for one in report.snapshots if one.register == "coh"] == ["unchanged"]
    assert "GOOD LTD" in names(tmp_path)
    assert "Torbay Council" in names(tmp_path)
