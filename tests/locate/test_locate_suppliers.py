from datetime import date

import polars as pl
import pytest

from pipeline.errors import AnchorspendError
from pipeline.locate.files import locate_postcodes_file
from pipeline.locate.suppliers import SUPPLIER_PLACES, every_place
from pipeline.match.suppliers import match_suppliers
from pipeline.registers.loading import load_registers
from tests.match.test_suppliers import suppliers
from tests.registers import written
from tests.registers.test_other_registers import nhs_record, write_csv


@pytest.fixture(scope="module")
def registers_dir(tmp_path_factory):
    source = tmp_path_factory.mktemp("published")
    registers_dir = tmp_path_factory.mktemp("registers")
    written.write_companies_csv(
        source,
        written.company("00000001", "ACME LTD", "PR1 2HE"),
        written.company("00000002", "TWIN LTD", "PR1 2HE"),
        written.company("00000003", "TWIN LTD", "TQ1 1AA"),
        written.company("00000004", "NO ADDRESS LTD"),
        written.company("00000005", "NEW ESTATE LTD", "PR1 9ZZ"),
        written.company("00000006", "KIDS", category=written.GUARANTEE),
    )
    written.write_charities_zip(
        source,
        written.charity(275936, "KIDS", company_number="6", postcode="FY1 1AD"),
        written.charity(300001, "HELPING HANDS", postcode="TQ1 1AA"),
    )
    written.write_nspl(
        source,
        written.postcode("PR1 2HE", "E07000123", "E10000017", "E05012196", "E01025314"),
        written.postcode("TQ1 1AA", "E06000027"),
        written.postcode("FY1 1AD", "E06000009"),
        written.postcode("PL7 1AA", "E06000026"),
        written.postcode("PL7 2AA", "E07000044"),
    )
    write_csv(
        source,
        "etr.csv",
        [nhs_record("RA9", "TORBAY AND SOUTH DEVON NHS FOUNDATION TRUST", "TQ1 1AA")],
    )
    load_registers(source, registers_dir, built_in_bodies=True)
    return registers_dir


def places_of(registers_dir, *rows):
    frame = suppliers(*rows)
    result = match_suppliers(frame, registers_dir)
    places = every_place(frame, result.decisions, result.candidates, registers_dir)
    assert places.schema == SUPPLIER_PLACES
    return places.rows(named=True)


def test_a_matched_supplier_is_at_its_registered_address(registers_dir):
    (place,) = places_of(registers_dir, {"supplier_name": "ACME LTD"})
    assert place == {
        "supplier_id": "0000",
        "register": "coh",
        "number": "00000001",
        "place_kind": "registered",
        "postcode": "PR1 2HE",
        "latitude": 53.7,
        "longitude": -2.7,
        "ward_code": "E05012196",
        "lsoa_code": "E01025314",
        "lad_code": "E07000123",
        "county_code": "E10000017",
        "region_code": "E12000002",
        "country_code": "E92000001",
        "evidence": "registered_address",
        "as_of_date": date(2026, 9, 1),
    }


def test_an_ambiguous_supplier_has_a_place_for_each_organisation(registers_dir):
    places = places_of(registers_dir, {"supplier_name": "TWIN LTD"})
    assert [place["lad_code"] for place in places] == ["E07000123", "E06000027"]


@pytest.mark.parametrize("name", ["NO ADDRESS LTD", "NEW ESTATE LTD"])
def test_an_organisation_without_a_known_postcode_has_a_row_without_a_place(registers_dir, name):
    (place,) = places_of(registers_dir, {"supplier_name": name})
    assert place["number"] is not None
    assert place["lad_code"] is None


def test_a_charity_is_at_its_contact_and_its_contact_stands_in_for_its_company(registers_dir):
    hands, kids = places_of(
        registers_dir, {"supplier_name": "HELPING HANDS"}, {"supplier_name": "KIDS"}
    )
    assert (hands["lad_code"], hands["evidence"]) == ("E06000027", "charity_contact")
    assert (kids["number"], kids["lad_code"]) == ("00000006", "E06000009")
    assert (kids["evidence"], kids["as_of_date"]) == ("charity_contact", date(2026, 9, 2))


