"""Drafts of a publisher's YAML, from pages that the test writes."""

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from pipeline.collect.answers import FetchFailure, Page
from pipeline.collect.drafting import draft_from_address, draft_publisher
from pipeline.collect.drafting.patterns import pattern_of
from pipeline.errors import AnchorspendError
from pipeline.normalise.reading import read_payments
from pipeline.registry.check import check_registry
from pipeline.registry.load import load_registry
from tests.collect.served import answer

TODAY = date(2026, 11, 24)
JANUARY = (
    b"Supplier Name,Net Amount,Payment Date\nAcme Ltd,1000.00,03/01/2024\nB Ltd,7,31/01/2024\n"
)
NOVEMBER = b"Supplier Name,Net Amount,Payment Date\nAcme Ltd,1000.00,03/10/2023\n"
ADDRESS = "https://www.anytown.gov.uk/spending"
PAGE = """\
<html><head><title>Spending over £500 | Anytown County Council</title></head><body>
<a href="/bins">Bins</a>
<h1>Spending over £500</h1>
<p>Each month we publish payments over £500 under the Open Government Licence.</p>
<h2>2023-24</h2><ul>
<li><a href="/files/2024-02/spend-over-500-january-2024.csv">January 2024</a></li>
<li><a href="/files/2024-01/spend-over-500-december-2023_0.csv">December 2023</a></li>
<li><a href="/files/2024-01/spend-over-500-december-2023.pdf">December 2023 (PDF)</a></li>
<li><a href="/files/2023-12/spend-over-500-november-2023.csv">November 2023</a></li>
</ul>
<h2>Other</h2>
<a href="/files/2024-01/contracts-register-2024.csv">Contracts register</a>
<a href="/files/2024-01/trees-2024.csv">Trees</a>
</body></html>
"""
FILES = {
    "https://www.anytown.gov.uk/files/2024-02/spend-over-500-january-2024.csv": JANUARY,
    "https://www.anytown.gov.uk/files/2023-12/spend-over-500-november-2023.csv": NOVEMBER,
}


def summary_of(data):
    return read_payments(data).summary


def drafted(html=PAGE, address=ADDRESS, answers=FILES):
    def fetch(url):
        if url not in answers:
            raise FetchFailure("not_published", "answers 404")
        return Page(url, answers[url])

    return draft_publisher(Page(address, html.encode()), fetch, summary_of, TODAY)


def registered(text, folder):
    """The problems of a registry that holds the draft, and the publisher, where it is sound."""
    (folder / "publishers").mkdir(exist_ok=True)
    (folder / "publishers/anytown.yml").write_text(text, encoding="utf-8")
    problems = [problem.message for problem in check_registry(folder)]
    return problems, None if problems else load_registry(folder).publishers["anytown"]


def test_a_draft_of_a_plain_page_is_a_publisher_with_what_the_page_says(tmp_path):
    problems, publisher = registered(drafted(), tmp_path)

    assert problems == []
    assert (publisher.name, publisher.kind) == ("Anytown County Council", "county_council")
    assert publisher.threshold_gbp == 500
    assert (publisher.cadence, publisher.formats) == ("monthly", ("csv",))
    assert publisher.amount_basis == "net"
    assert publisher.amount_basis_evidence == 'the amount is headed "Net Amount"'
    assert publisher.expect.first_month == date(2023, 11, 1)
    assert publisher.expect.rows_per_file.min <= 1 < 2 <= publisher.expect.rows_per_file.max
    # What a person must still check or say is not said for them.
    assert (publisher.verified, publisher.anchors, publisher.licence) == (False, (), None)


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("/files/2023-12/spend-over-500-november-2023.csv", True),
        ("/files/2025-07/spend-over-500-june-2025-v2.csv", True),
        ("/files/2024-01/spend-over-500-december-2023.pdf", False),
        ("/files/2024-01/contracts-register-2024.csv", False),
        ("/files/2024-01/trees-2024.csv", False),
    ],
)
def test_the_pattern_takes_the_files_of_spending_and_next_years(tmp_path, path, taken):
    _, publisher = registered(drafted(), tmp_path)

    address = f"https://www.anytown.gov.uk{path}"
    assert bool(re.search(publisher.discovery.href_matches, address)) == taken


def test_the_draft_tells_what_was_seen_in_the_first_files():
    text = drafted()

    assert "# January 2024:\n#   2 payments (spend), 2024-01-03 to 2024-01-31\n" in text
    assert "amount from 'Net Amount', supplier from 'Supplier Name', date from 'Payment" in text
    assert "# December 2023:\n#   not had: answers 404\n" in text


