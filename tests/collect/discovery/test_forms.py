"""Files behind a form: one publication for each period that the page lists."""

import pytest

from pipeline.collect.collecting import collect_publisher
from pipeline.collect.held import held_files
from pipeline.collect.ledger import rebuild_ledger
from pipeline.errors import AnchorspendError
from pipeline.registry.load import load_registry
from tests.collect.publishers import found_by, publisher_with, reasons, summed
from tests.collect.served import answer

# The structure of Lancashire County Council's page: a list of periods, repeated output fields.
PERIODS = b"""<h1>Payments to suppliers</h1><a href="/">Home</a>
<form action="index.asp" method="post"><input type="hidden" name="strAction" value="search">
<ul class="pal_submenu">
<li><a href="index.asp?Period=042024&amp;Version=1">April 2024</a></li>
<li><a href="index.asp?Period=052024&amp;Version=1">May\xc2\xa02024</a></li>
<li><a href="https://elsewhere.example/index.asp?Period=062024">June 2024</a></li>
</ul></form>"""
FIELDS = [
    ["strAction", "exportCSV"],
    ["strOutputFields", "supplier_name"],
    ["strOutputFields", "payment_date"],
    ["strOutputFields", "amount"],
]
CSV = b"Supplier name,Date,Amount,\nAcme,01/04/2024,12.00,\n"


def lancashire(site, **other):
    return {
        "rule": "form_post",
        "landing_page": site.root + "/index.asp",
        "periods": "ul.pal_submenu a[href]",
        "fields": FIELDS,
    } | other


def test_each_period_is_posted_with_the_repeated_fields(site, web, archive, ledger):
    site.answers["/index.asp"] = answer(PERIODS)
    site.answers["/index.asp?Period=042024&Version=1"] = answer(CSV)
    site.answers["/index.asp?Period=052024&Version=1"] = answer(CSV + b"B,02/05/2024,1.00,\n")
    attempts = collect_publisher(publisher_with(**lancashire(site)), archive, ledger, web)
    assert [one.outcome for one in attempts] == ["new", "new"]
    sent = site.forms["/index.asp?Period=042024&Version=1"]
    assert sent == [[tuple(pair) for pair in FIELDS]]
    held = held_files(ledger)
    assert [str(day) for day in held["first_day"]] == ["2024-04-01", "2024-05-01"]
    assert archive.read_bytes(held["sha256"][0]) == CSV


def test_another_output_field_makes_no_other_publication(site, web):
    site.answers["/index.asp"] = answer(PERIODS)
    before = found_by(web, **lancashire(site)).publications
    more = found_by(web, **lancashire(site, fields=[*FIELDS, ["strOutputFields", "x"]]))
    assert [one.publication_id for one in before] == [
        one.publication_id for one in more.publications
    ]
    assert before[0].form != more.publications[0].form


def test_a_period_on_another_host_is_left(site, web):
    site.answers["/index.asp"] = answer(PERIODS)
    assert "elsewhere.example" in reasons(found_by(web, **lancashire(site)))["June 2024"]


def test_an_error_page_instead_of_the_csv_is_html_instead(site, web, archive, ledger):
    site.answers["/index.asp"] = answer(PERIODS)
    for path in ("/index.asp?Period=042024&Version=1", "/index.asp?Period=052024&Version=1"):
        site.answers[path] = answer(b"<!DOCTYPE html><title>500</title>", headers={"C": "text/csv"})
    attempts = collect_publisher(publisher_with(**lancashire(site)), archive, ledger, web)
    assert [one.outcome for one in attempts] == ["html_instead", "html_instead"]
    assert held_files(ledger).is_empty()


# ASP.NET: the months are choices, and the view state of this visit must go along.
VIEW_STATE = """<form method="post"><input type="hidden" name="__VIEWSTATE" value="{stamp}">
<select name="ctl00$month"><option value="">Choose a month</option>
<option value="2024-04">April 2024</option><option value="2024-05">May 2024</option></select>
<input type="submit" name="go" value="Go"></form>
<form><input type="hidden" name="search" value="x"></form>"""


def choices(site, **other):
    return {
        "rule": "form_post",
        "landing_page": site.root + "/spend.aspx",
        "action": site.root + "/export.aspx",
        "periods": "select option",
        "period_field": "ctl00$month",
        "fields": [["format", "csv"]],
        "hidden_fields": True,
    } | other


