import pytest

from pipeline.match.suppliers import match_suppliers
from pipeline.registers.loading import load_registers
from tests.match.test_suppliers import suppliers
from tests.registers import written


@pytest.fixture(scope="module")
def registers_dir(tmp_path_factory):
    source = tmp_path_factory.mktemp("published")
    registers_dir = tmp_path_factory.mktemp("registers")
    written.write_companies_csv(
        source,
        written.company("00000001", "INTEGRATED HEALTH PARTNERS LIMITED"),
        written.company("00000002", "BRADWELL HALL NURSING HOME LIMITED"),
        written.company("00000030", "HALT RESIDENTIAL LTD"),
        written.company("00000003", "ACME HOLDINGS LTD"),
        written.company("00000004", "TORBAY JOINERY LTD"),
        written.company("00000005", "NUFFIELD HEALTH", category=written.GUARANTEE),
        written.company("00000006", "BRIGHTSTONE CLEANING LTD"),
        written.company("00000007", "BRIGHTSTONES CLEANING LTD"),
        written.company("00000008", "PALMER HARVEY MCLANE LIMITED"),
        written.company("00000009", "ORCHARD ROOFING LTD", "PR1 2HE"),
        *(
            written.company(f"001{n:05}", f"{name} ROOFING LTD")
            for n, name in enumerate(
                ["SMITHSON", "BAKER", "CARTER", "DAVIES", "ELLIOTT", "FOSTER", "GRAHAM", "HOWARD"]
            )
        ),
        *(
            written.company(f"002{n:05}", f"AGE UK {place}", category=written.GUARANTEE)
            for n, place in enumerate(
                ["EXETER", "DEVON", "LEEDS", "BURY", "DOVER", "OXFORD", "WIRRAL", "SALFORD"]
            )
        ),
        written.company("00200099", "AGE UK", category=written.GUARANTEE),
        written.company("00300001", "ALUN GRIFFITHS (CONTRACTORS) LIMITED"),
        written.company("00300002", "WEST DEVON BUSINESS INFORMATION POINT LIMITED"),
        written.company("00300003", "CARE OUTLOOK LTD"),
        written.company("00300004", "TORBAY ROOFING AND SCAFFOLDING SUPPLIES LIMITED"),
        written.company("00300006", "PENHALE DENTAL SOCIAL ENTERPRISE CIC"),
        written.company("00300007", "SERVICES FOR PAIGNTON LTD"),
        written.company("00300010", "HEXWORTHY STREET HOUSING LTD"),
        written.company("00300008", "AUGER OPHTHALMICS LTD"),
        written.company("00300009", "SANDFORD OPHTHALMICS LTD"),
        written.company("00300005", "HONITON COLLEGE ACADEMY TRUST", category="Academy Trust"),
    )
    written.write_charities_zip(
        source,
        written.charity(1057744, "ROYAL COLLEGE OF PAEDIATRICS AND CHILD HEALTH"),
        written.charity(299872, "THE ROYAL COLLEGE OF OPHTHALMOLOGISTS"),
        written.charity(1095708, "HOSPICE AT HOME CARLISLE AND NORTH LAKELAND"),
        written.charity(1107965, "BARNET REFUGEE SERVICE"),
        written.charity(1070112, "PUBLIC HEALTH ACTION SUPPORT TEAM"),
        written.charity(1077265, "ST JOHN AMBULANCE"),
        written.charity(1152474, "RED ROSE RECOVERY LANCASHIRE"),
        written.charity(1065745, "FOCUS BIRMINGHAM"),
        written.charity(210001, "LEEDS MOORTOWN UNIVERSITY STUDENTS UNION"),
        written.charity(210002, "SHIRLEY BAPTIST CHURCH SOLIHULL"),
        written.charity(210003, "OFF THE RECORD BRISTOL"),
        written.charity(210004, "LEAGUE OF FRIENDS OF BRENTOR HOSPITAL"),
        written.charity(210005, "MIND IN BRENTOR AND NORTH TORBAY"),
        written.charity(210006, "HEXWORTHY UNIVERSITY OF THE THIRD AGE"),
    )
    load_registers(source, registers_dir)
    return registers_dir


