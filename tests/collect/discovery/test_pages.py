"""Every link of a landing page is taken, or left with a reason."""

import time

import pytest

from pipeline.collect.answers import Page
from pipeline.collect.discovery import Discovery, anchors, discover, page_from_file, pages
from pipeline.collect.discovery.pages import links_on_page
from pipeline.errors import AnchorspendError
from pipeline.registry.models import LinksOnPage, Publisher

LANDING = "https://www.ashford.example/council/spending"
RULE = LinksOnPage(
    rule="links_on_page",
    landing_page=LANDING,
    href_matches=r"(?i)\.(csv|xlsx?)(\?|$)",
    ignore=("(?i)glossary",),
    allowed_hosts=("ashfordfiles.blob.core.windows.net",),
)


def sort(html: str, rule: LinksOnPage = RULE) -> Discovery:
    return links_on_page("ashford", rule, Page(LANDING, html.encode()))


def reason_for(found: Discovery, label: str) -> str:
    return next(link.reason for link in found.links if link.label == label)


NORMAL = """
<html><head><title>Spending</title></head><body>
<nav><a href="#content">Skip</a><a href="/">Home</a>
<a href="mailto:x@ashford.example">Mail</a></nav>
<h2>Payments over £500, 2024 to 2025</h2>
<ul>
  <li><a href="/media/11/april-2024.csv?m=636795289122270000">April\u00a02024 \u200bCSV</a></li>
  <li><a href="media/12/may.csv">May</a></li>
  <li><a href="/media/11/april-2024.csv?m=1766577997083">April 2024 (again)</a></li>
  <li><a href="https://ashfordfiles.blob.core.windows.net/june-2024.xlsx">June 2024</a></li>
  <li><a href="https://elsewhere.example/july-2024.csv">July 2024</a></li>
  <li><a href="/media/13/august-2024.pdf">August 2024 PDF</a></li>
  <li><a href="javascript:SubmitForm('x.csv')">September 2024</a></li>
  <li><a href="/media/14/glossary.csv">What the columns mean</a></li>
  <li><a href="/media/15/contracts-register.csv">Contracts register</a></li>
  <li><a href="http://[broken.csv">Broken</a></li>
</ul>
<h2>Purchase card transactions</h2>
<ul><li><a href="/media/16/april-2024.csv">April 2024</a></li></ul>
</body></html>
"""


def test_a_page_gives_its_publications_with_period_and_kind():
    found = sort(NORMAL)
    assert [
        (one.label, one.kind, str(one.first_day), str(one.last_day)) for one in found.publications
    ] == [
        ("April 2024 CSV", "spend", "2024-04-01", "2024-04-30"),
        ("May", "spend", "2024-05-01", "2024-05-31"),
        ("June 2024", "spend", "2024-06-01", "2024-06-30"),
        ("April 2024", "purchase_card", "2024-04-01", "2024-04-30"),
    ]


def test_relative_addresses_are_resolved():
    assert (
        sort(NORMAL).publications[1].url == "https://www.ashford.example/council/media/12/may.csv"
    )
    based = '<base href="https://www.ashford.example/files/"><a href="may-2024.csv">May 2024</a>'
    assert sort(based).publications[0].url == "https://www.ashford.example/files/may-2024.csv"


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("Home", "href_matches"),
        ("Mail", "no web address"),
        ("April 2024 (again)", "the same file as 'April 2024 CSV'"),
        ("July 2024", "elsewhere.example"),
        ("August 2024 PDF", "href_matches"),
        ("September 2024", "no web address"),
        ("What the columns mean", "ignore"),
        ("Contracts register", "register"),
        ("Broken", "no web address"),
    ],
)
def test_a_link_that_is_left_says_why(label, reason):
    assert reason in reason_for(sort(NORMAL), label)


def test_every_link_is_accounted_for():
    found = sort(NORMAL)
    assert len(found.links) == 13
    taken = [link for link in found.links if link.decision == "taken"]
    assert [link.publication for link in taken] == list(found.publications)
    assert all(link.reason for link in found.links)


def test_the_label_can_be_asked_for():
    rule = RULE.model_copy(update={"label_matches": "June"})
    found = sort(NORMAL, rule)
    assert [one.label for one in found.publications] == ["June 2024"]
    assert "label_matches" in reason_for(found, "May")


def test_a_month_beside_bare_links_dates_them():
    # The police commissioner for Devon and Cornwall: "Jan 2024 PDF and CSV".
    html = """<h2>Expenditure over £500</h2><ul>
    <li>Jan 2024 <a href="/a.pdf">PDF</a> and <a href="/1.csv">CSV</a></li>
    <li>Feb 2024 <a href="/b.pdf">PDF</a> and <a href="/2.csv">CSV</a></li></ul>"""
    found = sort(html)
    assert [str(one.first_day) for one in found.publications] == ["2024-01-01", "2024-02-01"]


def test_a_redesigned_page_yields_nothing_and_shows_its_links():
    found = sort('<div id="app"></div><a href="/about">About</a>')
    assert found.publications == ()
    assert [link.decision for link in found.links] == ["left"]


@pytest.mark.parametrize(
    "html",
    [
        "",
        "\x00\x01\x02",
        "<a href='" + "x" * 100_000 + ".csv'>May 2024</a>",
        "<div>" * 5_000 + "<a href='/may-2024.csv'>May 2024</a>",
        "<a href='/may-2024.csv'>" + "May 2024 " * 10_000 + "</a>",
        "<a href='http://[may.csv'></a>",
        "<a href='//may-2024.csv'>May 2024</a><a href='http://a:b/c.csv'>x</a>",
    ],
)
def test_a_hostile_page_is_sorted_without_an_exception(html):
    assert all(link.decision in {"taken", "left"} for link in sort(html).links)


@pytest.mark.parametrize(
    "html",
    [
        "<h1>" * 3_000 + "<a href='/may-2024.csv'>May 2024</a>" * 600,
        "<p>" + "<a href='/may-2024.csv'>May 2024</a> and " * 3_000,
        "<li>" * 3_000 + "<a href='/may-2024.csv'>May 2024</a>" * 600,
    ],
)
def test_a_page_built_to_take_hours_takes_a_moment(html):
    start = time.process_time()
    assert len(sort(html).publications) == 1
    # Every heading and line read to its end takes 17 s and more.
    assert time.process_time() - start < 8


def test_more_links_than_any_page_has_are_told(monkeypatch):
    for module in (anchors, pages):
        monkeypatch.setattr(module, "MOST_LINKS", 100)
    found = sort("<a href='/may-2024.csv'>x</a>" * 101)
    assert "more than 100 links" in found.problems[0]


def test_a_saved_page_can_be_sorted(tmp_path):
    saved = tmp_path / "page.html"
    saved.write_text(NORMAL)
    found = links_on_page("ashford", RULE, page_from_file(saved, LANDING))
    assert len(found.publications) == 4
    with pytest.raises(AnchorspendError, match="check the name"):
        page_from_file(tmp_path / "missing.html", LANDING)


def test_a_drop_folder_fetches_nothing():
    publisher = Publisher(
        id="torbay_council",
        name="Torbay Council",
        kind="unitary_authority",
        discovery={"rule": "drop_folder", "instructions": "Export each month."},
        publishes="form",
        publishes_evidence="The page is a report form.",
        verified=False,
        licence="OGL-UK-3.0",
        attribution="Torbay Council",
    )

    def fetch(url: str) -> Page:
        raise AssertionError(f"asked for {url}")

    assert discover(publisher, fetch) == Discovery((), ())
