"""The ledger says what happened, and what it knew of files can be had from the archive again."""

import json
import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest

from pipeline.collect import keep as keep_module
from pipeline.collect import ledger as ledger_module
from pipeline.collect.attempts import Attempt, Publication, address_identity, publication_id
from pipeline.collect.held import held_files
from pipeline.collect.keep import keep_bytes, keep_unchanged
from pipeline.collect.ledger import Ledger, rebuild_ledger
from pipeline.errors import AnchorspendError

MAY = Publication(
    publisher_id="ashford",
    publication_id=publication_id("ashford", "https://ashford.example/may.csv"),
    url="https://ashford.example/may.csv",
    label="May 2025",
    kind="spend",
    first_day=date(2025, 5, 1),
    last_day=date(2025, 5, 31),
)


def keep(body: bytes, archive, ledger, publication=MAY) -> Attempt:
    with archive.part_file() as part:
        part.write(body)
        return keep_bytes(part, publication, archive, ledger, {"etag": '"1"'}, 200)


def test_an_attempt_comes_back_as_it_was_recorded(archive, ledger):
    attempt = Attempt(MAY, "blocked", datetime.now(UTC), http_status=403, reason="keeps out")
    recorded = ledger.record(attempt)
    assert recorded.attempt_id == 1
    assert ledger.attempts() == [attempt]
    assert ledger.attempts("other_publisher") == []


def test_new_then_unchanged_then_changed_then_changed_back(archive, ledger):
    outcomes = [keep(body, archive, ledger).outcome for body in (b"a", b"a", b"b", b"a")]
    assert outcomes == ["new", "unchanged", "changed", "changed"]
    assert ledger.held(MAY.publication_id).sha256 == ledger.attempts()[0].sha256


def test_a_failure_does_not_hide_what_is_held(archive, ledger):
    held = keep(b"a", archive, ledger)
    ledger.record(Attempt(MAY, "gone", datetime.now(UTC)))
    assert ledger.held(MAY.publication_id) == held
    assert ledger.last_of_each("ashford")[0].outcome == "gone"
    assert held_files(ledger)["sha256"].to_list() == [held.sha256]


def test_bytes_that_vanished_from_the_archive_are_stored_again(archive, ledger):
    first = keep(b"a", archive, ledger)
    archive.content_path(first.sha256).unlink()
    keep(b"a", archive, ledger)
    assert archive.read_bytes(first.sha256) == b"a"


def test_the_ledger_rebuilt_from_the_archive_holds_the_same_files(archive, ledger):
    april = replace(MAY, publication_id="f" * 32, label="April", first_day=None, last_day=None)
    keep(b"a", archive, ledger)
    keep(b"b", archive, ledger)
    keep(b"a", archive, ledger)
    keep(b"c", archive, ledger, april)
    relabelled = replace(MAY, label="May 2025 (corrected)")
    keep_unchanged(relabelled, ledger.held(MAY.publication_id), archive, ledger, {})
    before = held_files(ledger, every_version=True)
    ledger.close()
    ledger.path.unlink()
    with Ledger(ledger.path, archive) as rebuilt:
        assert held_files(rebuilt, every_version=True).equals(before)
        assert held_files(rebuilt)["label"].to_list() == ["May 2025 (corrected)", "April"]
        assert rebuilt.held(MAY.publication_id).etag == '"1"'
        assert keep(b"a", archive, rebuilt, relabelled).outcome == "unchanged"


def test_a_run_ended_between_sidecar_and_ledger_row_is_made_good(archive, ledger):
    with archive.part_file() as part:
        part.write(b"a")
        archive.store(part, MAY, 1, datetime.now(UTC), {})
    assert keep(b"a", archive, ledger).outcome == "new"
    assert len(list(archive.sidecars())) == 1
    assert rebuild_ledger(archive, ledger.path) == 1


def test_a_new_label_of_the_same_bytes_is_in_the_archive_too(archive, ledger):
    first = keep(b"a", archive, ledger)
    again = keep(b"a", archive, ledger, replace(MAY, label="May 2025 (final)"))
    assert (again.outcome, again.sha256) == ("unchanged", first.sha256)
    ledger.close()
    rebuild_ledger(archive, ledger.path)
    with Ledger(ledger.path, archive) as rebuilt:
        assert held_files(rebuilt)["label"].to_list() == ["May 2025 (final)"]


def test_an_address_that_is_used_for_one_month_after_the_other_keeps_each_months_label(
    archive, ledger
):
    june = replace(MAY, label="June 2025", first_day=date(2025, 6, 1), last_day=date(2025, 6, 30))
    keep(b"may", archive, ledger)
    keep(b"june", archive, ledger, june)
    held = held_files(ledger, every_version=True)
    assert held["label"].to_list() == ["May 2025", "June 2025"]
    assert held["first_day"].to_list() == [date(2025, 5, 1), date(2025, 6, 1)]


def test_a_journal_of_the_old_ledger_is_not_left_beside_the_rebuilt_one(archive, ledger):
    ledger.close()
    journal = ledger.path.with_name("ledger.sqlite-journal")
    journal.write_bytes(b"x")
    rebuild_ledger(archive, ledger.path)
    assert not journal.exists()


