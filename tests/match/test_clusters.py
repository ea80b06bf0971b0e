import polars as pl
import pytest

from pipeline.match.clusters import clusters
from pipeline.match.nights import match_night
from pipeline.match.overrides import COLUMNS, read_overrides
from pipeline.match.suppliers import match_suppliers
from pipeline.registers.loading import load_registers
from tests.match.test_suppliers import suppliers
from tests.registers import written

COMPANIES = [
    written.company("00000001", "ACME WORKS LIMITED"),
    written.company("00000002", "TORBAY JOINERY LTD"),
    written.company("00000003", "TWIN LTD", "PR1 1AA"),
    written.company(
        "00000004", "TWIN LTD", "TQ1 1AA", **{"PreviousName_1.CompanyName": "SOLO LTD"}
    ),
    written.company("00000005", "BRIGHTSTONE CLEANING LTD"),
]


@pytest.fixture
def published(tmp_path):
    folder = tmp_path / "published"
    folder.mkdir()
    return folder


@pytest.fixture
def registers_dir(published, tmp_path):
    written.write_companies_csv(published, *COMPANIES)
    load_registers(published, tmp_path / "registers")
    return tmp_path / "registers"


def decided(registers_dir, *rows):
    result = match_suppliers(suppliers(*rows), registers_dir)
    return result.decisions.select("decision", "number", "method").rows(), result


def linked(*names, column="supplier_id_as_published", value="V100"):
    return [{"supplier_name": name, column: value} for name in names]


def test_a_spelling_takes_over_what_its_supplier_id_is(registers_dir):
    found, result = decided(registers_dir, *linked("ACME WORKS LTD", "ACME WORKS DEPOT 4"))
    assert found[1] == ("matched", "00000001", "linked")
    assert result.candidates["number"].to_list() == ["00000001", "00000001"]


def test_an_ambiguous_spelling_is_the_candidate_that_its_vat_number_names(registers_dir):
    found, result = decided(
        registers_dir, *linked("TWIN LTD", "SOLO LTD", column="vat_number", value="GB 123 4567 89")
    )
    assert found[0] == ("matched", "00000004", "linked")
    assert result.candidates["number"].to_list() == ["00000004", "00000004"]


@pytest.mark.parametrize(
    "rows",
    [
        linked("ACME WORKS LTD", "Smiths of Leeds"),
        linked("ACME WORKS LTD", "Mr J Acme"),
        linked("ACME WORKS LTD", "ACME REST", "TORBAY JOINERY"),
        linked("ACME WORKS LTD", "ACME 1", "ACME 2", "ACME 3", "ACME 4"),
        linked("ACME WORKS LTD", "ACME REST", value="0000"),
        [
            {"supplier_name": "ACME WORKS LTD", "supplier_id_as_published": "7"},
            {
                "supplier_name": "ACME REST",
                "supplier_id_as_published": "7",
                "publisher_id": "another",
            },
        ],
    ],
    ids=[
        "no word in common",
        "a person",
        "two organisations",
        "an id of sundry suppliers",
        "no id",
        "another publisher's id",
    ],
)
def test_what_is_linked_in_doubt_is_left_alone(registers_dir, rows):
    assert decided(registers_dir, *rows)[0][1][0] != "matched"


def test_a_near_match_does_not_stand_against_another_of_its_cluster(registers_dir):
    rows = linked("BRIGHTSTONES CLEANING LTD", "ACME WORKS LTD")
    assert decided(registers_dir, rows[0])[0][0][:2] == ("matched", "00000005")
    assert decided(registers_dir, *rows)[0][0][0] == "ambiguous"


def test_links_reach_over_ids_and_vat_numbers():
    rows = suppliers(
        {"supplier_name": "A ONE", "supplier_id_as_published": "11"},
        {"supplier_name": "A TWO", "supplier_id_as_published": "11", "vat_number": "GB9"},
        {"supplier_name": "A THREE", "vat_number": "9", "supplier_id_as_published": "12"},
        {"supplier_name": "A FOUR", "vat_number": "GB9", "supplier_id_as_published": "12"},
        {"supplier_name": "ALONE", "supplier_id_as_published": "13"},
    )
    assert clusters(rows).rows() == [(f"{n:04}", "0000") for n in range(4)]


NIGHT = [
    *linked("ACME WORKS LTD", "ACME WORKS DEPOT 4"),
    {"supplier_name": "TWIN LTD"},
    {"supplier_name": "ACS"},
    {"supplier_name": "BRIGHTSTONES CLEANING", "is_redacted": True},
]


def test_an_increment_is_what_a_full_run_is(registers_dir, tmp_path):
    rows = suppliers(*NIGHT)
    full = match_night(rows, registers_dir, tmp_path / "full")
    assert full.matched_anew == 5
    for part in ([1, 2], [0, 1, 2, 4], [0, 1, 2, 3, 4], [0, 3]):
        tonight = rows[part]
        night = match_night(tonight, registers_dir, tmp_path / "kept")
        whole = match_suppliers(tonight, registers_dir)
        assert night.result.decisions.equals(whole.decisions)
        assert night.result.candidates.equals(whole.candidates)
        assert night.changes.is_empty()
    assert night.matched_anew == 0


def test_a_name_that_is_withheld_later_is_decided_anew(registers_dir, tmp_path):
    rows = suppliers(*NIGHT)
    match_night(rows, registers_dir, tmp_path / "kept")
    withheld = rows.with_columns(is_redacted=pl.lit(value=True))
    night = match_night(withheld, registers_dir, tmp_path / "kept")
    assert night.matched_anew == 4
    assert night.result.decisions["class"].unique().to_list() == ["redacted"]


def test_a_new_register_matches_all_anew_and_lists_what_changed(published, registers_dir, tmp_path):
    rows = suppliers(*NIGHT)
    match_night(rows, registers_dir, tmp_path / "kept")
    written.write_companies_csv(
        published,
        *COMPANIES[:2],
        COMPANIES[3],
        written.company("00000009", "ACS LTD"),
        name="BasicCompanyData-2026-10-01.csv",
    )
    load_registers(published, registers_dir)
    night = match_night(rows, registers_dir, tmp_path / "kept")
    assert night.matched_anew == 5
    assert night.changes.select("supplier_id", "number_before", "number").rows() == [
        ("0002", "00000003", "00000004"),
        ("0003", None, "00000009"),
    ]


def test_a_new_override_is_heard_the_same_night(registers_dir, tmp_path):
    rows = suppliers(*NIGHT)
    match_night(rows, registers_dir, tmp_path / "kept")
    path = tmp_path / "overrides.csv"
    path.write_text(",".join(COLUMNS) + "\nACS,,matched,coh:00000002,seen,2026-11-24\n")
    night = match_night(rows, registers_dir, tmp_path / "kept", read_overrides(path))
    assert night.changes.select("supplier_id", "number").rows() == [("0003", "00000002")]