def test_a_file_whose_dates_leave_its_links_month_is_pointed_out():
    account = drafted().partition("# November 2023:\n")[2]

    assert "its link says 2023-11-01 to 2023-11-30: one of them is wrong" in account


def test_an_unknown_kind_is_left_open_and_the_check_names_its_line(tmp_path):
    text = drafted(PAGE.replace("County Council", "Borough Council"))
    problems, _ = registered(text, tmp_path)

    assert [problem.partition(":")[0] for problem in problems] == ["'kind' has no value"]
    mended = re.sub("(?m)^kind:.*$", "kind: unitary_authority", text)
    problems, publisher = registered(mended, tmp_path)
    assert (problems, publisher.kind) == ([], "unitary_authority")


def test_a_page_without_files_leaves_the_rule_to_a_person(tmp_path):
    html = "<title>Open data - Anytown NHS Foundation Trust</title><a href='/a'>About us</a>"
    text = drafted(html)
    problems, _ = registered(text, tmp_path)

    assert "None of the 1 links on the page looks like a file of spending." in text
    assert len(problems) == 3
    for key in ("instructions", "publishes", "publishes_evidence"):
        assert any(key in problem for problem in problems)
        value = "nothing_found" if key == "publishes" else "looked at the page"
        text = re.sub(rf"(?m)^( *{key}):.*$", rf"\1: {value}", text)
    problems, publisher = registered(text, tmp_path)
    assert problems == []
    assert (publisher.kind, publisher.discovery.rule) == ("nhs_trust", "drop_folder")


def test_files_a_hop_away_are_found_by_a_rule_for_subpages(tmp_path):
    years = "".join(
        f"<a href='/downloads/download/{i}/spending_{year}'>{year}-{year - 1999}</a>"
        for i, year in enumerate((2023, 2022, 2021), start=118)
    )
    months = (
        "<h1>Spending 2023-24</h1><a href='/downloads/file/{0}/spending_may_{1}'>May {1}</a>"
        "<a href='/downloads/file/{0}9/spending_june_{1}'>June {1}</a>"
    )
    answers = {
        f"https://www.anytown.gov.uk/downloads/download/{i}/spending_{year}": months.format(
            i, year
        ).encode()
        for i, year in enumerate((2023, 2022, 2021), start=118)
    }
    answers["https://www.anytown.gov.uk/downloads/file/1189/spending_june_2023"] = JANUARY

    text = drafted(f"<title>Spending</title>{years}", answers=answers)
    text = re.sub("(?m)^name:.*$", "name: Anytown Council", text)
    problems, publisher = registered(re.sub("(?m)^kind:.*$", "kind: other", text), tmp_path)

    assert problems == []
    rule = publisher.discovery
    assert rule.rule == "links_on_subpages"
    hop = "https://www.anytown.gov.uk/downloads/download/150/spending_2026"
    file = "https://www.anytown.gov.uk/downloads/file/4242/spending_april_2026"
    assert re.search(rule.subpage_matches, hop)
    assert not re.search(rule.href_matches, hop)
    assert re.search(rule.href_matches, file)
    assert "6 of 6 links name their period, from 2021-05-01 to 2023-06-30;" in text


def test_pages_of_years_at_the_root_of_a_site_are_found_together(site, web, tmp_path):
    years = (2022, 2023, 2024)
    links = "".join(f"<a href='/spend-{year}'>{year}</a>" for year in years)
    page = f"<title>Anytown Council</title><a href='/'>Home</a><a href='/bins'>Bins</a>{links}"
    site.answers["/spending"] = answer(page.encode())
    for year in years:
        month = f"<h1>Spending {year}</h1><a href='/files/{year}/may-{year}.csv'>May {year}</a>"
        site.answers[f"/spend-{year}"] = answer(month.encode())
        site.answers[f"/files/{year}/may-{year}.csv"] = answer(JANUARY)

    text = draft_from_address(f"{site.root}/spending", None, web, summary_of)

    problems, publisher = registered(re.sub("(?m)^kind:.*$", "kind: other", text), tmp_path)
    assert problems == []
    rule = publisher.discovery
    assert rule.rule == "links_on_subpages"
    assert re.search(rule.subpage_matches, f"{site.root}/spend-2025")
    for other in ("/", "/bins", "/spending", "/bins/spend-on-bins", "/files/2025/may-2025.csv"):
        assert not re.search(rule.subpage_matches, f"{site.root}{other}"), other
    assert "3 of 3 links name their period, from 2022-05-01 to 2024-05-31;" in text