def test_choices_are_sent_with_the_view_state_of_today(site, web, archive, ledger):
    site.answers["/spend.aspx"] = answer(VIEW_STATE.format(stamp="first").encode())
    site.answers["/export.aspx"] = answer(CSV)
    publisher = publisher_with(**choices(site))
    collect_publisher(publisher, archive, ledger, web)
    site.answers["/spend.aspx"] = answer(VIEW_STATE.format(stamp="second").encode())
    again = collect_publisher(publisher, archive, ledger, web)
    assert [one.outcome for one in again] == ["unchanged", "unchanged"]
    assert site.forms["/export.aspx"][2] == [
        ("__VIEWSTATE", "second"),
        ("format", "csv"),
        ("ctl00$month", "2024-04"),
    ]
    assert len(held_files(ledger)) == 2
    assert len(list(archive.sidecars())) == 2


def test_what_was_posted_is_in_the_archive_without_the_stamp_of_the_visit(
    site, web, archive, ledger
):
    site.answers["/spend.aspx"] = answer(VIEW_STATE.format(stamp="first").encode())
    site.answers["/export.aspx"] = answer(CSV)
    collect_publisher(publisher_with(**choices(site)), archive, ledger, web)
    forms = {sidecar.publication.form for sidecar in archive.sidecars()}
    assert (("format", "csv"), ("ctl00$month", "2024-04")) in forms
    assert "first" not in str(forms)
    assert rebuild_ledger(archive, ledger.path) == 2


def test_choices_without_a_field_to_send_them_in_are_a_problem(site, web):
    site.answers["/spend.aspx"] = answer(VIEW_STATE.format(stamp="1").encode())
    found = found_by(web, **choices(site, period_field=None))
    assert found.publications == ()
    assert "period_field" in found.problems[0]


def test_a_redesigned_form_is_an_error_and_never_nothing_new(site, web, archive, ledger):
    site.answers["/index.asp"] = answer(b"<div id='app'></div>")
    attempts = collect_publisher(publisher_with(**lancashire(site)), archive, ledger, web)
    assert [one.outcome for one in attempts] == ["error"]
    assert "anchorspend discover ashford" in attempts[0].reason


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\xff",
        b"<ul class='pal_submenu'><a href='javascript:alert(1)'>April 2024</a></ul>",
        b"<ul class='pal_submenu'><a href='file:///etc/passwd'>April 2024</a></ul>",
        b"<ul class='pal_submenu'><a href='http://[x'>April 2024</a></ul>",
        b"<ul class='pal_submenu'>" + b"<ul>" * 3_000 + b"<a href='//evil.example/'>x</a>",
    ],
)
def test_a_hostile_period_list_gives_nothing_to_post(site, web, body):
    site.answers["/index.asp"] = answer(body)
    assert found_by(web, **lancashire(site)).publications == ()


# Logi Analytics as Torbay Council has it: choices, a key, and an export link that is a script.
LANDING = b"""<input type="hidden" id="rdCSRFKey1" name="rdCSRFKey" value="landing-key">
<select id="lbxPERIOD"><option value="">All</option>
<option value="202404">2024 April</option><option value="202405">2024 May</option></select>"""
REPORT = r"""<form name="rdForm"><input type="hidden" name="rdCSRFKey" value="{key}">
<input name="rdAgReportId" value="AP_500_AnalGrid_V1"><input name="no" value="1" disabled>
<input type="checkbox" name="off" value="1">
<input type="checkbox" name="on" value="1" checked><input type="submit" name="go" value="Go">
<select name="rdAgGroup"><option value="a">A</option><option value="b" selected>B</option></select>
<a id="lblExportCsv" href="javascript:SubmitForm('rdPage.aspx?rdReport=X\u0026P={month}','_blank')">
CSV</a></form>"""


def logi(site, **other):
    return {
        "rule": "report_export",
        "landing_page": site.root + "/rdPage.aspx?rdReport=AP_500_Report",
        "periods": "select#lbxPERIOD option",
        "report": site.root + "/rdPage.aspx?rdReport=Grid&lbxPERIOD={period}",
        "export_link": "a#lblExportCsv",
        "token_field": "rdCSRFKey",
        "fields": [["rdAgReportId", "AP_500_Export"]],
    } | other


