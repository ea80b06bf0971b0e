import gzip
import zipfile
from datetime import date

import polars as pl
import pytest

from pipeline.registers.loading import (
    REGISTERS,
    RegistersRefusedError,
    load_register_files,
    load_registers,
)
from pipeline.registers.published import RegisterFiles
from pipeline.registers.schema import SCHEMAS, table_path
from tests.registers import written


def table(registers_dir, name):
    return pl.read_parquet(table_path(registers_dir, name))


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "published"
    folder.mkdir()
    return folder


@pytest.fixture
def registers_dir(tmp_path):
    return tmp_path / "registers"


def test_a_company_is_read_with_its_number_as_text_and_its_previous_names(source, registers_dir):
    written.write_companies_csv(
        source,
        written.company(
            "00000140",
            "N & C BUILDING PRODUCTS LIMITED",
            "rm81sp",
            **{
                "IncorporationDate": "28/09/1911",
                "Accounts.AccountCategory": "DORMANT",
                "SICCode.SicText_1": "46341 - Wholesale of fruit, vegetable juices",
                "PreviousName_1.CompanyName": "SHARPE & FISHER PLC",
                "PreviousName_3.CompanyName": "SHARPE LIMITED",
            },
        ),
    )
    snapshots = load_registers(source, registers_dir)
    (row,) = table(registers_dir, "organisations").iter_rows(named=True)
    assert (row["register"], row["number"]) == ("coh", "00000140")
    assert row["postcode"] == "RM8 1SP"
    assert row["incorporated_date"] == date(1911, 9, 28)
    assert (row["sic_code"], row["sic_text"]) == ("46341", "Wholesale of fruit, vegetable juices")
    assert row["accounts_category"] == "DORMANT"
    assert row["snapshot_date"] == date(2026, 9, 1)
    assert row["source_sha256"] == snapshots[0].sha256
    names = table(registers_dir, "organisation_names").sort("name").rows_by_key("name", named=True)
    assert {name: found[0]["name_kind"] for name, found in names.items()} == {
        "N & C BUILDING PRODUCTS LIMITED": "current",
        "SHARPE & FISHER PLC": "previous",
        "SHARPE LIMITED": "previous",
    }


@pytest.mark.parametrize("shape", ["csv", "csv.gz", "zip"])
def test_every_published_container_gives_the_same_companies(source, registers_dir, shape):
    text = written.companies_csv(written.company("01", "A LTD"), written.company("02", "B, LTD"))
    stem = "BasicCompanyDataAsOneFile-2026-09-01"
    if shape == "zip":
        with zipfile.ZipFile(source / f"{stem}.zip", "w") as archive:
            archive.writestr(f"{stem}.csv", text)
    elif shape == "csv":
        (source / f"{stem}.csv").write_text(text, encoding="utf-8")
    else:
        (source / f"{stem}.csv.gz").write_bytes(gzip.compress(text.encode()))
    load_registers(source, registers_dir)
    assert table(registers_dir, "organisations")["name"].sort().to_list() == ["A LTD", "B, LTD"]


def test_parts_are_read_together_and_older_dates_left_alone(source, registers_dir):
    for part, number in ((1, "01"), (2, "02")):
        written.write_companies_csv(
            source,
            written.company(number, f"PART {part} LTD"),
            name=f"BasicCompanyData-2026-09-01-part{part}_2.csv",
        )
    written.write_companies_csv(
        source, written.company("09", "OLD LTD"), name="BasicCompanyData-2026-08-01-part1_1.csv"
    )
    load_registers(source, registers_dir)
    assert table(registers_dir, "organisations")["number"].sort().to_list() == ["01", "02"]


