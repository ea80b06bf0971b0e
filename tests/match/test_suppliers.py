import polars as pl
import pytest

from pipeline.match.suppliers import DECISIONS, match_suppliers
from pipeline.registers.loading import load_registers
from tests.registers import written


@pytest.fixture(scope="module")
def registers_dir(tmp_path_factory):
    source = tmp_path_factory.mktemp("published")
    registers_dir = tmp_path_factory.mktemp("registers")
    written.write_companies_csv(
        source,
        written.company("00000001", "ACME WORKS LIMITED", "PR1 2HE"),
        written.company("00000002", "BRIGHT CARE CIC", category="Community Interest Company"),
        written.company("00000003", "TWIN LTD", "PR1 1AA"),
        written.company("00000004", "TWIN LTD", "TQ1 1AA"),
        written.company("00000005", "NEW NAME LTD", **{"PreviousName_1.CompanyName": "MOVED LTD"}),
        written.company("00000006", "MOVED LTD"),
        written.company("00000007", "FORMER LTD", CompanyStatus="Dissolved"),
        written.company("00000008", "FORMER LIMITED"),
        written.company(
            "00000009", "RENAMED LTD", **{"PreviousName_1.CompanyName": "ONCE THIS LTD"}
        ),
        written.company("00000010", "KIDS", "N1 8HX", category=written.GUARANTEE),
        written.company("00000020", "KIDS CIC", category="Community Interest Company"),
        written.company("00000021", "LONDON ENERGY LTD"),
        written.company("00000022", "LONDONENERGY LTD"),
        written.company("00000011", "E.ON UK PLC", category="Public Limited Company"),
        written.company("00000012", "SPLIT FORMS LTD"),
        written.company("OC000013", "SPLIT FORMS LLP", category="Limited Liability Partnership"),
        written.company("00000014", "SMITH BUILDERS LTD"),
        written.company("IP00015R", "GLEBE HOUSING LIMITED", category="Registered Society"),
        written.company("00000016", "REACH ACADEMIES", category="Academy Trust"),
        written.company("00000018", "LANCS FELL NETWORK LTD"),
        written.company("00000017", "ACME WORKS (NORTH WEST) LIMITED"),
    )
    written.write_charities_zip(
        source,
        written.charity(232818, "ACS"),
        written.charity(275936, "KIDS"),
        written.charity(300002, "LANCASHIRE FELL NETWORK"),
        written.charity(300001, "HELPING HANDS TORBAY"),
    )
    written.write_charities_zip(
        source, written.other_name(300001, "HANDS ON"), table="charity_other_names"
    )
    load_registers(source, registers_dir)
    return registers_dir


def suppliers(*rows):
    return pl.DataFrame(
        [
            {
                "supplier_id": f"{position:04}",
                "publisher_id": "somewhere",
                "supplier_name": None,
                "supplier_postcode": None,
                "company_number": None,
                "charity_number": None,
                "vat_number": None,
                "supplier_id_as_published": None,
                "is_redacted": False,
                **row,
            }
            for position, row in enumerate(rows)
        ],
        schema_overrides=dict.fromkeys(
            (
                "supplier_name",
                "supplier_postcode",
                "company_number",
                "charity_number",
                "vat_number",
                "supplier_id_as_published",
            ),
            pl.String,
        ),
    )