def test_a_clock_that_went_back_does_not_turn_versions_round(archive, ledger, monkeypatch):
    times = [datetime(2026, 4, 2, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)]

    class Clock:
        @staticmethod
        def now(_):
            return times.pop(0)

    monkeypatch.setattr(keep_module, "datetime", Clock)
    keep(b"a", archive, ledger)
    newest = keep(b"b", archive, ledger)
    assert rebuild_ledger(archive, ledger.path) == 2
    with Ledger(ledger.path, archive) as rebuilt:
        assert rebuilt.held(MAY.publication_id).sha256 == newest.sha256


def test_a_damaged_ledger_says_how_to_go_on_and_can_be_rebuilt(archive, ledger):
    keep(b"a", archive, ledger)
    ledger.close()
    ledger.path.write_bytes(b"this is no database at all, " * 100)
    with pytest.raises(AnchorspendError, match="rebuild-ledger"):
        Ledger(ledger.path, archive)
    assert rebuild_ledger(archive, ledger.path) == 1
    with Ledger(ledger.path, archive) as rebuilt:
        assert rebuilt.held(MAY.publication_id).outcome == "new"


def test_a_posted_publication_keeps_its_form_in_ledger_and_archive(archive, ledger):
    form = (("strAction", "exportCSV"), ("strOutputFields", "amount"), ("strOutputFields", "date"))
    posted = replace(
        MAY, form=form, format="csv", found_on="https://x/list", visit_form=(("token", "1"),)
    )
    keep(b"a", archive, ledger, posted)
    assert ledger.publications()[MAY.publication_id].form == form
    ledger.close()
    rebuild_ledger(archive, ledger.path)
    with Ledger(ledger.path, archive) as rebuilt:
        back = rebuilt.publications()[MAY.publication_id]
        assert back == posted
        assert (back.format, back.found_on, back.visit_form) == ("csv", "https://x/list", ())
        assert keep(b"a", archive, rebuilt, replace(posted, visit_form=(("token", "2"),))).bytes
        assert len(list(archive.sidecars())) == 1


def test_an_older_ledger_gets_the_columns_that_it_lacks(archive, ledger):
    keep(b"a", archive, ledger)
    ledger.close()
    with sqlite3.connect(ledger.path) as older:
        for column in ("form", "format", "found_on"):
            older.execute(f"alter table attempts drop column {column}")
    older.close()
    with Ledger(ledger.path, archive) as opened:
        assert opened.publications() == {MAY.publication_id: MAY}


def test_an_older_sidecar_is_read_as_a_file_that_is_simply_asked_for(archive):
    with archive.part_file() as part:
        part.write(b"a")
        sidecar = archive.store(part, MAY, 1, datetime.now(UTC), {})
    path = archive.content_path(sidecar.sha256).with_name(f"{MAY.publication_id}.1.json")
    fields = json.loads(path.read_text())
    for name in ("form", "format", "found_on"):
        del fields[name]
    path.write_text(json.dumps(fields))
    assert list(archive.sidecars()) == [sidecar]


def test_fields_that_name_the_period_are_identity_and_others_are_not():
    url = "https://ashford.example/report"
    may, june = ((("period", "2025-05"),), (("period", "2025-06"),))
    assert publication_id("a", url, may) == publication_id("a", url, may)
    assert len({publication_id("a", url, fields) for fields in (may, june, ())}) == 3


def test_a_locked_ledger_says_so(archive, ledger, monkeypatch):
    monkeypatch.setattr(ledger_module, "_LOCK_WAIT_SECONDS", 0.05)
    other = sqlite3.connect(ledger.path)
    other.execute("begin exclusive")
    try:
        with pytest.raises(AnchorspendError, match="Another program holds"):
            Ledger(ledger.path, archive)
    finally:
        other.close()


def test_stamps_of_a_visit_or_upload_are_not_identity():
    same = [
        "https://www.Preston.gov.uk/media/1/May/excel/may.xlsx?m=1766577997083",
        "https://www.preston.gov.uk/media/1/May/excel/may.xlsx?m=636795289122270000#top",
        "https://www.preston.gov.uk/media/1/May/excel/may.xlsx",
    ]
    assert len({publication_id("preston", url) for url in same}) == 1
    assert publication_id("preston", same[0]) != publication_id("other", same[0])


def test_a_parameter_that_names_the_file_is_identity():
    wordpress = "https://x.gov.uk/?wpdmdl=71&refresh=5f3a9c0d1e2b31587654321&filename=may.csv"
    assert address_identity(wordpress) == "https://x.gov.uk/?wpdmdl=71&filename=may.csv"
    assert address_identity("https://x.gov.uk/list?m=5") == "https://x.gov.uk/list?m=5"


def test_nothing_held_is_an_empty_table_with_all_columns(ledger):
    held = held_files(ledger)
    assert held.is_empty()
    assert held.schema["fetched_at"] == pl.Datetime("us", "UTC")
