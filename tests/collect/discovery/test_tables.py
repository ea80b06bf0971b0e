"""Tables that are asked for page by page, and addresses that are written down by the month."""

import json
import sys
from types import ModuleType
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.collect.answers import FetchFailure, Page
from pipeline.collect.collecting import collect_publisher, faults
from pipeline.collect.discovery.found import Discovery
from pipeline.collect.fetching import fetch_table
from pipeline.errors import AnchorspendError
from pipeline.registry.models import Publisher
from tests.collect.publishers import found_by, publisher_with, reasons, summed
from tests.collect.served import Site, answer

ROWS = [("2024-05-01", 'Acme "A"\nLtd', "1.00"), ("2024-05-02", "B", "2"), ("2024-06-30", "C", "3")]


class TableSite(dict):
    """Answers as Socrata does: rows of a month, from an offset, at most so many."""

    def __init__(self, rows=ROWS, header="date,name,amount"):
        super().__init__()
        self.rows, self.header = rows, header

    def get(self, path, default=None):
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if "$where" not in query:
            return super().get(path, default)
        first = query["$where"].split("'")[1][:10]
        last = query["$where"].split("'")[3][:10]
        rows = [row for row in self.rows if first <= row[0] <= last]
        offset, limit = int(query["$offset"]), int(query["$limit"])
        lines = [
            ",".join('"' + cell.replace('"', '""') + '"' for cell in row)
            for row in rows[offset : offset + limit]
        ]
        return answer("\n".join([self.header, *lines, ""]).encode())


def socrata(site: Site, **other):
    return {
        "rule": "socrata",
        "portal": site.root,
        "table": "abcd-1234",
        "date_column": "date",
        "first_month": "2024-04",
        "rows_per_request": 1,
    } | other


@pytest.fixture
def table(site):
    site.answers = TableSite()
    view = {"name": "Spend", "columns": [{"fieldName": "date"}, {"fieldName": "name"}]}
    site.answers["/api/views/abcd-1234.json"] = answer(json.dumps(view).encode())
    return site


def test_a_socrata_table_is_a_publication_for_each_complete_month(table, web):
    assert summed(found_by(web, **socrata(table))) == [
        ("April 2024", "spend", "2024-04-01 2024-04-30"),
        ("May 2024", "spend", "2024-05-01 2024-05-31"),
        ("June 2024", "spend", "2024-06-01 2024-06-30"),
    ]


@pytest.mark.parametrize("rows", [1, 2, 3, 50_000])
def test_pages_of_a_month_become_one_file(table, web, archive, ledger, rows):
    rule = socrata(table, rows_per_request=rows, first_month="2024-04")
    publisher = publisher_with(**rule)
    attempts = collect_publisher(publisher, archive, ledger, web)
    by_label = {one.publication.label: one for one in attempts}
    assert by_label["April 2024"].outcome == "not_published"
    assert archive.read_bytes(by_label["May 2024"].sha256) == (
        b'date,name,amount\n"2024-05-01","Acme ""A""\nLtd","1.00"\n"2024-05-02","B","2"\n'
    )
    assert by_label["June 2024"].outcome == "new"
    troubles = faults(publisher, attempts)
    assert {one.publication.label for one in troubles} == {
        label for label, one in by_label.items() if one.outcome not in {"new", "not_published"}
    }


def test_a_table_that_lost_its_date_column_is_an_error(table, web):
    with pytest.raises(FetchFailure, match="date_column"):
        found_by(web, **socrata(table, date_column="paid"))


def test_a_table_that_is_gone_is_an_error(site, web):
    with pytest.raises(FetchFailure):
        found_by(web, **socrata(site))


def test_a_web_page_instead_of_rows_is_not_archived(table, web, archive, ledger):
    table.answers.header = "<!doctype html><html>"
    attempts = collect_publisher(publisher_with(**socrata(table)), archive, ledger, web)
    assert {one.outcome for one in attempts} == {"html_instead"}
    assert list(archive.sidecars()) == []


def test_a_table_that_never_ends_is_too_big(table, web, archive, ledger):
    table.answers.rows = [("2024-05-01", "x" * 30_000, "1")] * 10
    rule = socrata(table, first_month="2024-05")
    attempts = collect_publisher(publisher_with(**rule), archive, ledger, web)
    assert attempts[0].outcome == "too_big"


def test_a_page_with_other_columns_than_the_first_is_an_error(table, web, archive, ledger):
    class Changing(TableSite):
        def get(self, path, default=None):
            self.header = "date,name" if "offset=1" in path else "date,name,amount"
            return super().get(path, default)

    views = dict(table.answers)
    table.answers = Changing()
    table.answers.update(views)
    rule = socrata(table, first_month="2024-05")
    attempts = collect_publisher(publisher_with(**rule), archive, ledger, web)
    assert attempts[0].outcome == "error"
    assert "other columns" in attempts[0].reason


