from datetime import date

import polars as pl
import pytest

from pipeline.errors import AnchorspendError
from pipeline.match.overrides import COLUMNS, read_overrides, unused_overrides
from pipeline.match.review import review_rows
from pipeline.match.suppliers import match_suppliers
from pipeline.registers.loading import load_registers
from tests.match.test_suppliers import suppliers
from tests.registers import written

HEADING = ",".join(COLUMNS) + "\n"


@pytest.fixture(scope="module")
def registers_dir(tmp_path_factory):
    source = tmp_path_factory.mktemp("published")
    registers_dir = tmp_path_factory.mktemp("registers")
    written.write_companies_csv(
        source,
        written.company("00000001", "ACME WORKS LIMITED", "PR1 2HE"),
        written.company("00000003", "TWIN LTD", "PR1 1AA"),
        written.company("00000004", "TWIN LTD", "TQ1 1AA", CompanyStatus="Active"),
    )
    load_registers(source, registers_dir)
    return registers_dir


def overrides(tmp_path, *rows):
    path = tmp_path / "supplier_overrides.csv"
    path.write_text(HEADING + "".join(f"{row}\n" for row in rows))
    return read_overrides(path)


def test_a_decision_of_a_person_wins_over_every_rule(registers_dir, tmp_path):
    decided = overrides(
        tmp_path,
        "Acme Works,,matched,coh:00000004,the invoice says so,2026-11-24",
        "TWIN LTD,elsewhere,matched,coh:00000003,seen,2026-11-24",
        "TWIN LTD,,none,,another twin,2026-11-24",
        "JO BLOGGS JOINERY,,person,,a joiner,2026-11-24",
    )
    rows = suppliers(
        {"supplier_name": "ACME WORKS", "company_number": "1"},
        {"supplier_name": "TWIN LTD", "publisher_id": "elsewhere"},
        {"supplier_name": "TWIN LTD"},
        {"supplier_name": "JO BLOGGS JOINERY"},
        {"supplier_name": "ACME WORKS LTD"},
    )
    result = match_suppliers(rows, registers_dir, decided)
    found = result.decisions.select("decision", "class", "number", "method").rows()
    assert found == [
        ("matched", "company", "00000004", "override"),
        ("matched", "company", "00000003", "override"),
        ("none", "unknown", None, "override"),
        ("none", "person", None, "override"),
        ("matched", "company", "00000001", "exact_current"),
    ]
    assert result.candidates["number"].to_list() == ["00000004", "00000003", "00000001"]


def test_a_number_that_no_loaded_register_holds_is_kept(registers_dir, tmp_path):
    decided = overrides(tmp_path, "ACME,,matched,chc:299872,read on its letter,2026-11-24")
    row = match_suppliers(suppliers({"supplier_name": "Acme"}), registers_dir, decided).decisions
    assert row.select("decision", "number", "register_name").rows() == [("matched", "299872", None)]


def test_rows_that_no_supplier_needs_are_reported_by_line(registers_dir, tmp_path):
    decided = overrides(
        tmp_path,
        "ACME WORKS,,none,,x,2026-11-24",
        "GONE LTD,,none,,x,2026-11-24",
        "ACME WORKS,nobody,none,,x,2026-11-24",
    )
    assert unused_overrides(suppliers({"supplier_name": "Acme Works"}), decided) == [3, 4]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (",,none,,x,2026-11-24", "line 2: supplier is empty"),
        ("A,,none,,,2026-11-24", "line 2: reason is empty"),
        ("A,,none,,x,24/11/2026", "decided_on is '24/11/2026': write a day"),
        ("A,,matched,445790,x,2026-11-24", "write register and number as coh:00445790"),
        ("A,,matched,xyz:1,x,2026-11-24", "write register and number as coh:00445790"),
        ("A,,none,coh:1,x,2026-11-24", "none takes no number"),
        ("A,,maybe,,x,2026-11-24", "write one of matched, none"),
        ("A,,none,,x,2026-11-24\nA.,,none,,y,2026-11-24", "line 3: A is decided twice"),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_its_line(tmp_path, row, sentence):
    with pytest.raises(AnchorspendError, match=sentence):
        overrides(tmp_path, row)


def test_the_built_in_overrides_are_sound():
    assert read_overrides().height > 0


def test_the_heaviest_undecided_are_listed_as_rows_that_can_be_read_back(registers_dir, tmp_path):
    rows = suppliers(
        {"supplier_name": "NOBODY KNOWS LTD"},
        {"supplier_name": "TWIN LTD"},
        {"supplier_name": "ACME WORKS LTD"},
        {"supplier_name": "Mr J Smith"},
        {"supplier_name": "TINY LTD"},
    ).with_columns(amount_gbp=pl.Series([100, 900, 5000, 7000, 1]))
    result = match_suppliers(rows, registers_dir)
    review = review_rows(rows, result, registers_dir, date(2026, 11, 24), limit=2)
    assert review.select("supplier", "decision", "number").rows() == [
        ("TWIN LTD", "matched", "coh:00000003"),
        ("TWIN LTD", "matched", "coh:00000004"),
        ("TWIN LTD", "none", None),
        ("NOBODY KNOWS LTD", "none", None),
    ]
    path = tmp_path / "chosen.csv"
    review.head(1).select(COLUMNS).with_columns(reason=pl.lit("seen")).write_csv(path)
    assert read_overrides(path)["number"].to_list() == ["00000003"]
