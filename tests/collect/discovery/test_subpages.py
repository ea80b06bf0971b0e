"""Files on pages that the landing page leads to: year pages, lists in pages, two hops."""

import pytest

from pipeline.collect.answers import FetchFailure
from pipeline.collect.collecting import collect_publisher
from tests.collect.publishers import found_by, publisher_with, reasons, summed
from tests.collect.served import answer

# Jadu: a year is a "download", whose files have no extension and no month in their address.
JADU_LANDING = b"""<h1>Payments to suppliers over 500 pounds</h1>
<a href="/">Home</a><a href="/info/20/council/9/search">Search</a>
<ul><li><a href="/downloads/download/811/2023-2024">2023 to 2024</a></li>
<li><a href="/downloads/download/640/2022-2023">2022 to 2023</a></li>
<li><a href="/downloads/download/900/parking-policy">Parking policy</a></li></ul>"""
JADU_2023 = b"""<h1>2023 to 2024</h1><a href="/">Home</a><ul>
<li><a href="/downloads/file/5120/april">April CSV 1.1MB download</a></li>
<li><a href="/downloads/file/5344/march">March CSV 0.9MB download</a></li>
<li><a href="/downloads/file/5121/glossary">What the columns mean</a></li></ul>"""
JADU_2022 = b"""<h1>Downloads</h1><ul>
<li><a href="/downloads/file/4001/april">April CSV 1.1MB download</a></li></ul>"""


def jadu(site, **other):
    return {
        "rule": "links_on_subpages",
        "landing_page": site.root + "/info/20/spending",
        "subpage_matches": r"/downloads/download/\d+",
        "href_matches": r"/downloads/file/\d+",
        "ignore": ["(?i)glossary"],
    } | other


@pytest.fixture
def served(site):
    site.answers["/info/20/spending"] = answer(JADU_LANDING)
    site.answers["/downloads/download/811/2023-2024"] = answer(JADU_2023)
    site.answers["/downloads/download/640/2022-2023"] = answer(JADU_2022)
    site.answers["/downloads/download/900/parking-policy"] = answer(b"<h1>Parking</h1>")
    return site


def test_two_hops_give_files_with_the_year_of_their_page(served, web):
    found = found_by(web, **jadu(served))
    assert summed(found) == [
        ("April CSV 1.1MB download", "spend", "2023-04-01 2023-04-30"),
        ("March CSV 0.9MB download", "spend", "2024-03-01 2024-03-31"),
        ("April CSV 1.1MB download", "spend", "2022-04-01 2022-04-30"),
    ]
    assert found.publications[0].url == f"{served.root}/downloads/file/5120/april"
    assert found.publications[0].found_on.endswith("/downloads/download/811/2023-2024")
    assert found.publications[0].format == "csv"
    assert found.problems == ()


def test_every_link_is_explained_also_those_that_led_on(served, web):
    told = reasons(found_by(web, **jadu(served)))
    assert told["Home"] == "its address does not match href_matches"
    assert told["2023 to 2024"] == "leads to a page that was read for links"
    assert "ignore" in told["What the columns mean"]


def test_pages_can_be_chosen_by_the_text_of_their_link(served, web):
    rule = jadu(served, subpage_label_matches=r"^20\d\d to")
    assert len(found_by(web, **rule).publications) == 3
    assert served.asked("/downloads/download/900/parking-policy") == 0


def test_a_year_page_that_is_gone_is_a_problem_and_the_others_count(served, web):
    del served.answers["/downloads/download/640/2022-2023"]
    found = found_by(web, **jadu(served))
    assert len(found.publications) == 2
    assert "640" in found.problems[0]
    assert "nothing at this address" in found.problems[0]


def test_a_landing_page_that_is_gone_is_raised(served, web):
    del served.answers["/info/20/spending"]
    with pytest.raises(FetchFailure):
        found_by(web, **jadu(served))


def test_a_list_in_pages_is_followed_to_its_end(site, web):
    for number in range(1, 5):
        more = f'<a href="?page={number + 1}">Next</a>' if number < 4 else ""
        body = f'<h2>2024</h2><a href="/f/{number}.csv">{number} May</a>{more}'
        site.answers[f"/list?page={number}" if number > 1 else "/list"] = answer(body.encode())
    rule = {
        "rule": "links_on_subpages",
        "landing_page": site.root + "/list",
        "subpage_matches": r"\?page=\d+$",
        "href_matches": r"\.csv$",
    }
    assert len(found_by(web, **rule, depth=10).publications) == 4
    near = found_by(web, **rule, depth=2)
    assert len(near.publications) == 3
    assert "further away than depth 2" in reasons(near)["Next"]