def test_a_missing_part_is_named_and_the_other_registers_are_loaded(source, registers_dir):
    old = written.write_companies_csv(
        source, written.company("01", "OLD LTD"), name="BasicCompanyData-2026-08-01-part1_1.csv"
    )
    load_registers(source, registers_dir)
    old.unlink()
    written.write_companies_csv(
        source, written.company("02", "NEW LTD"), name="BasicCompanyData-2026-09-01-part1_2.csv"
    )
    written.write_charities_zip(source, written.charity(275936, "KIDS"))
    with pytest.raises(RegistersRefusedError, match="part 2 is not beside it") as refusal:
        load_registers(source, registers_dir)
    coh, *others = refusal.value.snapshots
    assert (coh.register, coh.outcome, coh.rows) == ("coh", "refused", 1)
    assert coh.source_files == ("BasicCompanyData-2026-08-01-part1_1.csv",)
    assert not any(one.refused for one in others)
    assert table(registers_dir, "organisations")["name"].sort().to_list() == ["KIDS", "OLD LTD"]


def test_charities_carry_working_and_previous_names_and_linked_numbers(source, registers_dir):
    written.write_charities_zip(
        source,
        written.charity(200047, "THE ARTS FUND", postcode="pr1 2he"),
        written.charity(200047, "THE PATHS FUND", linked=4, status="Removed"),
    )
    written.write_charities_zip(
        source,
        written.other_name(200047, "ARTS ALIVE"),
        written.other_name(200047, "HANCOCK'S CHARITY", kind="Previous name", linked=4),
        table="charity_other_names",
    )
    snapshots = load_registers(source, registers_dir)
    organisations = table(registers_dir, "organisations").sort("number")
    assert organisations["number"].to_list() == ["200047", "200047-4"]
    assert organisations["is_live"].to_list() == [True, False]
    assert organisations["postcode"].to_list() == ["PR1 2HE", None]
    names = table(registers_dir, "organisation_names").select("number", "name", "name_kind")
    assert ("200047", "ARTS ALIVE", "working") in names.rows()
    assert ("200047-4", "HANCOCK'S CHARITY", "previous") in names.rows()
    chc = next(one for one in snapshots if one.register == "chc")
    assert chc.snapshot_date == date(2026, 9, 2)


def links(registers_dir):
    return (
        table(registers_dir, "organisations")
        .filter(pl.col("other_number").is_not_null())
        .select("number", "other_number", "other_evidence")
        .sort("number")
        .rows()
    )


def test_a_charity_that_states_its_company_is_one_organisation_with_two_numbers(
    source, registers_dir
):
    written.write_companies_csv(source, written.company("04115234", "VAC LTD"))
    written.write_charities_zip(
        source, written.charity(1087518, "VOLUNTARY ACTION CALDERDALE", company_number="4115234")
    )
    load_registers(source, registers_dir)
    assert links(registers_dir) == [
        ("04115234", "1087518", "stated"),
        ("1087518", "04115234", "stated"),
    ]


def test_a_charity_is_the_guarantee_company_of_its_name_but_not_a_firm_of_its_name(
    source, registers_dir
):
    written.write_companies_csv(
        source,
        written.company("00000001", "KIDS", category=written.GUARANTEE),
        written.company("00000002", "ACS LIMITED"),
    )
    written.write_charities_zip(
        source, written.charity(275936, "KIDS"), written.charity(232818, "ACS")
    )
    load_registers(source, registers_dir)
    assert links(registers_dir) == [
        ("00000001", "275936", "same name"),
        ("275936", "00000001", "same name"),
    ]


def test_of_several_charities_of_one_name_the_newest_is_the_company(source, registers_dir):
    written.write_companies_csv(
        source, written.company("04124744", "BRISTOL MIND", category=written.GUARANTEE)
    )
    written.write_charities_zip(
        source, written.charity(265274, "BRISTOL MIND"), written.charity(1085171, "BRISTOL MIND")
    )
    load_registers(source, registers_dir)
    assert links(registers_dir) == [
        ("04124744", "1085171", "same name"),
        ("1085171", "04124744", "same name"),
    ]


