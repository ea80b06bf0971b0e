import csv
import json
import re
import shutil
import subprocess
import sys

import polars as pl
import pytest

from pipeline.match.overrides import COLUMNS, read_overrides
from tests.demo.hand_written import WORLD

SPENDING = WORLD / "files" / "marlhaven_council" / "spending-2023-24.csv"


@pytest.fixture
def built(anchorspend, world_settings, tmp_path):
    """The same command on a warehouse in which the hand-written world is built."""
    shutil.copytree(world_settings.warehouse, tmp_path / "warehouse")
    return anchorspend


def rows_in(path):
    return pl.read_csv(path, infer_schema=False).to_dicts()


def complaint(outcome: tuple[int, str, str]) -> str:
    code, _, err = outcome
    assert code == 1
    assert "Traceback" not in err
    return " ".join(err.split())


def test_add_run_and_compare_print_the_shares(anchorspend, monkeypatch, world_settings):
    for folder in sorted((WORLD / "files").iterdir()):
        assert anchorspend("add", folder.name, folder)[0] == 0
    # Without a folder the registers last refreshed are used.
    assert anchorspend("registers", "refresh")[0] == 0
    monkeypatch.delenv("ANCHORSPEND_REGISTERS")
    assert anchorspend("run", "--offline", "--town", "marlhaven", "--town", "thornley")[0] == 0
    code, out, _ = anchorspend("compare", "marlhaven", "torbay")
    assert code == 0
    assert "Torbay: 0 of 8 anchors hold files" in out
    assert "47.5% to 64.6%" in out
    assert "we cannot say what share stays in the town" in out
    registers = "select register, count(*) as n from marts.payments group by 1 order by 1"
    found = json.loads(anchorspend("sql", registers, "--json")[1])
    assert "coh" in [row["register"] for row in found]
    monkeypatch.setenv("ANCHORSPEND_WAREHOUSE", str(world_settings.warehouse))
    assert found == json.loads(anchorspend("sql", registers, "--json")[1])


def test_compare_prints_csv_and_json_of_the_same_rows(built):
    rows = list(csv.DictReader(built("compare", "marlhaven", "--csv")[1].splitlines()))
    shares = json.loads(built("compare", "marlhaven", "--json")[1])["shares"]
    assert [row["total_gbp"] for row in rows] == [row["total_gbp"] for row in shares]
    assert [row["total_gbp"] for row in rows] == ["24000.0000", "17700.0000"]


def test_compare_says_how_far_towns_lie_apart_or_that_it_cannot_tell(built):
    text = built("compare", "marlhaven", "thornley")[1]
    # 4,700 to 6,300 of 17,700 against 2,500 to 3,700 of 9,600.
    assert "between -12.0 and 9.6 percentage points" in text
    assert "Whether more stays in Marlhaven or in Thornley we cannot tell (2024/25" in text
    assert (
        "Marlhaven and Torbay: no year in which both have a headline"
        in (built("compare", "marlhaven", "torbay")[1])
    )


@pytest.mark.parametrize(
    ("by", "name", "first"),
    [
        ("publisher", "publisher_name", "Marlhaven Council"),
        ("kind", "publisher_kind", "district_council"),
    ],
)
def test_compare_cuts_by_publisher_and_by_kind(built, by, name, first):
    towns = ("compare", "marlhaven", "thornley", "--by", by)
    text = built(*towns)[1]
    assert f"The same by {by}" in text
    assert first.replace("_", " ") in text
    rows = list(csv.DictReader(built(*towns, "--csv")[1].splitlines()))
    assert (rows[0][name], rows[0]["total_gbp"]) == (first, "24000.0000")
    assert len(rows) == 4
    assert [row[name] for row in json.loads(built(*towns, "--json")[1])[f"shares_by_{by}"]] == [
        row[name] for row in rows
    ]


def test_a_town_whose_anchors_hold_no_files_has_no_share(built):
    text = built("compare", "torbay")[1]
    assert "Torbay: 0 of 8 anchors hold files" in text
    assert "No payments are held for these towns: there is no share to compare." in text
    assert "%" not in text.partition("Published by others")[0]


