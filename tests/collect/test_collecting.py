"""One publisher's night: every file archived, every fault written down, nothing raised."""

from threading import Event

import pytest

from pipeline.collect.archive import Archive
from pipeline.collect.collecting import collect_publisher
from pipeline.collect.held import held_files
from pipeline.collect.ledger import Ledger
from pipeline.registry.models import Publisher
from tests.collect.served import Site, answer

MAY, JUNE = b"Supplier,Amount\nAcme,1.00\n", b"Supplier,Amount\nAcme,2.00\n"
PAGE = b"""<h2>Spending over 500 pounds</h2>
<a href="/may-2024.csv?m=636795289122270000">May 2024</a> <a href="/june-2024.csv">June 2024</a>
<a href="/privacy">Privacy</a>"""


@pytest.fixture
def publisher(site: Site) -> Publisher:
    site.answers["/spending"] = answer(PAGE)
    site.answers["/may-2024.csv?m=636795289122270000"] = answer(MAY, headers={"ETag": '"m1"'})
    site.answers["/june-2024.csv"] = answer(JUNE)
    return Publisher(
        id="ashford",
        name="Ashford Council",
        kind="district_council",
        discovery={
            "rule": "links_on_page",
            "landing_page": site.root + "/spending",
            "href_matches": r"\.csv",
        },
        publishes="files",
        publishes_evidence="Served by this test.",
        verified=True,
        licence="OGL-UK-3.0",
        attribution="Ashford Council",
    )


@pytest.fixture
def night(publisher: Publisher, archive: Archive, ledger: Ledger, web):
    def collect() -> list[tuple[str, str]]:
        attempts = collect_publisher(publisher, archive, ledger, web)
        assert all(attempt.attempt_id for attempt in attempts)
        return [(attempt.publication.label, attempt.outcome) for attempt in attempts]

    return collect


def test_the_first_night_brings_every_file(night, archive, ledger):
    assert night() == [("May 2024", "new"), ("June 2024", "new")]
    held = held_files(ledger)
    assert [archive.read_bytes(sha256) for sha256 in held["sha256"]] == [MAY, JUNE]
    assert held["first_day"].dt.month().to_list() == [5, 6]


def test_an_unchanged_night_sends_the_stamps_and_stores_nothing(night, site, archive):
    night()
    before = sorted(archive.root.rglob("*.json"))
    site.answers["/may-2024.csv?m=636795289122270000"] = answer(status=304)
    assert night() == [("May 2024", "unchanged"), ("June 2024", "unchanged")]
    asked = site.requests["/may-2024.csv?m=636795289122270000"]
    assert "if-none-match" not in asked[0]
    assert asked[1]["if-none-match"] == '"m1"'
    assert sorted(archive.root.rglob("*.json")) == before


def test_a_file_re_uploaded_under_a_new_stamp_is_a_version_of_the_same_publication(
    night, site, ledger, archive
):
    night()
    site.answers["/spending"] = answer(PAGE.replace(b"636795289122270000", b"1766577997083"))
    site.answers["/may-2024.csv?m=1766577997083"] = answer(MAY + b"Brown,3.00\n")
    assert night() == [("May 2024", "changed"), ("June 2024", "unchanged")]
    assert held_files(ledger).height == 2
    assert held_files(ledger, every_version=True).height == 3
    assert MAY in [archive.read_bytes(path.parent.name) for path in archive.root.rglob("content")]


def test_bytes_that_are_missing_from_the_archive_are_asked_for_without_stamps(
    night, site, archive, ledger
):
    night()
    for content in archive.root.rglob("content"):
        content.unlink()
    night()
    assert "if-none-match" not in site.requests["/may-2024.csv?m=636795289122270000"][1]
    assert archive.read_bytes(held_files(ledger)["sha256"][0]) == MAY


def test_one_absent_file_does_not_stop_the_others(night, site):
    del site.answers["/may-2024.csv?m=636795289122270000"]
    assert night() == [("May 2024", "not_published"), ("June 2024", "new")]


def test_a_file_that_we_hold_and_that_is_gone_stays_in_use(night, site, ledger):
    night()
    del site.answers["/june-2024.csv"]
    assert night() == [("May 2024", "unchanged"), ("June 2024", "gone")]
    assert held_files(ledger).height == 2


def test_a_publication_that_leaves_the_page_is_noted_once(night, site, ledger):
    night()
    site.answers["/spending"] = answer(PAGE.replace(b"june-2024.csv", b"nothing"))
    assert night() == [("May 2024", "unchanged"), ("June 2024", "gone")]
    assert night() == [("May 2024", "unchanged")]
    assert held_files(ledger).height == 2


def test_a_blocked_site_names_the_way_out(night, site, ledger):
    site.answers["/spending"] = answer(b"no", 403)
    assert night() == [("landing page", "blocked")]
    assert "`anchorspend add ashford FILE`" in ledger.attempts()[0].reason
    assert site.asked("/spending") == 1


def test_a_redesigned_page_is_an_error_and_never_nothing_new(night, site, ledger):
    night()
    site.answers["/spending"] = answer(b"<a href='/app'>Our new spending explorer</a>")
    assert night() == [("landing page", "error")]
    assert "anchorspend discover ashford" in ledger.attempts()[-1].reason
    assert held_files(ledger).height == 2


def test_an_html_page_instead_of_a_file_is_not_archived(night, site, ledger):
    site.answers["/june-2024.csv"] = answer(b"<!doctype html><title>Sorry</title>")
    assert night() == [("May 2024", "new"), ("June 2024", "html_instead")]
    assert held_files(ledger)["label"].to_list() == ["May 2024"]


def test_an_unexpected_fault_is_an_attempt_and_not_an_exception(night, site, archive, ledger):
    # The disk's fault, not the site's: a file lies where the archive wants a folder.
    night()
    site.answers["/june-2024.csv"] = answer(JUNE + b"more,1\n")
    for folder in archive.root.glob("incoming"):
        folder.rmdir()
    (archive.root / "incoming").write_bytes(b"")
    assert {outcome for _, outcome in night()} == {"error"}
    assert "FileExistsError" in ledger.attempts()[-1].reason
    assert held_files(ledger).height == 2


def test_once_stopped_no_further_file_is_begun(publisher, site, archive, ledger, web):
    stop = Event()
    stop.set()
    assert collect_publisher(publisher, archive, ledger, web, stop) == []
    assert site.asked("/june-2024.csv") == 0