def test_a_card_page_makes_its_files_card_files(site, web):
    site.answers["/spend"] = answer(
        b'<a href="/spend/cards">Purchase card transactions</a><a href="/spend/500">Over 500</a>'
    )
    for name in ("cards", "500"):
        body = f'<h2>2024</h2><ul><li><a href="/media/{name}/1.csv">May</a></li></ul>'
        site.answers[f"/spend/{name}"] = answer(body.encode())
    found = found_by(
        web,
        rule="links_on_subpages",
        landing_page=site.root + "/spend",
        subpage_matches="/spend/",
        href_matches=r"\.csv",
    )
    assert summed(found) == [
        ("May", "purchase_card", "2024-05-01 2024-05-31"),
        ("May", "spend", "2024-05-01 2024-05-31"),
    ]


def test_a_heading_of_spending_below_one_of_cards_speaks_of_spending(site, web):
    site.answers["/spend"] = answer(
        b"""<h1>Purchase card transactions and more</h1><h2>Payments over 500 in 2024</h2>
        <a href="/m/1.csv">May</a>"""
    )
    found = found_by(
        web, rule="links_on_page", landing_page=site.root + "/spend", href_matches="csv$"
    )
    assert summed(found) == [("May", "spend", "2024-05-01 2024-05-31")]


def test_files_of_a_page_that_was_not_read_are_not_said_to_be_gone(served, web, archive, ledger):
    for number in (5120, 5344, 4001):
        names = {5120: "april", 5344: "march", 4001: "april"}
        path = f"/downloads/file/{number}/{names[number]}"
        served.answers[path] = answer(b"Supplier,Amount\nAcme,%d\n" % number)
    publisher = publisher_with(**jadu(served))
    first = collect_publisher(publisher, archive, ledger, web)
    assert [one.outcome for one in first] == ["new", "new", "new"]
    del served.answers["/downloads/download/640/2022-2023"]
    second = collect_publisher(publisher, archive, ledger, web)
    assert [one.outcome for one in second] == ["unchanged", "unchanged", "error"]
    assert "640" in second[-1].reason


def test_an_accordion_gives_the_year_to_its_months(site, web):
    site.answers["/spend"] = answer(
        b"""<h1>Spending over 500 pounds</h1>
        <h2><button aria-expanded="false">2023 to 2024</button></h2>
        <h3>CSV</h3><ul><li><a href="/m/a1.csv">March</a></li></ul>
        <h2><button>2022 to 2023</button></h2>
        <ul><li><a href="/m/b1.csv">March</a></li></ul>"""
    )
    found = found_by(
        web, rule="links_on_page", landing_page=site.root + "/spend", href_matches="csv$"
    )
    assert summed(found) == [
        ("March", "spend", "2024-03-01 2024-03-31"),
        ("March", "spend", "2023-03-01 2023-03-31"),
    ]


def test_a_year_further_up_never_dates_a_link_without_a_month(site, web):
    body = b"<h1>Spending in 2024</h1><h2>May</h2><a href='/m/1.csv'>CSV</a>"
    site.answers["/spend"] = answer(body)
    found = found_by(
        web, rule="links_on_page", landing_page=site.root + "/spend", href_matches="csv$"
    )
    assert summed(found) == [("CSV", "spend", "undecided")]


def test_a_redesigned_site_gives_nothing_and_says_what_was_seen(served, web):
    served.answers["/info/20/spending"] = answer(b"<a href='/explore'>Our spending explorer</a>")
    found = found_by(web, **jadu(served))
    assert found.publications == ()
    assert reasons(found) == {"Our spending explorer": "its address does not match href_matches"}


def test_a_maze_of_pages_ends_at_max_pages(site, web):
    # Every page leads to a hundred others, as a calendar does that can be turned for ever.
    class Maze(dict):
        def get(self, path, default=None):
            if path == "/robots.txt":
                return default
            links = "".join(f'<a href="{path}/{n}">{n}</a>' for n in range(100))
            return answer(links.encode())

    site.answers = Maze()
    found = found_by(
        web,
        rule="links_on_subpages",
        landing_page=site.root + "/maze",
        subpage_matches="/maze",
        href_matches=r"\.csv",
        depth=50,
        max_pages=7,
    )
    assert sum(map(len, site.requests.values())) == 8  # robots.txt too
    assert "max_pages is 7" in found.problems[0]


def test_pages_on_other_hosts_are_not_read(site, web):
    body = b"<a href='http://169.254.169.254/latest?page=2'>2024</a>"
    site.answers["/list"] = answer(body)
    found = found_by(
        web,
        rule="links_on_subpages",
        landing_page=site.root + "/list",
        subpage_matches="page=",
        href_matches=r"\.csv",
    )
    assert "none of the publisher's hosts" in reasons(found)["2024"]


def test_a_page_that_leads_to_itself_is_read_once(site, web):
    site.answers["/list"] = answer(b"<a href='/list'>2024</a><a href='/list#b'>2023</a>")
    found_by(
        web,
        rule="links_on_subpages",
        landing_page=site.root + "/list",
        subpage_matches="/list",
        href_matches=r"\.csv",
        depth=9,
    )
    assert site.asked("/list") == 1