def test_compare_prints_the_match_precision_that_was_measured_beside_the_shares(built):
    rows = json.loads(
        built(
            "sql",
            "select value, low, high, n from marts.match_quality"
            " where metric = 'gbp_weighted_precision'",
            "--json",
        )[1]
    )
    measured = json.loads(built("compare", "marlhaven", "--json")[1])["match_precision"]
    assert [row["n"] for row in measured] == [int(row["n"]) for row in rows] != []
    assert 0 < measured[0]["low"] < measured[0]["value"] < measured[0]["high"] < 1
    text = built("compare", "marlhaven")[1]
    assert f"Of each matched pound {measured[0]['value']:.1%} is matched to the right" in text
    assert f"{measured[0]['n']} draws of decisions on real files" in text


def test_a_second_run_builds_nothing_and_says_so(built):
    code, out, _ = built("run", "--offline")
    assert code == 0
    assert "Nothing has changed" in out


def test_add_is_idempotent(anchorspend):
    assert "1 new" in anchorspend("add", "marlhaven_council", SPENDING)[1]
    assert "1 unchanged" in anchorspend("add", "marlhaven_council", SPENDING)[1]


def test_read_json_has_the_fields_of_the_interface(anchorspend):
    code, out, _ = anchorspend("read", SPENDING, "--json")
    fields = json.loads(out)
    assert code == 0
    assert (fields["status"], fields["payments"], fields["total_gbp"]) == (
        "payments",
        14,
        "90100.00",
    )
    assert fields["printed_total_gbp"] == "90100.00"
    assert fields["excluded"] == {"blank": 1, "total": 1, "header": 1, "note": 2}
    assert set(fields) == {
        "file", "status", "reason", "payments", "total_gbp", "rejected", "excluded",
        "excluded_gbp", "rows", "amount_column", "amount_basis", "supplier_column", "date_column",
        "first_date", "last_date", "negative", "redacted", "undated", "format", "encoding",
        "sheets", "printed_total_gbp", "kind", "warnings",
    }  # fmt: skip


def test_read_writes_the_rows(anchorspend, tmp_path):
    anchorspend("read", SPENDING, "--rows", tmp_path / "rows.csv")
    rows = rows_in(tmp_path / "rows.csv")
    assert len(rows) == 14
    assert rows[0]["supplier_name"] == "Harbour Builders Ltd"