def decide(registers_dir, **row):
    result = match_suppliers(suppliers(row), registers_dir)
    (decision,) = result.decisions.iter_rows(named=True)
    return decision, result.candidates["number"].to_list()


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("Acme Works Ltd", "00000001"),
        ("THE ACME WORKS", "00000001"),
        ("E ON UK PLC (CIS)", "00000011"),
        ("ACME WORKS LTD - 123456", "00000001"),
        ("ACME WORKS LTD [211594]", "00000001"),
        ("ACME WORKS *284295*", "00000001"),
        ("SMITH BUILDERS LTD T/A SMITHS ROOFS", "00000014"),
        ("SMITHS ROOFS T/A SMITH BUILDERS LTD", "00000014"),
        ("ACME WORKS LTD (LEEDS)", "00000001"),
        ("ACME WORKS (NORTH WEST) LTD", "00000017"),
        ("SPLIT FORMS LLP", "OC000013"),
        ("BRIGHT CARE", "00000002"),
        ("BRIGHT CARE CIC LTD", "00000002"),
        ("BRIGHT CARE COMMUNITY INTEREST COMP", "00000002"),
        ("ACME WORKS LMTD", "00000001"),
        ("HELPING HANDS TORBAY LTD", "300001"),
        ("HELPING HANDS TORBAY (FORMERLY SMILING FACES)", "300001"),
    ],
)
def test_a_name_is_matched_to_the_one_organisation_that_bears_it(registers_dir, name, number):
    decision, candidates = decide(registers_dir, supplier_name=name)
    assert (decision["decision"], decision["number"]) == ("matched", number)
    assert candidates == [number]
    assert 0.9 < decision["score"] <= 1


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("ACS LIMITED", ["232818"]),
        ("BRIGHT CARE LTD", ["00000002"]),
        ("SPLIT FORMS", ["00000012", "OC000013"]),
        ("TWIN LTD", ["00000003", "00000004"]),
    ],
    ids=[
        "a short name is a firm's, too",
        "a CIC is no limited company",
        "two forms",
        "two of one name",
    ],
)
def test_what_could_be_another_is_ambiguous_with_all_candidates(registers_dir, name, numbers):
    decision, candidates = decide(registers_dir, supplier_name=name)
    assert decision["decision"] == "ambiguous"
    assert candidates == numbers
    assert decision["runner_up_number"] == (numbers[1] if len(numbers) > 1 else None)


@pytest.mark.parametrize(
    "name",
    [
        "WHITE FALCON LTD T/A SMITH BUILDERS",
        "WHITE FALCON T/A SMITH BUILDERS",
        "SMITH BUILDERS C/O WHITE FALCON",
    ],
)
def test_a_name_beside_another_without_form_is_not_the_firm_that_bears_it(registers_dir, name):
    assert decide(registers_dir, supplier_name=name)[0]["decision"] == "none"


def test_a_postcode_breaks_a_tie(registers_dir):
    decision, _ = decide(registers_dir, supplier_name="TWIN LTD", supplier_postcode="tq11aa")
    assert (decision["decision"], decision["number"]) == ("matched", "00000004")
    assert decision["runner_up_number"] == "00000003"


def test_a_current_name_beats_a_previous_one(registers_dir):
    assert decide(registers_dir, supplier_name="MOVED LTD")[0]["number"] == "00000006"


def test_a_previous_name_is_matched_where_nobody_bears_it_now(registers_dir):
    decision, _ = decide(registers_dir, supplier_name="ONCE THIS LIMITED")
    assert (decision["number"], decision["method"]) == ("00000009", "exact_previous")
    assert decision["register_name"] == "RENAMED LTD"


def test_a_live_company_beats_a_dissolved_one(registers_dir):
    assert decide(registers_dir, supplier_name="FORMER LTD")[0]["number"] == "00000008"


def test_a_charity_that_is_a_company_has_both_numbers(registers_dir):
    decision, _ = decide(registers_dir, supplier_name="Kids")
    assert (decision["register"], decision["number"]) == ("coh", "00000010")
    assert (decision["other_register"], decision["other_number"]) == ("chc", "275936")
    assert (decision["class"], decision["postcode"]) == ("charity", "N1 8HX")


def test_a_name_without_form_is_rather_the_body_of_that_whole_name_than_a_cic(registers_dir):
    assert decide(registers_dir, supplier_name="KIDS CIC")[0]["number"] == "00000020"
    decision, _ = decide(registers_dir, supplier_name="KIDS")
    assert (decision["decision"], decision["number"]) == ("matched", "00000010")
    assert decision["runner_up_number"] == "00000020"


