"""What is withdrawn is gone from everything under the warehouse, and does not come back."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.collect.attempts import Attempt, Publication
from pipeline.collect.collecting import collect_publisher, faults
from pipeline.collect.held import held_files
from pipeline.collect.keep import keep_bytes
from pipeline.collect.ledger import Ledger, rebuild_ledger
from pipeline.collect.withdrawal import PLACEHOLDER, withdraw_file, withdraw_name
from pipeline.errors import AnchorspendError
from tests.collect.publishers import publisher_with
from tests.collect.served import answer

MAY = Publication("ashford", "1" * 32, "https://ashford.example/may.csv", "May 2024", "spend")
NAME = "Jane Q. Doe"
TEXT = f'Supplier,Amount\nAcme,1.00\n"{NAME}",2.00\n'


def keep(body: bytes, archive, ledger, publication=MAY) -> Attempt:
    with archive.part_file() as part:
        part.write(body)
        return keep_bytes(part, publication, archive, ledger, {})


@pytest.fixture
def readings(tmp_path) -> Path:
    return tmp_path / "readings"


def read(readings: Path, sha256: str) -> Path:
    """What the cache of readings would hold."""
    folder = readings / "0123456789abcdef" / sha256[:2]
    folder.mkdir(parents=True, exist_ok=True)
    for ending in ("json", "payments.parquet", "rejected.parquet"):
        (folder / f"{sha256}.{ending}").write_text(NAME)
    return folder


def holders(folder: Path, name: str = NAME) -> list[Path]:
    """Every file that holds the name, in any of the encodings that files come in."""
    needles = [name.encode(one) for one in ("utf-8", "cp1252", "utf-16-le", "utf-16-be")]
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    ]


def test_a_withdrawn_file_leaves_nothing_but_a_tombstone(archive, ledger, readings, tmp_path):
    sha256 = keep(TEXT.encode(), archive, ledger).sha256
    read(readings, sha256)
    withdrawal = withdraw_file(archive, ledger, readings, sha256, "asked by the council")
    assert withdrawal.publisher_ids == ("ashford",)
    assert holders(tmp_path) == []
    assert held_files(ledger, every_version=True).is_empty()
    assert ledger.held(MAY.publication_id) is None
    assert archive.tombstone(sha256).reason == "asked by the council"
    with pytest.raises(AnchorspendError, match=r"withdrawn \(asked by the council\)"):
        archive.read_bytes(sha256)


def test_the_same_bytes_are_not_kept_again(archive, ledger, readings, tmp_path):
    sha256 = keep(TEXT.encode(), archive, ledger).sha256
    withdraw_file(archive, ledger, readings, sha256, "asked")
    again = keep(TEXT.encode(), archive, ledger)
    elsewhere = keep(TEXT.encode(), archive, ledger, replace(MAY, publication_id="2" * 32))
    assert again.outcome == elsewhere.outcome == "withdrawn"
    assert holders(tmp_path) == []


def test_a_newer_version_is_kept(archive, ledger, readings):
    sha256 = keep(TEXT.encode(), archive, ledger).sha256
    withdraw_file(archive, ledger, readings, sha256, "asked")
    newer = keep(TEXT.replace(NAME, "Redacted").encode(), archive, ledger)
    assert newer.outcome == "new"
    assert held_files(ledger)["sha256"].to_list() == [newer.sha256]


def test_the_version_before_is_the_newest_again(archive, ledger, readings):
    before = keep(b"Supplier,Amount\n", archive, ledger).sha256
    sha256 = keep(TEXT.encode(), archive, ledger).sha256
    withdraw_file(archive, ledger, readings, sha256, "asked")
    assert held_files(ledger)["sha256"].to_list() == [before]


def test_a_rebuilt_ledger_knows_what_was_withdrawn(archive, ledger, readings):
    sha256 = keep(TEXT.encode(), archive, ledger).sha256
    withdraw_file(archive, ledger, readings, sha256, "asked")
    ledger.close()
    ledger.path.unlink()
    with Ledger(ledger.path, archive) as rebuilt:
        assert held_files(rebuilt, every_version=True).is_empty()
        assert keep(TEXT.encode(), archive, rebuilt).outcome == "withdrawn"


def test_a_purge_that_was_cut_short_can_be_done_again(archive, ledger, readings, tmp_path):
    sha256 = keep(TEXT.encode(), archive, ledger).sha256
    withdraw_file(archive, ledger, readings, sha256, "asked")
    archive.content_path(sha256).write_bytes(TEXT.encode())
    read(readings, sha256)
    rebuild_ledger(archive, tmp_path / "other.sqlite")
    with Ledger(tmp_path / "other.sqlite", archive) as rebuilt:
        assert held_files(rebuilt).is_empty()
    withdraw_file(archive, ledger, readings, sha256, "asked")
    assert holders(tmp_path) == []


def test_a_night_after_a_withdrawal_is_quiet(site, web, archive, ledger, readings, tmp_path):
    site.answers["/spend"] = answer(b"<a href='/may-2024.csv'>May 2024</a>")
    site.answers["/may-2024.csv"] = answer(TEXT.encode(), headers={"ETag": '"1"'})
    publisher = publisher_with(
        rule="links_on_page", landing_page=site.root + "/spend", href_matches="csv"
    )
    sha256 = collect_publisher(publisher, archive, ledger, web)[0].sha256
    withdraw_file(archive, ledger, readings, sha256, "asked")
    attempts = collect_publisher(publisher, archive, ledger, web)
    assert [one.outcome for one in attempts] == ["withdrawn"]
    assert faults(publisher, attempts) == []
    assert "if-none-match" not in site.requests["/may-2024.csv"][1]
    assert holders(tmp_path) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_name_is_taken_out_of_a_text_file_and_the_rest_stays(
    archive, ledger, readings, tmp_path, encoding
):
    name = "Zoë  Doe"
    text = TEXT.replace(NAME, name) + f"Acme,3.00,for {name}\n"
    sha256 = keep(text.encode(encoding), archive, ledger).sha256
    read(readings, sha256)
    withdrawal = withdraw_name(archive, ledger, readings, sha256, "Zoë Doe", "asked")
    held = held_files(ledger)
    assert held["sha256"].to_list() == [withdrawal.replaced_by]
    kept = archive.read_bytes(withdrawal.replaced_by).decode(encoding)
    assert kept == text.replace(name, PLACEHOLDER)
    assert holders(tmp_path, name) == []
    assert keep(text.encode(encoding), archive, ledger).outcome == "withdrawn"
    assert held_files(ledger)["sha256"].to_list() == [withdrawal.replaced_by]


def test_a_name_in_an_older_version_goes_with_it(archive, ledger, readings, tmp_path):
    sha256 = keep(TEXT.encode(), archive, ledger).sha256
    newer = keep(TEXT.replace(NAME, "Redacted").encode(), archive, ledger).sha256
    withdrawal = withdraw_name(archive, ledger, readings, sha256, NAME, "asked")
    assert withdrawal.replaced_by is None
    assert held_files(ledger, every_version=True)["sha256"].to_list() == [newer]
    assert holders(tmp_path) == []


@pytest.mark.parametrize(
    ("body", "name", "said"),
    [
        (b"PK\x03\x04" + TEXT.encode(), NAME, "workbooks"),
        (TEXT.encode(), "Somebody Else", "does not stand in file"),
        (TEXT.encode(), "A", "too short"),
        (TEXT.encode(), "", "too short"),
    ],
)
def test_a_name_that_cannot_be_taken_out_safely_is_refused_and_nothing_changes(
    archive, ledger, readings, body, name, said
):
    sha256 = keep(body, archive, ledger).sha256
    with pytest.raises(AnchorspendError, match=said):
        withdraw_name(archive, ledger, readings, sha256, name, "asked")
    assert archive.read_bytes(sha256) == body
    assert archive.tombstone(sha256) is None


def test_only_what_is_there_can_be_withdrawn(archive, ledger, readings):
    with pytest.raises(AnchorspendError, match="no sha256"):
        withdraw_file(archive, ledger, readings, "../../etc", "asked")
    with pytest.raises(AnchorspendError, match="holds no file version"):
        withdraw_file(archive, ledger, readings, "0" * 64, "asked")