def test_a_postcode_on_the_payment_is_where_it_trades(registers_dir):
    places = places_of(
        registers_dir,
        {"supplier_name": "WHO KNOWS", "supplier_postcode": "tq1 1aa"},
        {"supplier_name": "NO ADDRESS LTD", "supplier_postcode": "TQ1 1AA"},
    )
    assert [(one["number"], one["place_kind"], one["lad_code"]) for one in places] == [
        (None, "trading", "E06000027"),
        ("00000004", "registered", None),
        ("00000004", "trading", "E06000027"),
    ]
    assert places[0]["evidence"] == "payment_postcode"


def test_an_unidentified_supplier_without_postcode_has_no_place(registers_dir):
    assert places_of(registers_dir, {"supplier_name": "WHO KNOWS"}) == []


def test_a_supplier_has_a_registered_and_a_trading_place(registers_dir):
    places = places_of(registers_dir, {"supplier_name": "ACME LTD", "supplier_postcode": "TQ1 1AA"})
    assert [(place["place_kind"], place["lad_code"], place["evidence"]) for place in places] == [
        ("registered", "E07000123", "registered_address"),
        ("trading", "E06000027", "payment_postcode"),
    ]


def test_an_outward_code_alone_is_the_districts_that_it_lies_in(registers_dir):
    row = {"supplier_name": "WHO KNOWS", "supplier_postcode": "PL7"}
    places = places_of(registers_dir, row)
    assert [(place["postcode"], place["lad_code"]) for place in places] == [
        ("PL7", "E06000026"),
        ("PL7", "E07000044"),
    ]
    assert {place["evidence"] for place in places} == {"payment_outward_code"}
    (torbay,) = places_of(registers_dir, {"supplier_name": "WHO", "supplier_postcode": "tq1 ***"})
    assert (torbay["lad_code"], torbay["evidence"]) == ("E06000027", "payment_outward_code")


def test_a_district_council_is_in_its_district_and_a_county_council_in_all_of_its_own(
    registers_dir,
):
    torbay, *devon = places_of(
        registers_dir, {"supplier_name": "TORBAY COUNCIL"}, {"supplier_name": "DEVON CC"}
    )
    assert (torbay["lad_code"], torbay["place_kind"]) == ("E06000027", "site")
    assert (torbay["evidence"], torbay["postcode"]) == ("public_body_area", None)
    assert len(devon) == 8
    assert {"E07000041", "E07000044"} <= {place["lad_code"] for place in devon}


def test_an_nhs_trust_is_at_its_site_and_a_central_body_nowhere(registers_dir):
    trust, hmrc = places_of(
        registers_dir,
        {"supplier_name": "TORBAY AND SOUTH DEVON NHS FOUNDATION TRUST"},
        {"supplier_name": "HMRC"},
    )
    assert (trust["lad_code"], trust["place_kind"]) == ("E06000027", "site")
    assert trust["evidence"] == "public_body_site"
    assert (hmrc["number"], hmrc["lad_code"]) == ("hmrc", None)


def test_a_file_of_postcodes_keeps_its_rows_in_order_and_gains_areas(tmp_path):
    directory = written.write_nspl(
        tmp_path, written.postcode("PR1 2HE", "E07000123"), written.postcode("FY1 1AD", "E06000009")
    )
    postcodes = tmp_path / "postcodes.csv"
    postcodes.write_text("id,postcode\n1,FYI 1AD\n2,\n3,nowhere\n4,pr12he\n5,FY1 1AD\n")
    out = tmp_path / "out.csv"
    locate_postcodes_file(postcodes, directory, out)
    answers = pl.read_csv(out, infer_schema=False)
    assert answers.columns == [
        "id", "postcode", "lat", "long", "ward", "lsoa", "lad", "county", "region", "country",
    ]  # fmt: skip
    assert answers["id"].to_list() == ["1", "2", "3", "4", "5"]
    assert answers["lad"].to_list() == ["E06000009", None, None, "E07000123", "E06000009"]


def test_a_file_without_postcodes_is_refused(tmp_path):
    directory = written.write_nspl(tmp_path, written.postcode("PR1 2HE", "E07000123"))
    (tmp_path / "rows.csv").write_text("pc\nPR1 2HE\n")
    with pytest.raises(AnchorspendError, match="has no column postcode"):
        locate_postcodes_file(tmp_path / "rows.csv", directory, tmp_path / "out.csv")
