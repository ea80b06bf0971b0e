"""Built-in rules on pages in the shapes that public code and stored pages tell of."""

from datetime import date

import pytest

from pipeline.collect.answers import Page
from pipeline.collect.discovery import discover
from pipeline.registry.load import load_registry


@pytest.fixture(scope="module")
def registry():
    return load_registry()


def found(registry, publisher_id, html):
    publisher = registry.publishers[publisher_id]
    return discover(publisher, lambda url: Page(url, html.encode())).publications


def test_lancashires_months_are_posted_to_with_nine_repeated_fields(registry):
    [may] = found(
        registry,
        "lancashire_county_council",
        '<ul class="pal_submenu"><li><a href="index.asp?Period=052023&amp;Version=1">May 2023</a>'
        '</li></ul><a href="help.asp?Period=052023">Help</a>',
    )

    assert may.url == "https://transparency.lancashire.gov.uk/index.asp?Period=052023&Version=1"
    assert (may.first_day, may.last_day) == (date(2023, 5, 1), date(2023, 5, 31))
    assert may.form[0] == ("strAction", "exportCSV")
    assert [name for name, _ in may.form].count("strOutputFields") == 9


def test_torbays_months_are_exported_from_the_report_of_each(registry):
    publisher = registry.publishers["torbay_council"]
    pages = {
        publisher.discovery.landing_page: (
            '<form><input id="rdCSRFKey1" name="rdCSRFKey" value="k1">'
            '<select id="lbxPERIOD"><option value="202603">March 2026</option></select></form>'
        ),
        publisher.discovery.report.replace("{period}", "202603"): (
            '<form><input name="rdCSRFKey" value="k2"><input type="hidden" name="rdAgId" value="1">'
            '<a id="lblExportCsv_rdPopupOptionItem" '
            "href=\"javascript:SubmitForm('rdPage.aspx?rdReport=AP_500_Export','_blank')\">CSV</a>"
            "</form>"
        ),
    }

    def fetch(url):
        return Page(url, pages[url].encode())

    [march] = discover(publisher, fetch).publications

    assert (march.first_day, march.last_day) == (date(2026, 3, 1), date(2026, 3, 31))


def test_of_the_commissioners_twins_the_csv_is_taken_with_the_month_beside_it(registry):
    [january] = found(
        registry,
        "devon_and_cornwall_pcc",
        '<ul><li>Jan 2024 <a href="/media/1/a.pdf">PDF</a> and <a href="/media/2/b.csv">CSV</a>'
        "</li></ul>",
    )

    assert january.url.endswith("/media/2/b.csv")
    assert january.first_day == date(2024, 1, 1)


def test_the_hospitals_reports_are_found_on_the_pages_of_other_years(registry):
    publisher = registry.publishers["lancashire_teaching_hospitals"]
    root = "https://www.lancsteachinghospitals.nhs.uk"
    label = "201901 Expenditure Over Threshold Report Jan 2019 [xlsx] 23KB"
    pages = {
        f"{root}/publication-of-spend-2020": '<a href="/publication-of-spend-2019-">2019</a>',
        f"{root}/publication-of-spend-2019-": f'<a href="/download.cfm?doc=d1">{label}</a>',
    }

    found = discover(publisher, lambda url: Page(url, pages[url].encode()))

    assert [(one.label, one.first_day) for one in found.publications] == [(label, date(2019, 1, 1))]
    assert found.problems == ()
