"""The pages in Debian's Chromium, from disk, with the resolution of every host switched off."""

import html
import json
import os
import re
import shutil
import subprocess
from importlib.resources import files
from urllib.parse import quote

import pytest

from pipeline.compare import band
from pipeline.report.figures import quoted
from pipeline.report.page import supplier_path
from pipeline.settings import PROJECT_ROOT
from pipeline.warehouse import query
from tests.report.conftest import HOSTILE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WIDTHS = [360, 768, 1440]


@pytest.fixture(scope="module", params=["light", "dark"])
def seen(reported, site, tmp_path_factory, request):
    """What the harness found, and what Chromium wrote to its console."""
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing: apt-get install chromium")
        pytest.skip("Chromium is not installed: apt-get install chromium")
    [(supplier,)] = query(
        reported.database_path,
        f"select supplier_id from marts.suppliers where supplier_name = {quoted(HOSTILE)}",
    ).rows
    asked = {
        "site": site.as_uri(),
        "pages": [
            "index.html", "compare.html", "publishers.html", "suppliers.html", "method.html",
            "towns/thornley.html", "towns/marlhaven.html", "publishers/thornley_council.html",
            "publishers/thornley_college.html", supplier_path(supplier),
        ],
        "widths": WIDTHS if request.param == "light" else WIDTHS[:1],
        # Only colours differ in the dark.
        "rules": None if request.param == "light" else ["color-contrast"],
        "axe": (files("axe_playwright_python") / "axe.min.js").as_uri(),
        "year": "2023/24",
    }  # fmt: skip
    harness = PROJECT_ROOT / "tests/report/harness.html"
    profile = tmp_path_factory.mktemp("chromium")
    run = subprocess.run(
        [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--no-first-run", f"--user-data-dir={profile}", "--allow-file-access-from-files",
            "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr",
            f"--blink-settings=preferredColorScheme={int(request.param == 'light')}",
            "--window-size=1500,1000", "--virtual-time-budget=60000", "--dump-dom",
            f"{harness.as_uri()}#{quote(json.dumps(asked))}",
        ],
        capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    result = re.search(r'<pre id="result">(.*?)</pre>', run.stdout, re.DOTALL)
    assert result, run.stderr[-2000:]
    assert result[1], run.stderr[-2000:]
    console = [line for line in run.stderr.splitlines() if ":CONSOLE" in line]
    return json.loads(html.unescape(result[1])), console


def test_no_page_writes_an_error_to_the_console(seen):
    [own] = seen[1]
    assert "written by the harness" in own


def test_no_page_scrolls_sideways_and_every_page_is_styled(seen):
    assert {one["width"] for one in seen[0]["pages"]} in (set(WIDTHS), set(WIDTHS[:1]))
    for one in seen[0]["pages"]:
        assert one["scroll"] <= one["inner"] <= one["width"], one
        assert one["styled"] == "0px", one


def test_axe_finds_no_fault_on_any_page(seen):
    found = seen[0]["axe"]
    assert len(found) == 11
    for page, one in found.items():
        assert one["passed"] == 1 or one["passed"] > 25, page
        assert one["violations"] == [], page


def test_charts_are_drawn(seen):
    marks = {one["page"]: one["marks"] for one in seen[0]["pages"]}
    assert marks["index.html"] == 4
    assert marks["towns/thornley.html"] > 20
    # Three wards and two districts, beside what Thornley has too.
    assert marks["towns/marlhaven.html"] > 25
    assert {one["areas"] for one in seen[0]["pages"] if "marlhaven" in one["page"]} == {5}
    assert marks["compare.html"] == 4


def test_choosing_years_towns_and_definitions_changes_the_table(seen, reported):
    found = seen[0]
    assert (found["all"], found["oneYear"], found["oneTown"]) == (4, 2, 1)
    [(low, high)] = query(
        reported.database_path,
        "select share_in_town_low, share_in_town_high from marts.spend_retention_variants"
        " where town_id = 'thornley' and financial_year = '2023/24' and scope = 'headline'"
        " and local_definition = 'trading' and payees = 'all'",
    ).rows
    assert band(low, high) in found["trading"]


def test_the_switch_shows_two_towns_like_for_like(seen):
    found = seen[0]
    assert (found["before"], found["after"]) == (["shares"], ["like_for_like"])
    assert (found["alikeOfOneTown"], found["alikeRows"]) == (0, 2)
    assert found["chosen"] == ("Like for like; Year: 2023/24; Kind of anchor: local government")
    # A district and a unitary council: November, January and February, in pounds only.
    assert "no: pounds only, the councils held do different work" in found["alike"]
    for words in ("Thornley Council", "3 of 12", "£4,500", "£3,500"):
        assert words in found["alike"]


def test_suppliers_are_found_and_sorted_and_a_hostile_name_does_no_harm(seen):
    found = seen[0]
    assert found["suppliers"] > 15
    assert HOSTILE in found["hostile"]
    assert found["scripts"] == 0
    assert float(found["most"]) > 10_000 > 1_000 > float(found["least"])


def test_tables_can_be_sorted_by_their_headings(seen):
    assert all(one["sortable"] for one in seen[0]["pages"] if "college" not in one["page"])