def test_read_names_what_cannot_be_read_and_goes_on(anchorspend, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.touch()
    code, out, _ = anchorspend("read", empty, SPENDING)
    assert code == 0
    assert "refused" in out
    assert "14 payments" in out


def test_match_writes_a_row_per_name(anchorspend, tmp_path):
    names = tmp_path / "names.csv"
    names.write_text("supplier_name\nHarbour Builders Ltd\nNobody Ltd\n", encoding="utf-8")
    out = tmp_path / "out.csv"
    companies = next((WORLD / "registers").glob("BasicCompany*"))
    assert anchorspend("match", names, "--companies", companies, "--out", out)[0] == 0
    rows = rows_in(out)
    assert [(row["decision"], row["number"]) for row in rows] == [
        ("matched", "00000101"),
        ("none", None),
    ]


def test_review_lists_the_heaviest_undecided_ready_to_become_overrides(built, tmp_path):
    out = tmp_path / "review.csv"
    code, printed, _ = built("match", "--review", "--out", out)
    assert code == 0
    assert "undecided suppliers are in" in printed
    rows = rows_in(out)
    assert [(row["supplier"], row["amount_gbp"]) for row in rows[:2]] == [
        ("Bank of Example", "50000.0000"),
        ("Thornley Staff Pension Fund", "7000.0000"),
    ]
    northgate = [row for row in rows if row["supplier"] == "Northgate Services"]
    assert [(row["decision"], row["number"]) for row in northgate] == [
        ("matched", "coh:00000107"),
        ("matched", "coh:OC000108"),
        ("none", None),
    ]
    assert not any("Other" in row["supplier"] for row in rows)
    overrides = tmp_path / "supplier_overrides.csv"
    chosen = {**northgate[0], "reason": "the invoice says so"}
    overrides.write_text(
        ",".join(COLUMNS) + "\n" + ",".join(chosen[name] or "" for name in COLUMNS) + "\n"
    )
    assert read_overrides(overrides)["number"].to_list() == ["00000107"]


def test_overrides_that_nobody_needs_are_named_where_there_is_a_warehouse(built):
    assert "no supplier of this warehouse needs lines 2" in built("registry", "check")[1]
    assert "no supplier of this warehouse needs lines 2" in " ".join(
        built("run", "--offline", "--publisher", "thornley_council")[2].split()
    )


def test_locate_writes_a_row_per_postcode(anchorspend, tmp_path):
    postcodes = tmp_path / "postcodes.csv"
    postcodes.write_text("postcode\nza11aa\nnowhere\n", encoding="utf-8")
    out = tmp_path / "out.csv"
    directory = next((WORLD / "registers").glob("NSPL*"))
    assert anchorspend("locate", postcodes, "--postcodes", directory, "--out", out)[0] == 0
    rows = rows_in(out)
    assert rows[0]["postcode"] == "za11aa"
    assert "E07990001" in rows[0].values()
    assert len(rows) == 2


def test_status_says_what_is_held(built):
    rows = {row["publisher_id"]: row for row in json.loads(built("status", "--json")[1])}
    assert rows["thornley_council"]["payment_rows"] == 11
    assert rows["thornley_council"]["last_outcome"] == "new"
    assert rows["torbay_council"]["files_held"] == 0


def test_sql_prints_rows_models_and_their_sql(built):
    code, out, _ = built("sql", "select count(*) as n from marts.payments", "--csv")
    assert (code, out) == (0, "n\n32\n")
    described = built("sql", "--models")[1]
    assert "marts.payments: " in described
    assert "macro local_share(town, year, definition): The headline share" in described
    assert "attach if not exists" in built("sql", "--show", "payments")[1]


def test_docs_writes_the_dictionary_with_row_counts(built, tmp_path):
    assert "docs/index.html" in built("docs")[1]
    folder = tmp_path / "warehouse" / "docs"
    assert "32 rows" in (folder / "index.html").read_text("utf-8")
    assert [path.name for path in folder.iterdir()] == ["index.html"]


def test_export_writes_to_the_warehouse_or_to_a_folder(built, tmp_path):
    mine = tmp_path / "mine"
    for words, folder in ([], tmp_path / "warehouse/export"), ([mine], mine):
        code, out, _ = built("export", *words)
        assert code == 0
        assert re.match(r"\d\d marts, ", out)
        assert str(folder) in out
        assert (folder / "SHA256SUMS").exists()


def test_registers_refresh_says_what_is_in_use(anchorspend):
    code, out, _ = anchorspend("registers", "refresh", "--json")
    assert code == 0
    rows = {row["register"]: row for row in json.loads(out)}
    companies = rows["companies"]
    assert (companies["outcome"], companies["rows"], companies["of"]) == ("loaded", 9, "2026-04-01")
    assert companies["files_in_use"] == "BasicCompanyDataAsOneFile-2026-04-01.csv"
    assert rows["mutuals"]["outcome"] == "absent"
    rows = {
        row["register"]: row for row in json.loads(anchorspend("registers", "refresh", "--json")[1])
    }
    assert rows["companies"]["outcome"] == "unchanged"


def test_registers_refresh_names_what_it_refuses(anchorspend, tmp_path, monkeypatch):
    registers = tmp_path / "registers"
    shutil.copytree(WORLD / "registers", registers)
    monkeypatch.setenv("ANCHORSPEND_REGISTERS", str(registers))
    assert anchorspend("registers", "refresh")[0] == 0
    companies = next(registers.glob("BasicCompany*"))
    companies.write_text(companies.read_text("utf-8")[:-100], "utf-8")
    code, out, err = anchorspend("registers", "refresh")
    assert code == 1
    assert "is cut short" in out
    assert "1 of 10 registers were not brought up to date" in " ".join(err.split())


def test_the_ledger_can_be_written_anew_from_the_archive(built, tmp_path):
    (tmp_path / "warehouse/archive/ledger.sqlite").unlink()
    assert "holds 4 rows" in built("archive", "rebuild-ledger")[1]
    assert "Nothing has changed" in built("run", "--offline", "--town", "thornley")[1]


def test_registry_check_counts_what_is_well_formed(anchorspend):
    code, out, _ = anchorspend("registry", "check")
    assert code == 0
    assert "12 towns" in out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "no_such_council", SPENDING), "There is no publisher 'no_such_council'"),
        (("add", "marlhaven_council", "no-such-file.csv"), "no-such-file.csv"),
        (("read", "no-such-file.csv"), "no-such-file.csv cannot be opened"),
        (("run", "--offline", "--town", "atlantis"), "There is no town 'atlantis'"),
        (("run", "--offline", "--publisher", "nobody"), "There is no publisher 'nobody'"),
        (("compare", "marlhaven"), "run `anchorspend run` first"),
        (("match",), "Give a CSV of names, or --review"),
        (("match", "names.csv", "--review"), "Give a CSV of names, or --review"),
        (("match", "--review"), "run `anchorspend run` first"),
        (("sql",), "Give a query"),
        (("sql", "select 1"), "run `anchorspend run` first"),
        (("discover", "south_devon_college"), "has no page to look at"),
        (("status",), "run `anchorspend run` first"),
    ],
)  # fmt: skip
def test_wrong_words_are_answered_in_one_sentence(anchorspend, tmp_path, words, says):
    assert says in complaint(anchorspend(*words))
    assert not (tmp_path / "warehouse/anchorspend.duckdb").exists()


