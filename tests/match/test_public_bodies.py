import pytest

from pipeline.match.suppliers import match_suppliers
from pipeline.registers.loading import load_registers
from tests.match.test_suppliers import suppliers
from tests.registers import written
from tests.registers.test_other_registers import (
    SCHOOL_HEADING,
    nhs_record,
    school,
    write_csv,
)


@pytest.fixture(scope="module")
def registers_dir(tmp_path_factory):
    source = tmp_path_factory.mktemp("published")
    registers_dir = tmp_path_factory.mktemp("registers")
    written.write_companies_csv(
        source,
        written.company("00000001", "STUDENT LOANS COMPANY LIMITED"),
        written.company("00000002", "PRESTON CITY COUNCIL LIMITED"),
        written.company("00000003", "CPS LIMITED"),
        written.company("00000004", "LITTLE ACORNS SCHOOL LIMITED"),
    )
    write_csv(
        source,
        "etr.csv",
        [
            nhs_record("RXN", "LANCASHIRE TEACHING HOSPITALS NHS FOUNDATION TRUST", "PR2 9HT"),
            nhs_record("RA9", "TORBAY AND SOUTH DEVON NHS FOUNDATION TRUST", "TQ2 7AA"),
        ],
    )
    write_csv(source, "epraccur.csv", [nhs_record("P81001", "MOOR LANE SURGERY", "PR1 2HE")])
    write_csv(
        source,
        "edubasealldata20260901.csv",
        [
            school("1", "Moor Park High School", "PR1 6DT"),
            school("2", "St Mary's Primary School", "PR1 1AA"),
            school("3", "St Mary's Primary School", "TQ1 1AA"),
            school("4", "Little Acorns School", "TQ1 1AA"),
        ],
        SCHOOL_HEADING,
    )
    load_registers(source, registers_dir, built_in_bodies=True)
    return registers_dir


def decide(registers_dir, name):
    result = match_suppliers(suppliers({"supplier_name": name}), registers_dir)
    (decision,) = result.decisions.iter_rows(named=True)
    return decision


@pytest.mark.parametrize(
    ("name", "register", "number"),
    [
        ("PRESTON CITY COUNCIL", "lad", "E07000123"),
        ("(DD ONLY) Ribble Valley Borough Council", "lad", "E07000124"),
        ("Lancashire County Council (Direct Debit Payments)", "lad", "E10000017"),
        ("EXETER CITY COUNCIL(RATES&C/TAX)", "lad", "E07000041"),
        ("PLYMOUTH CITY COUNCIL (RADIUS ACCOUNT", "lad", "E06000026"),
        ("Calderdale MBC", "lad", "E08000033"),
        ("Stockport Metropolitan Borough Coun", "lad", "E08000007"),
        ("LB CAMDEN", "lad", "E09000007"),
        ("Dorset Council", "lad", "E06000059"),
        ("P . W . L . B", "pub", "pwlb"),
        ("HM REVENUE & CUSTOMS", "pub", "hmrc"),
        ("PCC for Devon & Cornwall", "pub", "police_devon_and_cornwall"),
        ("LANCASHIRE FIRE & RESCUE", "pub", "fire_lancashire"),
        ("Lancs Teaching Hosp NHS FT", "ods", "RXN"),
        ("TORBAY & SOUTH DEVON NHSFT", "ods", "RA9"),
    ],
)
def test_a_public_body_is_found_in_its_own_register(registers_dir, name, register, number):
    decision = decide(registers_dir, name)
    assert (decision["register"], decision["number"]) == (register, number)
    assert (decision["decision"], decision["class"]) == ("matched", "public_body")


@pytest.mark.parametrize(
    "name",
    [
        "Lancashire County Council Pension Scheme Trustees NHS",
        "Devizes Town Council",
        "NHS DEVON CCG",
        "Worcestershire County Council Pension Fund",
    ],
)
def test_a_body_that_no_register_holds_stays_public_and_unknown(registers_dir, name):
    decision = decide(registers_dir, name)
    assert (decision["decision"], decision["class"]) == ("none", "public_body")


def test_a_public_body_that_is_a_company_has_both_numbers(registers_dir):
    decision = decide(registers_dir, "STUDENT LOANS COMPANY LTD")
    assert (decision["register"], decision["number"]) == ("pub", "student_loans_company")
    assert (decision["other_register"], decision["other_number"]) == ("coh", "00000001")
    assert decision["class"] == "public_body"


def test_a_firm_goes_before_a_body_of_the_same_letters(registers_dir):
    decision = decide(registers_dir, "CPS LTD")
    assert (decision["decision"], decision["number"]) == ("matched", "00000003")


def test_a_practice_is_found_in_the_list_of_practices(registers_dir):
    decision = decide(registers_dir, "MOOR LANE SURGERY")
    assert (decision["number"], decision["class"]) == ("P81001", "gp_practice")


def test_a_school_is_found_where_no_company_bears_its_name(registers_dir):
    park = decide(registers_dir, "MOOR PARK HIGH SCHOOL")
    assert (park["register"], park["number"], park["class"]) == ("gias", "1", "school")
    assert decide(registers_dir, "LITTLE ACORNS SCHOOL")["number"] == "00000004"
    assert decide(registers_dir, "ST MARYS PRIMARY SCHOOL")["decision"] == "ambiguous"
