"""What is withdrawn, redacted or held back is shown nowhere, on commands that a person gives."""

import json
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipeline.collect.archive import Archive
from pipeline.collect.ledger import Ledger
from pipeline.errors import AnchorspendError
from pipeline.export import export_marts
from pipeline.held_back import accept_version, held_back_versions
from pipeline.registry.load import load_registry
from pipeline.run import (
    add_dropped_files,
    build,
    identify,
    normalise,
    refresh_registers,
    write_registry,
)
from pipeline.settings import SQL_ROOT, Settings
from pipeline.sql_models import load_project
from pipeline.withdrawing import withdraw
from tests.demo.hand_written import WORLD

HEADING = "Payment Date,Supplier Name,Net Amount,Expense Type,Transaction No\n"
NAME = "Harbour Quentin Builders Ltd"
OTHERS = "".join(
    f"{day:02}/04/2023,Wold Catering Limited,{day}00.00,Catering,T{day}\n" for day in range(1, 13)
)
NAMED = f"15/04/2023,{NAME},1234.00,Building Works,T99\n"
REDACTED = "15/04/2023,REDACTED,1234.00,Building Works,T99\n"


@pytest.fixture
def settings(tmp_path, monkeypatch) -> Settings:
    """A warehouse of the invented bodies alone, which the command writes to as well."""
    monkeypatch.setenv("ANCHORSPEND_BUILT_IN_REGISTRY", "no")
    return Settings(
        warehouse=tmp_path / "warehouse",
        registry=WORLD / "registry",
        registers=WORLD / "registers",
        has_built_in_registry=False,
    )


@pytest.fixture
def drop(settings, tmp_path):
    """Hand in a file of Marlhaven's and read all that is held of it."""

    def drop(name: str, text: str) -> pl.DataFrame:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        add_dropped_files(settings, "marlhaven_council", [path])
        path.unlink()
        return read_again(settings)

    return drop


def read_again(settings: Settings) -> pl.DataFrame:
    registry = load_registry(settings.registry, built_in=False)
    return normalise(settings, registry.publishers.values(), lambda _: None)["marlhaven_council"]


def publish(settings: Settings) -> None:
    write_registry(settings)
    read_again(settings)
    refresh_registers(settings)
    identify(settings)
    build(settings)


def holders(settings: Settings, name: str = NAME) -> set[str]:
    """Every file of the warehouse that holds the name, packed or not, by its folder."""
    found = set()
    for path in settings.warehouse.rglob("*"):
        relative = path.relative_to(settings.warehouse)
        if not path.is_file() or relative.parts[0] == "registers":
            continue
        texts = [path.read_bytes().decode("utf-8", "replace")]
        if path.suffix == ".parquet":
            texts.append(str(pl.read_parquet(path).to_dicts()))
        if path.suffix == ".duckdb":
            with duckdb.connect(path, read_only=True) as connection:
                for schema, table in connection.execute(
                    "select schema_name, table_name from duckdb_tables()"
                ).fetchall():
                    texts.append(str(connection.sql(f'from "{schema}"."{table}"').fetchall()))
        if any(name.casefold() in text.casefold() for text in texts):
            found.add(relative.parts[0])
    return found


def paid(settings: Settings) -> pl.DataFrame:
    return pl.read_parquet(settings.payments_dir / "marlhaven_council.parquet")


EVERYWHERE = {"archive", "readings", "payments", "identified", "anchorspend.duckdb"}