def test_a_charity_that_was_renamed_is_the_company_that_kept_the_name(source, registers_dir):
    written.write_companies_csv(
        source,
        written.company("05845461", "ECCLESHILL ADVENTURE PLAYGROUND", category=written.GUARANTEE),
        written.company("00000002", "MOSAIC", category=written.GUARANTEE),
        written.company("00000003", "CASTLE STREET ROOFING LTD"),
    )
    written.write_charities_zip(
        source,
        written.charity(1122592, "PLAY BRADFORD"),
        written.charity(300001, "COLOURS OF LEEDS"),
        written.charity(300002, "CASTLE STREET SHELTER"),
    )
    written.write_charities_zip(
        source,
        written.other_name(1122592, "ECCLESHILL ADVENTURE PLAYGROUND", kind="Previous name"),
        written.other_name(300001, "MOSAIC"),
        written.other_name(300002, "CASTLE STREET ROOFING"),
        table="charity_other_names",
    )
    load_registers(source, registers_dir)
    assert links(registers_dir) == [
        ("05845461", "1122592", "other name"),
        ("1122592", "05845461", "other name"),
    ]


def test_a_charity_of_two_companies_names_is_neither(source, registers_dir):
    written.write_companies_csv(
        source,
        written.company("00000001", "KIDS", category=written.GUARANTEE),
        written.company("00000002", "KIDS LIMITED", category=written.GUARANTEE),
    )
    written.write_charities_zip(source, written.charity(275936, "KIDS"))
    load_registers(source, registers_dir)
    assert links(registers_dir) == []


def test_postcodes_are_canonical_and_placeholders_are_null(source, registers_dir):
    written.write_nspl(
        source,
        written.postcode("PR12HE", lad="E07000123", county="E10000017", ward="E05012196"),
        written.postcode("TQ1 1AA", lad="E06000027", county="E99999999", terminated="201512"),
        written.postcode("JE1 1AA", lad="L99999999", lat="99.999999"),
    )
    load_registers(source, registers_dir)
    rows = table(registers_dir, "postcodes").sort("postcode").rows_by_key("postcode", named=True)
    assert rows["PR1 2HE"][0]["county_code"] == "E10000017"
    assert rows["PR1 2HE"][0]["introduced"] == date(1980, 1, 1)
    assert rows["TQ1 1AA"][0]["county_code"] is None
    assert rows["TQ1 1AA"][0]["terminated"] == date(2015, 12, 1)
    assert (rows["JE1 1AA"][0]["lat"], rows["JE1 1AA"][0]["lad_code"]) == (None, None)


def test_the_zip_of_onspd_is_read_without_its_copies_by_area(source, registers_dir):
    heading = ["pcd", "pcd2", "pcds", "dointr", "doterm", "oscty", "oslaua", "osward", "ctry",
               "rgn", "lsoa11", "lat", "long"]  # fmt: skip
    text = written.csv_text(
        heading, [written.postcode("FY1 1AD", lad="E06000009", ward="E05001651")]
    )
    with zipfile.ZipFile(source / "ONSPD_FEB_2024.zip", "w") as archive:
        archive.writestr("Data/ONSPD_FEB_2024_UK.csv", text)
        archive.writestr("Data/multi_csv/ONSPD_FEB_2024_UK_FY.csv", text)
        archive.writestr("Documents/LA_UA names and codes UK as at 04_23.csv", "LAD23CD,LAD23NM\n")
    snapshots = load_registers(source, registers_dir)
    assert table(registers_dir, "postcodes")["lad_code"].to_list() == ["E06000009"]
    postcodes = next(one for one in snapshots if one.register == "postcodes")
    assert postcodes.snapshot_date == date(2024, 2, 1)


def test_without_registers_every_table_is_there_and_empty(source, registers_dir):
    snapshots = load_registers(source, registers_dir)
    assert {one.outcome for one in snapshots} == {"absent"}
    for name, schema in SCHEMAS.items():
        assert table(registers_dir, name).schema == schema
        assert table(registers_dir, name).is_empty()


def test_registers_that_are_not_there_any_more_stay_where_downloads_follow_each_other(
    source, registers_dir
):
    written.write_companies_csv(source, written.company("01", "A LTD"))
    load_registers(source, registers_dir)
    snapshots = load_register_files(RegisterFiles(), registers_dir, keeps_growing=True)
    assert table(registers_dir, "organisations").height == 1
    assert snapshots[0].outcome == "unchanged"