def test_pages_that_do_not_end_in_a_line_break_are_not_run_together(archive):
    pages = {0: b"a,b\n1,2", 1: b"a,b\n3,4", 2: b"a,b\n"}

    def fetch(url: str) -> Page:
        return Page(url, pages[int(url.rpartition("=")[2])])

    with archive.part_file() as part:
        fetch_table(fetch, "https://a.example/t.csv?x=1", 1, part, 1_000)
        assert part.head(100) == b"a,b\n1,2\n3,4\n"


LAYER = "/arcgis/rest/services/Spend/FeatureServer/0"
FIELDS = [
    {"name": "OBJECTID", "alias": "OBJECTID", "type": "esriFieldTypeOID"},
    {"name": "paid", "alias": "Payment Date", "type": "esriFieldTypeDate"},
    {"name": "payee", "alias": "Supplier Name", "type": "esriFieldTypeString"},
]


class LayerSite(dict):
    """Answers as FeatureServer does: so many records at once, and whether there are more."""

    records = 5

    def get(self, path, default=None):
        parts = urlsplit(path)
        if not parts.path.endswith("/query"):
            return super().get(path, default)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        offset, limit = int(query["resultOffset"]), int(query["resultRecordCount"])
        chosen = range(self.records)[offset : offset + limit]
        features = [
            {"attributes": {"OBJECTID": n, "paid": 1711929600000 + n * 3600_000, "payee": f"é{n}"}}
            for n in chosen
        ]
        more = offset + limit < self.records
        return answer(json.dumps({"features": features, "exceededTransferLimit": more}).encode())


@pytest.fixture
def layer(site):
    site.answers = LayerSite()
    about = {"objectIdField": "OBJECTID", "fields": FIELDS, "maxRecordCount": 2}
    site.answers[LAYER + "?f=json"] = answer(json.dumps(about).encode())
    return site


def arcgis(site, **other):
    layers = [{"address": site.root + LAYER, "label": "Spending April 2024"}]
    return {"rule": "arcgis", "layers": layers} | other


def test_a_layer_is_read_in_pages_as_one_csv_under_its_aliases(layer, web, archive, ledger):
    attempts = collect_publisher(publisher_with(**arcgis(layer)), archive, ledger, web)
    assert [one.outcome for one in attempts] == ["new"]
    assert str(attempts[0].publication.first_day) == "2024-04-01"
    assert archive.read_bytes(attempts[0].sha256).decode().splitlines() == [
        "OBJECTID,Payment Date,Supplier Name",
        "0,2024-04-01,é0",
        "1,2024-04-01 01:00:00,é1",
        "2,2024-04-01 02:00:00,é2",
        "3,2024-04-01 03:00:00,é3",
        "4,2024-04-01 04:00:00,é4",
    ]


def test_fields_that_share_an_alias_keep_their_names(layer, web, archive, ledger):
    same = [field | {"alias": "Spend"} for field in FIELDS]
    about = {"objectIdField": "OBJECTID", "fields": same, "maxRecordCount": 50}
    layer.answers[LAYER + "?f=json"] = answer(json.dumps(about).encode())
    attempts = collect_publisher(publisher_with(**arcgis(layer)), archive, ledger, web)
    content = archive.read_bytes(attempts[0].sha256)
    assert content.splitlines()[0] == b"OBJECTID,paid,payee"


def test_a_layer_that_the_service_does_not_know_is_an_error(layer, web, archive, ledger):
    layer.answers[LAYER + "?f=json"] = answer(b'{"error": {"message": "Invalid URL"}}')
    attempts = collect_publisher(publisher_with(**arcgis(layer)), archive, ledger, web)
    assert [one.outcome for one in attempts] == ["error"]
    assert "Invalid URL" in attempts[0].reason


def test_an_empty_layer_is_not_published(layer, web, archive, ledger):
    layer.answers.records = 0
    attempts = collect_publisher(publisher_with(**arcgis(layer)), archive, ledger, web)
    assert [one.outcome for one in attempts] == ["not_published"]


FEED = "/api/feed/dcat-us/1.1.json"


def hub(site):
    return {"rule": "arcgis", "hub": site.root, "dataset_matches": "(?i)^spend"}


def test_csv_exports_of_a_hub_are_publications(site, web):
    export = f"{site.root}/api/download/v1/items/0a/csv?layers=0"
    feed = {
        "dataset": [
            {
                "title": "Spend Q1 2024/25",
                "distribution": [
                    {"format": "Web Page", "accessURL": f"{site.root}/datasets/0a"},
                    {"format": "CSV", "mediaType": "text/csv", "accessURL": export},
                    {"format": "GeoJSON", "accessURL": f"{site.root}/geojson"},
                ],
            },
            {"title": "Trees", "distribution": [{"format": "CSV", "accessURL": export}]},
            {"title": 7},
        ]
    }
    site.answers[FEED] = answer(json.dumps(feed).encode())
    found = found_by(web, **hub(site))
    assert summed(found) == [("Spend Q1 2024/25", "spend", "2024-04-01 2024-06-30")]
    assert found.publications[0].url == export
    assert "dataset_matches" in reasons(found)["Trees"]


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"dataset": 7}', b'{"dataset": [[]]}'])
def test_a_redesigned_or_hostile_hub_is_an_error(site, web, archive, ledger, body):
    site.answers[FEED] = answer(body)
    attempts = collect_publisher(publisher_with(**hub(site)), archive, ledger, web)
    assert [one.outcome for one in attempts] == ["error"]