@pytest.fixture
def report(site):
    site.answers["/rdPage.aspx?rdReport=AP_500_Report"] = answer(LANDING)
    for month, key in (("202404", "report-key"), ("202405", "")):
        page = REPORT.format(key=key, month=month).encode()
        site.answers[f"/rdPage.aspx?rdReport=Grid&lbxPERIOD={month}"] = answer(
            page, headers={"Set-Cookie": f"session={month}"}
        )
        site.answers[f"/rdPage.aspx?rdReport=X&P={month}"] = answer(CSV + month.encode())
    return site


def test_a_report_is_opened_and_its_export_posted_with_key_and_session(
    report, web, archive, ledger
):
    attempts = collect_publisher(publisher_with(**logi(report)), archive, ledger, web)
    assert [(one.publication.label, one.outcome) for one in attempts] == [
        ("2024 April", "new"),
        ("2024 May", "new"),
    ]
    assert report.forms["/rdPage.aspx?rdReport=X&P=202404"] == [
        [
            ("rdCSRFKey", "report-key"),
            ("on", "1"),
            ("rdAgGroup", "b"),
            ("rdAgReportId", "AP_500_Export"),
        ]
    ]
    posted = report.requests["/rdPage.aspx?rdReport=X&P=202404"][0]
    assert posted["cookie"] == "session=202404"
    assert [str(day) for day in held_files(ledger)["first_day"]] == ["2024-04-01", "2024-05-01"]


def test_a_report_without_a_key_of_its_own_uses_that_of_the_landing_page(
    report, web, archive, ledger
):
    collect_publisher(publisher_with(**logi(report)), archive, ledger, web)
    sent = dict(report.forms["/rdPage.aspx?rdReport=X&P=202405"][0])
    assert sent["rdCSRFKey"] == "landing-key"


def test_a_rebuilt_report_says_that_its_export_link_is_missing(report, web, archive, ledger):
    rule = logi(report, export_link="a#actExportCSV")
    attempts = collect_publisher(publisher_with(**rule), archive, ledger, web)
    assert [one.outcome for one in attempts] == ["error", "error"]
    assert "actExportCSV" in attempts[0].reason


def test_a_rebuilt_landing_page_is_an_error(report, web, archive, ledger):
    rule = logi(report, periods="select#lbxPeriod option")
    attempts = collect_publisher(publisher_with(**rule), archive, ledger, web)
    assert [one.outcome for one in attempts] == ["error"]


@pytest.mark.parametrize(
    ("href", "outcome"),
    [
        ("javascript:SubmitForm('https://evil.example/steal','_blank')", "refused"),
        ("javascript:SubmitForm('http://169.254.169.254/','_blank')", "refused"),
        ("javascript:alert(1)", "error"),
        ("", "error"),
    ],
)
def test_an_export_link_that_leads_elsewhere_is_not_followed(
    report, web, archive, ledger, href, outcome
):
    path = "/rdPage.aspx?rdReport=Grid&lbxPERIOD=202404"
    report.answers[path] = answer(f'<a id="lblExportCsv" href="{href}">x</a>'.encode())
    attempts = collect_publisher(publisher_with(**logi(report)), archive, ledger, web)
    assert [one.outcome for one in attempts] == [outcome, "new"]


def test_the_years_of_a_list_can_be_told_apart_in_the_summary(report, web):
    assert summed(found_by(web, **logi(report))) == [
        ("2024 April", "spend", "2024-04-01 2024-04-30"),
        ("2024 May", "spend", "2024-05-01 2024-05-31"),
    ]


def test_a_form_in_the_registry_is_checked(tmp_path):
    (tmp_path / "publishers").mkdir()
    (tmp_path / "publishers" / "ashford.yml").write_text(
        """name: Ashford
kind: other
discovery:
  rule: form_post
  landing_page: https://ashford.example/
  periods: 'ul >> a['
  fields: [[a, b], [a, c]]
publishes: form
publishes_evidence: a page
verified: false
"""
    )
    with pytest.raises(
        AnchorspendError, match=r"ashford.yml, line 6: discovery.periods: not a CSS selector"
    ):
        load_registry(tmp_path)