def decide(registers_dir, name):
    result = match_suppliers(suppliers({"supplier_name": name}), registers_dir)
    (decision,) = result.decisions.iter_rows(named=True)
    return decision


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("INTERGRATED HEALTH PARTNERS LTD", "00000001"),
        ("ROYAL COLLEGE OF PAED & CHILD HEALTH", "1057744"),
        ("ROYAL COLLEGE OF PAEDS AND CHILD HEALTH", "1057744"),
        ("ROYAL COLLEGE OF OPTHALMOLOGISTS", "299872"),
        ("HOSPICE AT HOME CARLISLE & N LAKELAND", "1095708"),
        ("BARNET REFUGEE SERVICES", "1107965"),
        ("PUBLIC HEALTH ACTION SUPPORT TEAM PHAST", "1070112"),
        ("PALMER & HARVEY MCLANE LTD", "00000008"),
        ("ROYAL COLLEGE OPHTHALMOLOGISTS", "299872"),
        ("BRADWELL HALL NURSNG HOME", "00000002"),
        ("AUGER OPTHALMICS LTD", "00300008"),
        ("HEXWORTHY ST HOUSING LTD", "00300010"),
    ],
)
def test_one_word_misspelt_cut_short_or_small_is_the_same_name(registers_dir, name, number):
    decision = decide(registers_dir, name)
    assert (decision["decision"], decision["number"]) == ("matched", number)
    assert decision["method"] == "near_current"
    assert 0.6 < decision["score"] < 0.96


@pytest.mark.parametrize(
    "name",
    [
        "ACME LTD",
        "ACME TRADING LTD",
        "TORBAY JOINERY CIC",
        "TORBAY PLUMBING LTD",
        "BRADWELL HALL",
        "SIMPSON ROOFING LTD",
        "ACME IN HOLDINGS LTD",
        "BRADWELL HALT NURSING HOME",
        "ORCHID ROOFING LTD",
        "INTEGRATED HEALTH PARTNERS 2 LTD",
        "HANDFORD OPHTHALMICS LTD",
        "PAIGNTON SERVICES LTD",
        "HEXWORTHY UNIVERSITY OF",
    ],
)
def test_another_word_is_another_name(registers_dir, name):
    assert decide(registers_dir, name)["decision"] != "matched"


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("BRENTOR HOSPITAL LEAGUE OF FRIENDS", "210004"),
        ("BRENTOR & NORTH TORBAY MIND", "210005"),
    ],
)
def test_a_charity_is_known_in_another_order_with_a_small_word_more_or_less(
    registers_dir, name, number
):
    decision = decide(registers_dir, name)
    assert (decision["number"], decision["method"]) == (number, "reordered_current")


def test_two_names_as_near_are_ambiguous(registers_dir):
    decision = decide(registers_dir, "BRIGHTSTONEX CLEANING LTD")
    assert decision["decision"] == "ambiguous"
    assert {decision["number"], decision["runner_up_number"]} == {"00000006", "00000007"}


def test_a_place_behind_the_name_of_a_national_body_is_its_branch(registers_dir):
    for name in ("NUFFIELD HEALTH PLYMOUTH", "Nuffield Health (Bournemouth) Hospital"):
        decision = decide(registers_dir, name)
        assert (decision["number"], decision["method"]) == ("00000005", "branch_current")


@pytest.mark.parametrize(
    "name",
    [
        "AGE UK TORBAY",
        "NUFFIELD HEALTH PENSION TRUSTEES",
        "TORBAY JOINERY PAIGNTON",
        "NUFFIELD HEALTH PLYMOUTH LTD",
        "NUFFIELD HEALTH HIGH SCHOOL PLYMOUTH",
        "NUFFIELD HEALTH PLYMOUTH SHOP",
        "NUFFIELD HEALTH PLYMOUTH PTA",
    ],
    ids=[
        "each Age UK is a body of its own",
        "other body",
        "a firm has no branches",
        "a firm",
        "a school",
        "a shop",
        "parents and teachers",
    ],
)
def test_what_is_no_branch_is_not_matched(registers_dir, name):
    assert decide(registers_dir, name)["decision"] == "none"


def test_an_exact_name_goes_before_a_near_one(registers_dir):
    assert decide(registers_dir, "BRIGHTSTONES CLEANING")["number"] == "00000007"


def test_a_cut_name_goes_on_in_the_one_interest_company_that_begins_so(registers_dir):
    decision = decide(registers_dir, "PENHALE DENTAL SOCIAL")
    assert (decision["number"], decision["method"]) == ("00300006", "begun_current")
