"""Pages in the shapes that content management systems give them, with their usual noise.

Written for these tests after the structures that councils' pages have; no page is copied.
"""

import pytest

from pipeline.collect.answers import Page
from pipeline.collect.discovery.found import Discovery
from pipeline.collect.discovery.pages import links_on_page
from pipeline.registry.rules import LinksOnPage
from tests.collect.publishers import reasons, summed

LANDING = "https://www.ashford.example/article/1235/Spending-over-500"
NOISE = """<nav><a href="#skip">Skip to content</a><a href="/">Home</a>
<a href="/news/2024/05/payments-over-500-published">News: payments published</a></nav>
<footer><a href="https://www.facebook.com/ashford">Facebook</a><a href="tel:0123">Call</a>
<a href="/privacy.pdf">Privacy</a></footer>"""


def found_in(html: str, href_matches: str, **other: object) -> Discovery:
    rule = LinksOnPage(
        rule="links_on_page", landing_page=LANDING, href_matches=href_matches, **other
    )
    page = Page(LANDING, (f"<html><body>{html}{NOISE}</body></html>").encode())
    return links_on_page("ashford", rule, page)


APRIL, MAY, CARD_MAY = (
    ("2024-04-01 2024-04-30", "spend"),
    ("2024-05-01 2024-05-31", "spend"),
    ("2024-05-01 2024-05-31", "purchase_card"),
)

SYSTEMS = {
    # GOSS iCM: a stamp after ?m=, the format as a folder, sometimes a finance period as the name.
    "goss": (
        """<h2>2024/25</h2><ul>
        <li><a href="/media/9001/April-2024/excel/April_2024.xlsx?m=1766577997083">April 2024
        (Excel 54KB)</a></li>
        <li><a href="/media/9001/April-2024/excel/April_2024.xlsx?m=636795289122270000">April</a>
        </li><li><a href="/media/9002/May-2024/csv/202402.csv?m=1766577997084">May 2024</a></li>
        </ul>""",
        r"/media/\d+/",
        [APRIL, MAY],
    ),
    # Umbraco: a number or eight characters as the folder; a year before any duty is a slip.
    "umbraco": (
        """<h2>Expenditure over £500 2024</h2>
        <p><a href="/media/a1b2c3d4/04-april-2024.csv">April 2024</a></p>
        <p><a href="/media/4711/05-may-2004.csv">May 2024</a></p>""",
        r"/media/",
        [APRIL, MAY],
    ),
    # Drupal: the folder is the month of the upload; _0 is a second upload.
    "drupal": (
        """<div class="accordion"><h3><button aria-expanded="false">2024</button></h3>
        <ul><li><a href="/sites/default/files/2025-03/payments-april-2024_0.csv">April 2024
        <span class="visually-hidden">(opens in new window)</span></a></li>
        <li><a href="/sites/default/files/2025-03/payments.csv">May</a></li></ul></div>""",
        r"/sites/default/files/",
        [APRIL, MAY],
    ),
    # Sitecore-like: the label tells when the link was last touched, in another month.
    "sitecore": (
        """<ul><li><a href="/~/media/finance/april2024.csv">April 2024 CSV, 120 KB
        (Last updated 3 June 2024)</a></li></ul>""",
        r"/~/media/",
        [APRIL],
    ),
    # WordPress Download Manager: a token of the visit, and the name as a parameter.
    "wordpress": (
        """<a href="/?wpdmdl=71&ind=1589981942446&filename=april-2024.csv&refresh=5f3a9c0d1e2b3">
        Download</a>
        <a href="/wp-content/uploads/2024/07/May-2024.csv">May 2024</a>""",
        r"wpdmdl=|/uploads/",
        [APRIL, MAY],
    ),
    # NHS: one page a year, no extension, size and format in the label.
    "nhs": (
        """<h1>Expenditure over £25,000</h1><h2>2024/25</h2>
        <a href="/seecmsfile?id=1420">April [xlsx] 23KB</a>
        <a href="/download.cfm?doc=docm93jijm4n1&ver=3">May 2024 [csv] 11KB</a>""",
        r"seecmsfile|download\.cfm",
        [APRIL, MAY],
    ),
    # Police and crime commissioners: the month stands outside links that are only a format.
    "opcc": (
        """<h2>Spending over £500</h2><ul>
        <li>Apr 2024 <a href="/d/1.pdf">PDF</a> and <a href="/d/2.csv">CSV</a></li>
        <li>May\u00a02024 <a href="/d/3.pdf">PDF</a> and <a href="/d/4.csv">CSV</a></li></ul>""",
        r"\.csv$",
        [APRIL, MAY],
    ),
    # Cards beside the spending, under their own heading with the same file name.
    "cards": (
        """<h2>Payments over £500</h2><a href="/a/may-2024.csv">May 2024</a>
        <h2>Purchase card transactions</h2><a href="/b/may-2024.csv">May 2024</a>""",
        r"\.csv$",
        [MAY, CARD_MAY],
    ),
    # A table with a row for each month and a column for each kind of file.
    "table": (
        """<table><caption>Payments to suppliers</caption>
        <tr><th>April 2024</th><td><a href="/f/1.csv">CSV</a></td><td><a href="/f/1.pdf">PDF</a>
        </td></tr><tr><th>May 2024</th><td><a href="/f/2.csv">CSV</a></td></tr></table>""",
        r"\.csv$",
        [APRIL, MAY],
    ),
}


@pytest.mark.parametrize(("html", "pattern", "expected"), SYSTEMS.values(), ids=SYSTEMS)
def test_a_page_of_each_system_gives_its_files_and_no_noise(html, pattern, expected):
    found = found_in(html, pattern)
    assert [(days, kind) for _, kind, days in summed(found)] == expected
    told = reasons(found)
    assert {"Home", "Facebook", "Call", "Privacy", "News: payments published"} <= set(told)


@pytest.mark.parametrize(("html", "pattern", "expected"), SYSTEMS.values(), ids=SYSTEMS)
def test_a_rebuilt_page_of_each_system_gives_nothing(html, pattern, expected):
    found = found_in('<div id="root"></div><script src="/app.js"></script>', pattern)
    assert found.publications == ()
    assert len(found.links) == 5


def test_files_in_blob_storage_need_their_host_named():
    html = '<a href="https://ashford.blob.core.windows.net/open/may-2024.csv">May 2024</a>'
    assert "allowed_hosts" in reasons(found_in(html, r"\.csv"))["May 2024"]
    named = found_in(html, r"\.csv", allowed_hosts=("ashford.blob.core.windows.net",))
    assert len(named.publications) == 1


def test_registers_beside_the_spending_are_left_with_the_reason():
    html = """<a href="/f/1.csv">Contracts register May 2024</a>
    <a href="/f/2.csv">Payment performance 2024</a><a href="/f/3.csv">Senior salaries 2024</a>
    <a href="/f/4.csv">Payments over £500 May 2024</a>"""
    found = found_in(html, r"\.csv")
    assert [label for label, _, _ in summed(found)] == ["Payments over £500 May 2024"]
    assert all("by its name" in reasons(found)[one] for one in ("Senior salaries 2024",))