def test_names_that_newer_versions_redact_or_drop_are_in_no_table(settings, drop):
    """April is redacted, May drops the payment, June is held back and redacted."""
    few = OTHERS[: OTHERS.index("04/04/")]
    for month, newer in (("04", OTHERS + REDACTED), ("05", OTHERS), ("06", few + REDACTED)):
        name = f"2023-{month}.csv"
        drop(name, (HEADING + OTHERS + NAMED).replace("/04/", f"/{month}/"))
        assert holders(settings) == {"archive", "readings", "payments"}
        files = drop(name, (HEADING + newer).replace("/04/", f"/{month}/"))
        assert holders(settings) == {"archive", "readings"}
    assert files["is_held_back"].to_list() == [False] * 5 + [True]
    publish(settings)
    assert holders(settings) == {"archive", "readings"}
    assert rows(
        settings,
        "select month(payment_date) as month, supplier_name, is_redacted, count(*) as n"
        " from marts.payments where amount_gbp = 1234 group by all order by all",
    ) == [(4, "REDACTED", True, 1), (6, "withdrawn by publisher", True, 1)]
    assert rows(
        settings,
        "select label, rows_removed, rows_edited, names_withdrawn, removed_gbp::text, is_held_back"
        " from marts.file_revisions order by all",
    ) == [
        ("2023-04.csv", 0, 1, 1, "0.0000", False),
        ("2023-05.csv", 1, 0, 0, "1234.0000", False),
        ("2023-06.csv", 9, 1, 1, "7200.0000", True),
    ]


def test_a_name_redacted_in_the_year_is_withdrawn_from_the_month_beside_it(settings, drop):
    drop("april-2023.csv", HEADING + OTHERS + NAMED)
    may = OTHERS.replace("/04/", "/05/")
    drop("spend-2023-24.csv", HEADING + OTHERS + REDACTED + may)
    assert NAME not in paid(settings)["supplier_name"].to_list()
    assert paid(settings).height == 25


def test_a_name_put_back_by_the_publisher_is_shown_again(settings, drop):
    drop("april-2023.csv", HEADING + OTHERS + NAMED)
    drop("april-2023.csv", HEADING + OTHERS + REDACTED)
    drop("april-2023.csv", HEADING + OTHERS + NAMED)
    assert NAME in paid(settings)["supplier_name"].to_list()


def test_one_of_two_like_payments_redacted_leaves_the_other_named(settings, drop):
    twin = NAMED.replace(NAME, "Wold Catering Limited").replace("T99", "T98")
    drop("april-2023.csv", HEADING + OTHERS + NAMED + twin)
    may = OTHERS.replace("/04/", "/05/")
    drop("spend-2023-24.csv", HEADING + OTHERS + REDACTED + twin + may)
    like = paid(settings).filter(pl.col("transaction_id").is_in(["T98", "T99"]))
    assert sorted(like["supplier_name"]) == ["Wold Catering Limited", "withdrawn by publisher"]


def rows(settings: Settings, sql: str) -> list[tuple]:
    with duckdb.connect(settings.database_path, read_only=True) as connection:
        return connection.sql(sql).fetchall()


def test_withdraw_purges_a_file_and_a_fetch_of_the_same_bytes_is_not_kept(
    settings, drop, tmp_path, anchorspend
):
    drop("april-2023.csv", HEADING + OTHERS + NAMED)
    drop("may-2023.csv", HEADING + OTHERS.replace("/04/", "/05/"))
    publish(settings)
    export_marts(settings.database_path, load_project(SQL_ROOT), settings.export_dir)
    assert holders(settings) == EVERYWHERE | {"export"}
    [sha256] = paid(settings).filter(pl.col("supplier_name") == NAME)["file_sha256"]
    code, _, complained = anchorspend("withdraw", sha256, "--reason", "asked by the council")
    assert code == 0, complained
    assert holders(settings) == set()
    assert rows(settings, "select count(*) from marts.payments") == [(12,)]
    again = tmp_path / "april-2023.csv"
    again.write_text(HEADING + OTHERS + NAMED, encoding="utf-8")
    [attempt] = add_dropped_files(settings, "marlhaven_council", [again])
    assert (attempt.outcome, "asked by the council" in attempt.reason) == ("withdrawn", True)
    again.unlink()
    read_again(settings)
    assert holders(settings) == set()


def test_withdraw_takes_a_rows_name_out_of_every_version_and_leaves_the_payment(
    settings, drop, anchorspend
):
    drop("april-2023.csv", HEADING + NAMED + OTHERS)
    drop("april-2023.csv", HEADING + OTHERS + NAMED.replace(NAME, NAME.upper()))
    drop("may-2023.csv", HEADING + NAMED.replace("/04/", "/05/"))
    [row, *_] = paid(settings).filter(pl.col("supplier_name") == NAME).iter_rows(named=True)
    code, _, complained = anchorspend(
        "withdraw", f"{row['file_sha256']}:{row['row_number']}", "--reason", "asked"
    )
    assert code == 0, complained
    assert holders(settings) == set()
    assert paid(settings).height == 14
    assert paid(settings)["is_redacted"].sum() == 2