def test_a_town_that_is_not_in_the_database_is_named(built):
    assert "There is no town 'atlantis'" in complaint(built("compare", "atlantis"))


def test_wrong_sql_is_answered_in_duckdbs_words(built):
    assert "nonesuch" in complaint(built("sql", "select * from nonesuch"))


def test_sql_cannot_write_or_touch_files(built, tmp_path):
    target = tmp_path / "out.csv"
    complaint(built("sql", f"copy marts.payments to '{target}'"))
    complaint(built("sql", "delete from marts.payments"))
    complaint(built("sql", f"select * from read_csv('{SPENDING}')"))
    assert not target.exists()


def test_a_broken_yaml_is_named_with_its_line(anchorspend, tmp_path, monkeypatch):
    registry = tmp_path / "registry"
    shutil.copytree(WORLD / "registry", registry)
    broken = registry / "publishers" / "thornley_council.yml"
    broken.write_text(broken.read_text("utf-8") + "colour: blue\n", encoding="utf-8")
    monkeypatch.setenv("ANCHORSPEND_REGISTRY", str(registry))
    code, out, _ = anchorspend("registry", "check")
    assert code == 1
    assert "thornley_council.yml" in out
    assert "colour" in out
    (registry / "towns.yml").write_text("marlhaven: [", encoding="utf-8")
    assert "towns.yml, line 2" in complaint(anchorspend("run", "--offline"))


def test_a_register_with_a_wrong_header_is_refused_and_the_database_stays(
    built, tmp_path, monkeypatch
):
    before = (tmp_path / "warehouse/anchorspend.duckdb").read_bytes()
    registers = tmp_path / "registers"
    shutil.copytree(WORLD / "registers", registers)
    companies = next(registers.glob("BasicCompany*"))
    text = companies.read_text("utf-8").replace(" CompanyNumber", "Number", 1)
    companies.write_text(text, encoding="utf-8")
    monkeypatch.setenv("ANCHORSPEND_REGISTERS", str(registers))
    assert companies.name in complaint(built("run", "--offline"))
    assert (tmp_path / "warehouse/anchorspend.duckdb").read_bytes() == before


def test_a_corrupt_database_is_named_with_the_way_out(built, tmp_path):
    database = tmp_path / "warehouse/anchorspend.duckdb"
    database.chmod(0o644)
    database.write_bytes(b"not a database" * 1000)
    assert "delete it and run" in complaint(built("compare", "marlhaven"))


def test_a_database_held_by_a_writer_is_named(built, tmp_path):
    database = tmp_path / "warehouse/anchorspend.duckdb"
    database.chmod(0o644)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True);"
            " sys.stdin.read()",
            str(database),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        complained = complaint(built("compare", "marlhaven"))
    finally:
        holder.communicate()
    assert "close that program" in complained


def test_two_runs_at_once_are_refused(built, tmp_path):
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path; from pipeline.locking import warehouse_lock\n"
            "with warehouse_lock(Path(sys.argv[1])):\n"
            "    print('held', flush=True); sys.stdin.read()",
            str(tmp_path / "warehouse"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        complained = complaint(built("run", "--offline"))
    finally:
        holder.communicate()
    assert "Another run is writing" in complained


def test_the_demo_does_not_hide_real_files(anchorspend, tmp_path):
    assert anchorspend("add", "torbay_council", SPENDING)[0] == 0
    assert "set ANCHORSPEND_WAREHOUSE" in complaint(anchorspend("demo"))


def test_debug_shows_the_traceback(anchorspend):
    with pytest.raises(Exception, match="run `anchorspend run` first"):
        anchorspend("--debug", "compare", "marlhaven")


def test_help_names_every_command(anchorspend):
    code, out, _ = anchorspend("--help")
    assert code == 0
    for command in ("demo", "run", "add", "read", "discover", "compare", "sql", "status"):
        assert command in out