CSV = b"Supplier,Amount\nAcme,1.00\n"


def monthly(site, **other):
    return {
        "rule": "url_per_month",
        "pattern": site.root + "/media/{year}/spend-{lower_month_name}-{short_year}.csv",
        "first_month": "2024-04",
    } | other


def test_months_are_asked_for_up_to_the_last_complete_one(site, web):
    found = found_by(web, **monthly(site))
    assert [one.url.removeprefix(site.root) for one in found.publications] == [
        "/media/2024/spend-april-24.csv",
        "/media/2024/spend-may-24.csv",
        "/media/2024/spend-june-24.csv",
    ]
    assert summed(found)[0] == ("April 2024", "spend", "2024-04-01 2024-04-30")
    ended = found_by(web, **monthly(site, last_month="2024-05"))
    assert len(ended.publications) == 2
    assert len(found_by(web, **monthly(site, last_month="2030-01")).publications) == 3


@pytest.mark.parametrize(
    ("pattern", "first", "expected"),
    [
        ("{financial_year}-{short_financial_year_end}/{finance_period}", "2024-03", "2023-24/12"),
        ("{year}{month}-{plain_month}", "2024-03", "202403-3"),
        ("{short_month_name}{lower_short_month_name}{month_name}", "2024-03", "MarmarMarch"),
        ("{financial_year_end}{short_financial_year}", "2024-04", "202524"),
    ],
)
def test_placeholders(site, web, pattern, first, expected):
    found = found_by(web, **monthly(site, pattern=f"{site.root}/{pattern}", first_month=first))
    assert found.publications[0].url == f"{site.root}/{expected}"


def test_a_month_that_is_not_there_is_no_fault_but_none_at_all_is(site, web, archive, ledger):
    rule = monthly(site, last_month="2024-05")
    publisher = publisher_with(**rule)
    nothing = collect_publisher(publisher, archive, ledger, web)
    assert [one.outcome for one in nothing] == ["not_published", "not_published", "error"]
    assert [one.outcome for one in faults(publisher, nothing)] == ["error"]
    site.answers["/media/2024/spend-april-24.csv"] = answer(CSV)
    some = collect_publisher(publisher, archive, ledger, web)
    assert [one.outcome for one in some] == ["new", "not_published"]
    assert faults(publisher, some) == []


def test_a_pattern_without_a_month_or_with_a_misspelt_one_is_refused(site):
    for pattern, said in [
        (site.root + "/spend.csv", "names no month"),
        (site.root + "/{yaer}.csv", "unknown placeholder {yaer}"),
        ("https://{month}.example/x.csv", "host may not"),
        (site.root + "/{month", "not a pattern"),
        (site.root + "/{}", "unknown placeholder"),
        (site.root + "/{month:>9999999}", "a name alone"),
    ]:
        with pytest.raises(ValueError, match=said.replace("{", r"\{")):
            publisher_with(**monthly(site, pattern=pattern))


def test_a_format_that_reaches_into_an_object_is_refused(site):
    with pytest.raises(ValueError, match="unknown placeholder"):
        publisher_with(**monthly(site, pattern=site.root + "/{year.__class__}"))


def odd(site, function="pipeline.odd.ashford:links"):
    return {"rule": "python", "landing_page": site.root + "/odd", "function": function}


def test_a_function_of_its_own_is_the_last_resort(site, web, monkeypatch):
    site.answers["/odd"] = answer(b"hello")

    def links(publisher: Publisher, fetch) -> Discovery:
        assert fetch(site.root + "/odd").content == b"hello"
        return Discovery((), (), (publisher.id,))

    module = ModuleType("pipeline.odd.ashford")
    module.links = links
    monkeypatch.setitem(sys.modules, "pipeline.odd", ModuleType("pipeline.odd"))
    monkeypatch.setitem(sys.modules, "pipeline.odd.ashford", module)
    assert found_by(web, **odd(site)).problems == ("ashford",)
    with pytest.raises(AnchorspendError, match="write it"):
        found_by(web, **odd(site, "pipeline.odd.ashford:other"))


def test_a_function_outside_its_package_is_refused(site):
    for function in ("os:system", "pipeline.run:run", "pipeline.odd.x:__import__"):
        with pytest.raises(ValueError, match="pattern"):
            publisher_with(**odd(site, function))
