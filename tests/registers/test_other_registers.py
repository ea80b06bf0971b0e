"""Mutuals, the NHS, schools, councils and other bodies in the layouts of their publishers."""

from datetime import date

import polars as pl
import pytest

from pipeline.registers.loading import RegistersRefusedError, load_registers
from pipeline.registers.schema import table_path
from tests.registers import written

SOCIETY_HEADING = [
    "Society Number", "Society Suffix", "Full Registation Number", "Society Name", "Registered As",
    "Society Address", "Registration Date", "Deregistration Date", "Registration Act",
    "Standard Industrial Classification Code (SIC)", "Reporting Classification", "Society Status",
]  # fmt: skip
SCHOOL_HEADING = [
    "URN", "LA (code)", "LA (name)", "EstablishmentNumber", "EstablishmentName",
    "TypeOfEstablishment (code)", "TypeOfEstablishment (name)", "EstablishmentStatus (name)",
    "OpenDate", "CloseDate", "Postcode", "CHNumber",
]  # fmt: skip


def society(number, name, address="", status="Registered"):
    return [number[:-1], number[-1], number, name, "Registered Society", address, "01/02/1950", "",
            "", "", "", status]  # fmt: skip


def school(urn, name, postcode="", status="Open", company=""):
    return [urn, "888", "Lancashire", "1", name, "01", "Community school", status, "01-09-1990",
            "", postcode, company]  # fmt: skip


def nhs_record(code, name, postcode, opened="20190401", closed=""):
    record = [""] * 27
    record[:2], record[9:12] = [code, name], [postcode, opened, closed]
    return record


def write_csv(folder, name, records, heading=None, encoding="utf-8", newline="\r\n"):
    text = written.csv_text(heading or [], records)
    if heading is None:
        text = text.removeprefix("\n")
    (folder / name).write_bytes(text.replace("\n", newline).encode(encoding))


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "published"
    folder.mkdir()
    return folder


def load(source, tmp_path, **options):
    load_registers(source, tmp_path / "registers", **options)
    return pl.read_parquet(table_path(tmp_path / "registers", "organisations"))


def test_a_society_is_its_entry_at_companies_house(source, tmp_path):
    write_csv(
        source,
        "SocietyList.csv",
        [
            society("10002R", "Pegswood Social Club Limited", "1 High St, Morpeth, NE61 6XX"),
            society("7R", "Café Society Limited", status="Deregistered"),
        ],
        SOCIETY_HEADING,
        encoding="cp1252",
    )
    written.write_companies_csv(
        source, written.company("IP10002R", "PEGSWOOD SOCIAL CLUB", category="Registered Society")
    )
    rows = load(source, tmp_path).rows_by_key(["register", "number"], named=True)
    pegswood, cafe = rows["mpr", "10002R"][0], rows["mpr", "7R"][0]
    assert (pegswood["other_register"], pegswood["other_number"]) == ("coh", "IP10002R")
    assert (pegswood["postcode"], pegswood["is_live"]) == ("NE61 6XX", True)
    assert pegswood["incorporated_date"] == date(1950, 2, 1)
    assert (cafe["name"], cafe["is_live"], cafe["other_number"]) == (
        "Café Society Limited",
        False,
        None,
    )


def test_pairs_of_numbers_stand_in_for_the_list_of_societies(source, tmp_path):
    write_csv(
        source,
        "mutual_company_numbers.csv",
        [["GB-MPR-30096R", "GB-COH-RS030096", "Hull Homes Limited", "sameas", "Mutual companies"]],
        ["org_id_a", "org_id_b", "org_name", "relationship", "source"],
    )
    written.write_companies_csv(source, written.company("RS030096", "HULL HOMES"))
    mutual = load(source, tmp_path).row(by_predicate=pl.col("register") == "mpr", named=True)
    assert (mutual["number"], mutual["other_number"]) == ("30096R", "RS030096")