def test_an_unchanged_register_is_not_loaded_again(source, registers_dir):
    path = written.write_companies_csv(source, written.company("01", "A LTD"))
    load_registers(source, registers_dir)
    before = table_path(registers_dir, "organisations").stat().st_mtime_ns
    path.touch()
    coh = load_registers(source, registers_dir)[0]
    assert coh.outcome == "unchanged"
    assert table_path(registers_dir, "organisations").stat().st_mtime_ns == before
    written.write_companies_csv(source, written.company("02", "B LTD"))
    assert load_registers(source, registers_dir)[0].outcome == "loaded"
    assert table(registers_dir, "organisations")["number"].to_list() == ["02"]


GOOD = written.companies_csv(*(written.company(f"{n:08}", f"FIRM {n} LTD") for n in range(1, 40)))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (GOOD.replace("CompanyCategory", "Kind"), "should have the column CompanyCategory"),
        (GOOD[: len(GOOD) - 100], "so it is cut short"),
        (GOOD.replace("00000002", "00000001"), "holds 00000001 2 times"),
        ("", "is empty"),
    ],
    ids=["wrong heading", "cut short", "number twice", "empty"],
)
def test_a_bad_register_is_refused_and_the_last_good_one_stays(
    source, registers_dir, content, sentence
):
    path = written.write_companies_csv(source, written.company("09", "GOOD LTD"))
    written.write_charities_zip(source, written.charity(275936, "KIDS"))
    load_registers(source, registers_dir)
    path.write_text(content, encoding="utf-8")
    written.write_charities_zip(source, written.charity(275936, "KIDS ALIVE"))
    with pytest.raises(RegistersRefusedError, match=sentence) as refusal:
        load_registers(source, registers_dir)
    assert [one.register for one in refusal.value.snapshots] == list(REGISTERS)
    coh, *others = refusal.value.snapshots
    assert (coh.outcome, coh.rows, coh.refused) == ("refused", 1, str(refusal.value))
    assert not any(one.refused for one in others)
    names = table(registers_dir, "organisations").sort("name")["name"].to_list()
    assert names == ["GOOD LTD", "KIDS ALIVE"]
    assert not list(registers_dir.glob(".*"))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("publicextract.charity.zip", b"<html>Not found</html>", "should be a zip file"),
        ("publicextract.charity.json", b'{"error": 1}', "should have the column"),
        ("publicextract.charity.json", b"<html>", "should hold a JSON list"),
        ("NSPL_AUG_2026_UK.csv", b'"pcds","lat"\n"PR1 2HE","1"\n', "should have a column like"),
        (
            "NSPL_AUG_2026_UK.csv",
            written.csv_text(
                [h.replace("lad26cd", "lad1926cd") for h in written.NSPL_HEADING],
                [written.postcode("PR1 2HE")],
            ).encode(),
            r"should have a column like lad.* for lad code but begins with pcd7, pcd8, pcds",
        ),
        ("BasicCompanyData-2026-09-01.csv.gz", gzip.compress(GOOD.encode())[:-200], "cut short"),
    ],
)
def test_what_is_no_register_is_refused_by_what_was_expected(
    source, registers_dir, name, content, sentence
):
    (source / name).write_bytes(content)
    with pytest.raises(RegistersRefusedError, match=sentence):
        load_registers(source, registers_dir)


def test_charities_cut_short_are_refused(source, registers_dir):
    whole = written.write_charities_zip(
        source, *(written.charity(200000 + n, f"FUND {n}") for n in range(50))
    )
    with zipfile.ZipFile(whole) as archive:
        text = archive.read("publicextract.charity.json")
    whole.unlink()
    (source / "publicextract.charity.json").write_bytes(text[:-300])
    with pytest.raises(RegistersRefusedError, match="is cut short or damaged"):
        load_registers(source, registers_dir)