def test_the_same_words_go_before_the_same_letters(registers_dir):
    assert decide(registers_dir, supplier_name="London Energy")[0]["number"] == "00000021"
    assert decide(registers_dir, supplier_name="LondonEnergy")[0]["number"] == "00000022"


def test_a_working_name_of_a_charity_is_its_name(registers_dir):
    decision, _ = decide(registers_dir, supplier_name="HANDS ON")
    assert (decision["number"], decision["method"]) == ("300001", "exact_working")


@pytest.mark.parametrize(
    ("stated", "number"),
    [({"company_number": "3"}, "00000003"), ({"charity_number": "0300001"}, "300001")],
)
def test_a_stated_number_beats_the_name(registers_dir, stated, number):
    decision, _ = decide(registers_dir, supplier_name="ACME WORKS LTD", **stated)
    assert (decision["number"], decision["score"]) == (number, 1.0)
    assert decision["runner_up_number"] == "00000001"


def test_a_stated_number_that_no_register_holds_counts_for_nothing(registers_dir):
    decision, _ = decide(registers_dir, supplier_name="ACME WORKS LTD", company_number="99999999")
    assert (decision["number"], decision["method"]) == ("00000001", "exact_current")


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"supplier_name": "MR SMITH (BUILDERS)"}, "person"),
        ({"supplier_name": "ACME WORKS LTD", "is_redacted": True}, "redacted"),
        ({"supplier_name": "THIRD PARTY", "company_number": "00000001"}, "redacted"),
        ({"supplier_name": "NHS ENGLAND"}, "public_body"),
        ({"supplier_name": None}, "unknown"),
        ({"supplier_name": "NOBODY KNOWS LTD"}, "unknown"),
    ],
)
def test_some_are_never_identified(registers_dir, row, kind):
    decision, candidates = decide(registers_dir, **row)
    assert (decision["decision"], decision["class"]) == ("none", kind)
    assert candidates == []
    assert decision["score"] is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ACME WORKS LTD", "company"),
        ("GLEBE HOUSING LTD", "mutual"),
        ("REACH ACADEMIES", "school"),
        ("HELPING HANDS TORBAY", "charity"),
    ],
)
def test_the_register_says_what_a_matched_supplier_is(registers_dir, name, kind):
    assert decide(registers_dir, supplier_name=name)[0]["class"] == kind


def test_the_answer_does_not_depend_on_the_order_or_company_of_suppliers(registers_dir):
    rows = suppliers(
        *({"supplier_name": name} for name in ("TWIN LTD", "KIDS", None, "SPLIT FORMS", "ACS LTD"))
    )
    whole = match_suppliers(rows, registers_dir)
    turned = match_suppliers(rows.reverse(), registers_dir)
    assert whole.decisions.equals(turned.decisions)
    assert whole.candidates.equals(turned.candidates)
    alone = pl.concat(
        match_suppliers(rows[position], registers_dir).decisions for position in range(5)
    )
    assert whole.decisions.equals(alone)


def test_before_any_register_is_loaded_nobody_is_identified(tmp_path):
    result = match_suppliers(suppliers({"supplier_name": "ACME WORKS LTD"}), tmp_path)
    assert result.decisions["decision"].to_list() == ["none"]


def test_no_suppliers_give_empty_typed_frames(registers_dir):
    result = match_suppliers(suppliers({"supplier_name": "X"}).clear(), registers_dir)
    assert result.decisions.schema == DECISIONS
    assert result.candidates.is_empty()


def test_a_name_to_the_letter_beats_another_spelling_of_it_whichever_leaves_out_the_form(
    registers_dir,
):
    assert decide(registers_dir, supplier_name="LANCS FELL NETWORK")[0]["number"] == "00000018"
    assert decide(registers_dir, supplier_name="LANCASHIRE FELL NETWORK")[0]["number"] == "300002"