def test_nhs_lists_have_no_heading_and_say_who_is_a_practice(source, tmp_path):
    write_csv(source, "etr.csv", [nhs_record("RJC", "SOUTH NHS TRUST", "cv345bw")])
    write_csv(
        source, "epraccur.csv", [nhs_record("P81001", "THE SURGERY", "PR1 2HE", closed="20200101")]
    )
    trust, practice = load(source, tmp_path).sort("category", descending=True).rows(named=True)
    assert (trust["register"], trust["number"], trust["postcode"]) == ("ods", "RJC", "CV34 5BW")
    assert (trust["category"], trust["is_live"]) == ("nhs_body", True)
    assert (practice["category"], practice["is_live"]) == ("gp_practice", False)
    assert practice["dissolved_date"] == date(2020, 1, 1)


def test_a_list_with_other_columns_is_none_of_the_nhs(source, tmp_path):
    write_csv(source, "etr.csv", [["RJC", "SOUTH NHS TRUST", "CV34 5BW"]])
    with pytest.raises(RegistersRefusedError, match="should have 27 columns"):
        load(source, tmp_path)


def test_schools_open_and_closed_with_the_company_that_runs_them(source, tmp_path):
    write_csv(
        source,
        "edubasealldata20260901.csv",
        [
            school("100001", "Moor Park High School", "PR1 6DT", company="7654321"),
            school("100002", "Old School", status="Closed"),
        ],
        SCHOOL_HEADING,
        encoding="cp1252",
    )
    park, old = load(source, tmp_path).sort("number").rows(named=True)
    assert (park["register"], park["number"], park["postcode"]) == ("gias", "100001", "PR1 6DT")
    assert (park["other_register"], park["other_number"]) == ("coh", "07654321")
    assert (old["is_live"], old["other_number"]) == (False, None)


def test_a_register_of_schools_without_postcodes_is_refused(source, tmp_path):
    heading = [column for column in SCHOOL_HEADING if column != "Postcode"]
    write_csv(source, "edubasealldata20260901.csv", [school("1", "A")[:-1]], heading)
    with pytest.raises(RegistersRefusedError, match="should have the column Postcode"):
        load(source, tmp_path)


def test_councils_and_bodies_of_the_registry_come_with_their_districts(source, tmp_path):
    rows = load(source, tmp_path, built_in_bodies=True).rows_by_key(
        ["register", "number"], named=True
    )
    assert rows["lad", "E06000027"][0]["lad_codes"] == ["E06000027"]
    lancashire = rows["lad", "E10000017"][0]
    assert len(lancashire["lad_codes"]) == 12
    assert "E07000123" in lancashire["lad_codes"]
    ended = rows["lad", "E07000190"][0]
    assert (ended["name"], ended["is_live"]) == ("Taunton Deane Borough Council", False)
    assert ended["lad_codes"] == rows["lad", "E06000066"][0]["lad_codes"]
    devon = set(rows["pub", "police_devon_and_cornwall"][0]["lad_codes"])
    assert {"E06000027", "E06000026", "E07000041", "E06000052"} <= devon
    assert rows["pub", "hmrc"][0]["lad_codes"] == []


def test_flags_say_who_is_public_owned_or_passes_the_pounds_on(source, tmp_path):
    written.write_companies_csv(
        source,
        written.company("00000001", "SWISCO LIMITED"),
        written.company("00000002", "SUPPLY CHAIN COORDINATION LIMITED"),
        written.company("00000003", "MATRIX SCM LIMITED"),
        written.company("00000004", "MATRIX SCM LIMITED"),
    )
    load(source, tmp_path, built_in_bodies=True)
    flags = pl.read_parquet(table_path(tmp_path / "registers", "organisation_flags"))
    companies = flags.filter(pl.col("register") == "coh").rows_by_key("number", named=True)
    assert set(companies) == {"00000001", "00000002"}
    assert companies["00000001"][0]["payee_control"] == "anchor_owned"
    assert companies["00000001"][0]["owned_by"] == "torbay_council"
    assert companies["00000002"][0]["is_intermediary"]
    assert companies["00000002"][0]["payee_is_public"]
    assert flags.filter(pl.col("register") == "pub")["payee_is_public"].all()
