"""Files that a person hands in are archived once; what is left out has a reason."""

import os
from pathlib import Path

import pytest

from pipeline.collect.dropped import add_files
from pipeline.collect.held import held_files
from pipeline.errors import AnchorspendError


def outcomes(attempts) -> dict[str, str]:
    return {one.publication.url.removeprefix("drop:"): one.outcome for one in attempts}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    (folder / "2024").mkdir(parents=True)
    (folder / "2025").mkdir()
    (folder / "2024" / "April.csv").write_bytes(b"april 24")
    (folder / "2025" / "April.csv").write_bytes(b"april 25")
    return folder


def test_a_file_is_archived_under_its_name_and_period(archive, ledger, tmp_path):
    path = tmp_path / "Torbay May 2025.csv"
    path.write_bytes(b"Supplier,Amount\n")
    (attempt,) = add_files("torbay", [path], archive, ledger)
    assert (attempt.outcome, attempt.publication.label) == ("new", "Torbay May 2025.csv")
    assert str(attempt.publication.first_day) == "2025-05-01"
    assert archive.read_bytes(attempt.sha256) == b"Supplier,Amount\n"


def test_the_same_files_again_are_unchanged_and_add_nothing(archive, ledger, folder):
    add_files("torbay", [folder], archive, ledger)
    before = sorted(path for path in archive.root.rglob("*.json"))
    again = add_files("torbay", [folder], archive, ledger)
    assert {attempt.outcome for attempt in again} == {"unchanged"}
    assert sorted(path for path in archive.root.rglob("*.json")) == before


def test_files_of_one_name_in_two_folders_are_two_publications(archive, ledger, folder):
    attempts = add_files("torbay", [folder], archive, ledger)
    assert outcomes(attempts) == {"2024/April.csv": "new", "2025/April.csv": "new"}
    assert held_files(ledger)["first_day"].dt.year().to_list() == [2024, 2025]


def test_two_files_of_one_name_given_at_once_never_replace_each_other(archive, ledger, folder):
    given = [folder / "2024" / "April.csv", folder / "2025" / "April.csv"]
    attempts = add_files("torbay", given, archive, ledger)
    assert [attempt.outcome for attempt in attempts] == ["new", "refused"]
    assert "rename" in attempts[1].reason


def test_a_changed_file_of_the_same_name_is_a_new_version(archive, ledger, tmp_path):
    path = tmp_path / "may.csv"
    path.write_bytes(b"one")
    (first,) = add_files("torbay", [path], archive, ledger)
    path.write_bytes(b"two")
    (second,) = add_files("torbay", [path], archive, ledger)
    assert second.outcome == "changed"
    assert archive.read_bytes(first.sha256) == b"one"


def test_hidden_files_and_links_that_lead_out_are_left_with_a_reason(archive, ledger, folder):
    outside = folder.parent / "secret.csv"
    outside.write_bytes(b"secret")
    (folder / ".DS_Store").write_bytes(b"x")
    (folder / "~$May.xlsx").write_bytes(b"x")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_bytes(b"x")
    (folder / "out.csv").symlink_to(outside)
    (folder / "all").symlink_to(folder.parent)
    (folder / "inside.csv").symlink_to(folder / "2024" / "April.csv")
    found = outcomes(add_files("torbay", [folder], archive, ledger))
    left = {name for name, outcome in found.items() if outcome == "refused"}
    assert left == {".DS_Store", "~$May.xlsx", ".git", "out.csv", "all"}
    assert found["inside.csv"] == "new"


def test_the_archive_itself_is_never_added(archive, ledger, tmp_path):
    (tmp_path / "may.csv").write_bytes(b"x")
    found = outcomes(add_files("torbay", [tmp_path], archive, ledger))
    assert found == {"archive": "refused", "may.csv": "new"}
    (attempt,) = add_files("torbay", [archive.root], archive, ledger)
    assert attempt.outcome == "refused"


def test_what_is_no_file_of_payments_is_left_out(archive, ledger, tmp_path):
    contents = {
        "big.csv": b"x" * 101,
        "empty.csv": b"",
        "page.csv": b"<!DOCTYPE html><html></html>",
        "guard.csv": b"<html><title>Just a moment...</title></html>",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    paths = [tmp_path / name for name in contents]
    found = outcomes(add_files("torbay", paths, archive, ledger, max_bytes=100))
    assert found == {
        "big.csv": "too_big",
        "empty.csv": "refused",
        "page.csv": "html_instead",
        "guard.csv": "blocked",
    }
    assert held_files(ledger).is_empty()


def test_a_pipe_is_left_out_and_not_waited_for(archive, ledger, tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    (attempt,) = add_files("torbay", [tmp_path / "pipe.csv"], archive, ledger)
    assert attempt.outcome == "refused"


def test_a_missing_path_stops_before_anything_is_archived(archive, ledger, folder):
    with pytest.raises(AnchorspendError, match="nowhere"):
        add_files("torbay", [folder, folder / "nowhere.csv"], archive, ledger)
    assert ledger.attempts() == []