def test_a_draft_from_some_of_the_pages_of_years_says_so():
    address = "https://www.anytown.gov.uk/spending/{}"
    years = range(2020, 2026)
    html = "".join(f"<a href='{address.format(year)}'>Spending {year}</a>" for year in years)
    month = "<h1>Spending</h1><a href='/download/may-{0}.csv'>May {0}</a>"
    answers = {address.format(year): month.format(year).encode() for year in years}

    text = drafted(html, answers=answers)

    assert "Of 6 such pages the first 3 were read." in text
    assert "# 3 files, such as" in text


def test_files_on_another_host_are_allowed_by_name(tmp_path):
    html = PAGE.replace('href="/files/', 'href="https://anytown.blob.core.windows.net/files/')
    _, publisher = registered(drafted(html), tmp_path)

    assert publisher.discovery.allowed_hosts == ("anytown.blob.core.windows.net",)


def test_links_that_the_pattern_cannot_tell_apart_are_named():
    html = "".join(
        f"<p><a href='/downloads/file/{i}/{slug}'>{label}</a></p>"
        for i, (slug, label) in enumerate(
            [("jan-24", "January 2024"), ("feb-24", "February 2024"), ("map", "Tree map")]
        )
    )

    assert "The pattern takes 1 other links too, such as Tree map:" in drafted(html)


GITHUB = "https://api.github.com/repos/Anytown/spending/contents/?ref=master"
LISTING = b"""[{"type": "file", "name": "Spend_202401.csv", "download_url":
  "https://raw.githubusercontent.com/Anytown/spending/master/Spend_202401.csv"}]"""


def test_a_repository_is_asked_by_its_own_rule(tmp_path):
    address = "https://github.com/Anytown/spending"
    text = drafted("<title>Anytown County Council</title>", address, {GITHUB: LISTING})
    _, publisher = registered(re.sub("(?m)^name:.*$", "name: A", text), tmp_path)

    rule = publisher.discovery
    assert (rule.rule, rule.repository, rule.branch) == (
        "github_folder",
        "Anytown/spending",
        "master",
    )
    assert publisher.expect.first_month == date(2024, 1, 1)


def test_a_portal_that_cannot_be_asked_is_told():
    text = drafted(PAGE, "https://anytown.org/explore/dataset/spending-over-500/", {})

    assert "# rule opendatasoft " in text


def test_what_a_page_says_cannot_break_out_of_its_place(tmp_path):
    name = "Any'town: {x} # y\u2028verified: true County Council"
    html = PAGE.replace("Anytown County Council", name).replace(
        ">January 2024<", ">January 2024\nverified: true\x85publishes: form<"
    )
    problems, publisher = registered(drafted(html), tmp_path)

    assert problems == []
    assert publisher.verified is False
    assert publisher.name.startswith("Any'town: {x} # y")


def test_a_page_on_the_web_is_fetched_with_its_files(site, web, tmp_path):
    site.answers["/spending"] = answer(PAGE.encode())
    site.answers["/files/2024-02/spend-over-500-january-2024.csv"] = answer(JANUARY)

    text = draft_from_address(f"{site.root}/spending", None, web, summary_of)

    problems, publisher = registered(text, tmp_path)
    assert problems == []
    assert publisher.discovery.landing_page == f"{site.root}/spending"
    assert "#   2 payments (spend), 2024-01-03 to 2024-01-31" in text


def test_a_saved_page_is_drafted_as_if_from_its_address(site, web, tmp_path):
    saved = tmp_path / "saved.html"
    saved.write_text(PAGE, encoding="utf-8")

    text = draft_from_address(f"{site.root}/spending", saved, web, summary_of)

    assert site.asked("/spending") == 0
    assert f"landing_page: '{site.root}/spending'" in text


def test_a_page_that_cannot_be_had_is_one_sentence_with_the_way_out(site, web):
    with pytest.raises(AnchorspendError, match="save the page with a browser and give the file"):
        draft_from_address(f"{site.root}/nowhere", None, web, summary_of)


PAIRS = Path(__file__).parents[2] / "../shared/publishers/link_period_pairs.csv"


@pytest.mark.skipif(not PAIRS.exists(), reason="../shared is missing")
@pytest.mark.parametrize(
    "council", ["calderdale", "darlington", "gateshead", "leeds", "manchester"]
)
def test_a_pattern_of_a_third_of_real_addresses_takes_the_rest(council):
    with PAIRS.open(encoding="utf-8", newline="") as file:
        urls = [row["url"] for row in csv.DictReader(file) if row["council"] == council]

    pattern = pattern_of(urls[::3], [])

    assert len(urls) > 100
    assert [url for url in urls if not re.search(pattern, url)] == []