def test_a_name_that_one_file_would_keep_is_taken_out_of_none(settings, drop):
    drop("april-2023.csv", HEADING + NAMED + OTHERS)
    # The reader sees one name in both; in this file it stands in two lines of a quoted cell.
    page = "".join(
        f"<td>{cell}</td>" for cell in NAMED.strip().replace(NAME, NAME.replace(" ", "&nbsp;"))
        .replace("/04/", "/05/").split(",")
    )  # fmt: skip
    heads = "".join(f"<th>{cell}</th>" for cell in HEADING.strip().split(","))
    drop("may-2023.html", f"<table><tr>{heads}</tr><tr>{page}</tr></table>")
    assert paid(settings)["supplier_name"].to_list().count(NAME) == 2
    [row, *_] = paid(settings).filter(pl.col("supplier_name") == NAME).iter_rows(named=True)
    with pytest.raises(AnchorspendError, match="does not stand in file"):
        withdraw(settings, f"{row['file_sha256']}:{row['row_number']}", "asked")
    assert paid(settings)["supplier_name"].to_list().count(NAME) == 2
    assert list(Archive(settings.archive_dir).tombstones()) == []


@pytest.mark.parametrize(
    ("what", "said"),
    [("../etc", "no sha256"), ("0" * 64, "holds no file"), (f"{'0' * 64}:3", "holds no file")],
)
def test_only_what_is_held_can_be_withdrawn(settings, drop, what, said):
    drop("april-2023.csv", HEADING + OTHERS)
    with pytest.raises(AnchorspendError, match=said):
        withdraw(settings, what, "asked")
    assert paid(settings).height == 12


def test_a_row_without_a_name_cannot_be_withdrawn(settings, drop):
    [file] = drop("april-2023.csv", HEADING + REDACTED + OTHERS).to_dicts()
    for row_number in (2, 999):
        with pytest.raises(AnchorspendError, match="no payment with a name"):
            withdraw(settings, f"{file['file_sha256']}:{row_number}", "asked")


def test_review_tells_rows_pounds_and_dates_and_accepting_takes_effect(settings, drop, anchorspend):
    drop("april-2023.csv", HEADING + OTHERS)
    drop("april-2023.csv", HEADING + NAMED)
    [listed] = json.loads(anchorspend("review", "--json")[1])
    assert (listed["payments"], listed["payments_in_use"]) == (1, 12)
    assert (listed["total_gbp"], listed["total_gbp_in_use"]) == ("1234.0000", "7800.0000")
    assert (listed["first_date"], listed["last_date_in_use"]) == ("2023-04-15", "2023-04-12")
    assert "1 payments where the version before has 12" in listed["reason"]
    assert "1,234.00" in anchorspend("review")[1]
    code, _, complained = anchorspend("review", "--accept", listed["sha256"])
    assert (code, "--reason" in complained) == (1, True)
    code, _, complained = anchorspend(
        "review", "--accept", listed["sha256"], "--reason", "corrected"
    )
    assert code == 0, complained
    assert rows(settings, "select supplier_name from marts.payments") == [(NAME,)]
    assert held_back_versions(settings) == []
    with pytest.raises(AnchorspendError, match="is held back"):
        accept_version(settings, listed["sha256"], "once more")


def test_what_was_accepted_stays_so_when_the_ledger_is_rebuilt(settings, drop):
    drop("april-2023.csv", HEADING + OTHERS)
    files = drop("april-2023.csv", HEADING + NAMED)
    [sha256] = files.filter("is_held_back")["file_sha256"]
    accept_version(settings, sha256, "corrected")
    Path(settings.ledger_path).unlink()
    with Ledger(settings.ledger_path, Archive(settings.archive_dir)):
        pass
    assert read_again(settings)["is_held_back"].to_list() == [False, False]
