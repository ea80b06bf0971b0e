"""The invented world through the whole job: what comes out against what the generator knows.

The truth is the generator's own ledger, written before any of the product's code ran. In the clean
world every payee is in a register and named as there, so every figure must be the true one and
every band a point; in the full world the true share must lie within each band.
"""

import shutil
import socket
from decimal import Decimal

import polars as pl
import pytest

from pipeline.collect.archive import Archive
from pipeline.collect.ledger import Ledger
from pipeline.demo.generator.layouts import transaction
from pipeline.demo.generator.organisations import NAME_FAULTS
from pipeline.demo.generator.publishers import read_publishers
from pipeline.demo.generator.truth import published_totals, true_areas, true_figures
from pipeline.demo.invented import PORT_FILE, WORLD_FOLDER, run_invented_demo, run_world
from pipeline.errors import AnchorspendError
from pipeline.run import add_dropped_files
from pipeline.settings import Settings
from tests.demo.outcomes import KEYS, Outcome

POUNDS = (
    "total_gbp",
    "town_gbp",
    "rest_of_county_gbp",
    "rest_of_region_gbp",
    "rest_of_uk_gbp",
    "credits_gbp",
)
PUBLISHING = [one.id for one in read_publishers() if one.share]


def test_every_figure_of_the_clean_world_is_the_true_one(clean):
    assert clean.shares.keys() == clean.truth.keys()
    assert len(clean.truth) == 2 * 5 * 4 + 5 * 4
    for cell, truth in clean.truth.items():
        figures = clean.shares[cell]
        assert {name: figures[name] for name in POUNDS} == {name: truth[name] for name in POUNDS}
        assert figures["payment_rows"] == truth["payment_rows"], cell
        assert figures["supplier_count"] == truth["supplier_count"], cell


def test_every_band_of_the_clean_world_is_a_point_and_the_true_share(clean):
    for cell, truth in clean.truth.items():
        figures = clean.shares[cell]
        assert figures["unknown_gbp"] == 0, cell
        assert figures["placed_share"] == 1, cell
        for place in ("town", "county"):
            low, high = (figures[f"share_in_{place}_{end}"] for end in ("low", "high"))
            assert low == high == pytest.approx(truth[f"share_in_{place}"], abs=1e-12), cell


@pytest.mark.parametrize("payees", ["all", "without_anchor_owned", "without_intermediaries"])
def test_every_choice_of_payees_of_the_clean_world_gives_the_true_pounds(clean, payees):
    truth = {
        tuple(row[key] for key in KEYS): {name: row[name] for name in POUNDS}
        for row in true_figures(clean.world.ledger(), payees=payees).iter_rows(named=True)
    }
    found = clean.rows(
        "select * from marts.spend_retention_variants where local_definition = 'registered'"
        f" and payees = '{payees}' and town_id in ('saltmere', 'brackenford')"
    )
    assert {
        tuple(row[key] for key in KEYS): {name: row[name] for name in POUNDS} for row in found
    } == truth
    fewer = sum(row["total_gbp"] for row in truth.values())
    every = sum(row["total_gbp"] for row in clean.truth.values())
    assert (fewer < every) == (payees != "all")


def areas_of(outcome):
    """The true pounds of every ward and other district, and what the mart says of them."""
    keys = ("town_id", "financial_year", "amount_basis", "area_kind", "area_code")
    truth = {
        tuple(row[key] for key in keys): row
        for row in true_areas(outcome.world.ledger()).iter_rows(named=True)
    }
    found = {
        tuple(row[key] for key in keys): row
        for row in outcome.rows("select * from marts.spend_by_ward_year")
    }
    return truth, found


def test_the_pounds_of_every_ward_of_the_clean_world_are_the_true_ones(clean):
    truth, found = areas_of(clean)
    assert found.keys() == truth.keys()
    # Each town has nine wards; two other districts of Saltmere's county, one of Brackenford's.
    assert len({area[4] for area in truth}) == 9 + 9 + 2 + 1
    for area, row in found.items():
        pounds = truth[area]["amount_gbp"]
        assert (row["amount_gbp"], row["low_gbp"], row["high_gbp"]) == (pounds,) * 3, area
        assert row["credits_gbp"] == truth[area]["credits_gbp"], area
        assert row["payment_rows"] == truth[area]["payment_rows"], area
        assert row["area_name"], area


def test_the_band_of_every_ward_of_the_full_world_holds_the_true_pounds(full):
    truth, found = areas_of(full)
    wider = 0
    for area, row in found.items():
        if row["low_gbp"] is None:
            continue
        pounds = truth[area]["amount_gbp"] if area in truth else Decimal(0)
        assert row["low_gbp"] <= pounds <= row["high_gbp"], area
        wider += row["low_gbp"] < row["high_gbp"]
    assert wider > 50


def test_every_nature_of_the_clean_world_is_the_true_one(clean):
    truth = (
        clean.world.ledger()
        .group_by("publisher_id", "nature")
        .agg(pl.len(), pl.col("amount_pence").sum())
        .collect()
    )
    found = clean.rows(
        "select publisher_id, spend_nature, count(*), sum(amount_gbp) * 100"
        " from marts.payments group by all"
    )
    assert {tuple(row.values()) for row in found} == set(truth.iter_rows())


def test_the_months_of_anchors_are_counted(clean):
    counted = {
        (row["town_id"], row["financial_year"]): (row["anchor_count"], row["anchors_with_payments"])
        for cell, row in clean.shares.items()
        if row["scope"] == "all_published" and row["amount_basis"] == "net"
    }
    # Of Brackenford's six, one publishes gross, one is blocked, the board began in 2022 and the
    # commissioner's list in 2023; of Saltmere's six, the college publishes nothing.
    assert counted["saltmere", "2020/21"] == (6, 5)
    assert counted["brackenford", "2020/21"] == (4, 2)
    assert counted["brackenford", "2022/23"] == (5, 3)
    assert counted["brackenford", "2024/25"] == (6, 4)


@pytest.mark.parametrize("publisher_id", PUBLISHING)
@pytest.mark.parametrize("case", ["clean", "full"])
def test_published_pounds_are_those_of_the_ledger_to_the_penny(case, publisher_id, request):
    outcome = request.getfixturevalue(case)
    truth = published_totals(outcome.world.ledger()).filter(pl.col("publisher_id") == publisher_id)
    found = outcome.rows(
        "select publisher_id, file_kind, financial_year, count(*) as payment_rows,"
        " sum(amount_gbp) as total_gbp from marts.payments"
        f" where publisher_id = '{publisher_id}' group by all"
    )
    assert {tuple(row.values()) for row in found} == set(truth.iter_rows())


@pytest.mark.parametrize("scope", ["headline", "with_grants", "all_published"])
def test_each_band_of_the_full_world_holds_the_true_share(full, scope):
    cells = [cell for cell in full.truth if cell[3] == scope]
    assert len(cells) == 15
    for cell in cells:
        truth, figures = full.truth[cell], full.shares[cell]
        for place in ("town", "county"):
            low, high = (figures[f"share_in_{place}_{end}"] for end in ("low", "high"))
            if low is None:
                assert figures["no_headline_reason"], cell
                continue
            assert low - 1e-12 <= truth[f"share_in_{place}"] <= high + 1e-12, (cell, place)


def test_bands_of_the_full_world_say_something(full):
    """A band from 0 to 100% would hold any truth."""
    widths = [
        full.shares[cell]["share_in_town_high"] - full.shares[cell]["share_in_town_low"]
        for cell in full.truth
        if cell[3] == "headline"
    ]
    assert max(widths) < 0.35
    assert sum(widths) / len(widths) < 0.2


def test_pounds_of_the_full_world_are_the_true_ones_but_for_the_undated(full):
    for cell, truth in full.truth.items():
        if cell[3] != "all_published":
            continue
        figures = full.shares[cell]
        undated = (
            full.world.ledger()
            .filter(
                ~pl.col("is_year_printed"),
                pl.col("file_kind") == "spend",
                pl.col("financial_year") == cell[1],
            )
            .select(pl.col("amount_pence").sum())
            .collect()
            .item()
            if cell[0] == "brackenford" and cell[2] == "net"
            else 0
        )
        assert figures["total_gbp"] == truth["total_gbp"] - Decimal(undated) / 100, cell


def test_undated_pounds_are_kept_for_every_year_that_they_may_belong_to(full):
    undated = (
        full.world.ledger()
        .filter(~pl.col("is_year_printed"), pl.col("file_kind") == "spend")
        .filter(pl.col("amount_pence") > 0)
        .with_columns(
            in_town=pl.col("lad_code") == "E06980011", file_year=pl.col("true_date").dt.year()
        )
        .collect()
    )
    assert undated.height
    for year in range(2020, 2025):
        # The file of a calendar year touches the financial years that end and begin in it.
        possible = undated.filter(pl.col("file_year").is_in([year, year + 1]))
        in_town = Decimal(possible.filter("in_town")["amount_pence"].sum()) / 100
        whole = Decimal(possible["amount_pence"].sum()) / 100
        figures = full.shares["brackenford", f"{year}/{year - 1999}", "net", "all_published"]
        assert in_town <= figures["undated_town_gbp"] <= whole, year
        assert whole - in_town <= figures["undated_outside_town_gbp"] <= whole, year


def matched_or_not(outcome):
    """The printed payments of those who are in a register, with what became of them.

    The lists of commissioners print no number by which a payment could be found again.
    """
    organisations = pl.read_parquet(outcome.world.organisations_path)
    paid = (
        outcome.world.ledger()
        .filter(pl.col("file_kind") == "spend", pl.col("register").is_not_null())
        .filter(~pl.col("is_redacted"))
        .with_columns(transaction_id=transaction())
        .collect()
        .join(organisations.select("organisation", "company_number"), on="organisation")
    )
    truth = {
        (row["publisher_id"], row["transaction_id"]): row for row in paid.iter_rows(named=True)
    }
    found = outcome.rows(
        "select publisher_id, transaction_id, match_decision, register_number"
        " from marts.payments where transaction_id is not null"
    )
    keys = {(row["publisher_id"], row["transaction_id"]) for row in found}
    assert len(truth.keys() & keys) > 1000
    return [
        (truth[key], row)
        for row in found
        if (key := (row["publisher_id"], row["transaction_id"])) in truth
    ]


@pytest.mark.parametrize("case", ["clean", "full"])
def test_nobody_is_taken_for_another(case, request):
    for payee, row in matched_or_not(request.getfixturevalue(case)):
        if row["match_decision"] == "matched":
            assert row["register_number"] in (payee["number"], payee["company_number"]), payee


def test_every_fault_of_names_is_printed_in_the_full_world_and_none_in_the_clean_one(clean, full):
    def hows(outcome):
        return set(outcome.world.ledger().select("printed_how").collect()["printed_how"])

    assert hows(clean) == {"as_registered"}
    assert hows(full) == {"as_registered", *NAME_FAULTS} - {"moved"}


@pytest.mark.parametrize(
    ("case", "how"),
    [
        ("clean", "as_registered"),
        ("full", "as_registered"),
        ("full", "previous_name"),
        ("full", "trading_as"),
        ("full", "branch"),
        ("full", "looks_like_another"),
    ],
)
def test_whoever_is_named_as_in_the_register_is_found(case, how, request):
    of_this_kind = [
        (payee, row)
        for payee, row in matched_or_not(request.getfixturevalue(case))
        if payee["printed_how"] == how
    ]
    assert of_this_kind
    missed = {p["printed_name"] for p, row in of_this_kind if row["match_decision"] != "matched"}
    assert missed == set()


def test_identical_payments_are_kept(clean):
    seen = ["true_date", "printed_name", "printed_category", "amount_pence"]
    truth = (
        clean.world.ledger()
        .filter(pl.col("publisher_id") == "orrinshire_police")
        .group_by(seen)
        .len()
        .filter(pl.col("len") > 1)
        .collect()
    )
    found = clean.rows(
        "select count(*) from marts.payments where publisher_id = 'orrinshire_police'"
        " group by payment_date, supplier_name, category, amount_gbp having count(*) > 1"
    )
    assert truth.height
    assert len(found) == truth.height


def test_natural_persons_and_redactions_are_never_named(full):
    organisations = pl.read_parquet(full.world.organisations_path)
    people = organisations.filter(pl.col("kind") == "person")["payee_name"]
    printed = full.world.ledger().filter(~pl.col("is_redacted")).collect()
    assert printed.filter(pl.col("payee_name").is_in(people.implode())).height
    shown = {
        (row["supplier_name"] or "").lower()
        for row in full.rows("select distinct supplier_name from marts.payments")
    }
    assert "individual" in shown
    assert not {name.lower() for name in people} & shown


def test_the_site_that_blocks_is_told_as_blocked_and_the_rest_went_on(full):
    with Ledger(full.settings.ledger_path, Archive(full.settings.archive_dir)) as ledger:
        outcomes = {
            publisher.id: {attempt.outcome for attempt in ledger.last_of_each(publisher.id)}
            for publisher in full.world.publishers
        }
    assert outcomes["vellshire_housing"] == {"blocked"}
    assert outcomes["saltmere_college"] == set()
    assert outcomes["brackenford_harbour"] == {"unchanged", "changed"}
    for publisher_id in set(PUBLISHING) - {"brackenford_harbour", "brackenford_council"}:
        assert outcomes[publisher_id] == {"unchanged"}, publisher_id


def test_of_a_replaced_file_the_longer_version_speaks(full):
    versions = full.rows(
        "select is_selected, payment_rows from marts.files where publisher_id ="
        " 'brackenford_harbour' qualify count(*) over (partition by label) > 1 order by fetched_at"
    )
    assert [row["is_selected"] for row in versions] == [False, True]
    assert versions[0]["payment_rows"] < versions[1]["payment_rows"]


def test_of_twins_in_csv_and_pdf_one_speaks(full):
    files = full.rows(
        "select label, is_selected, reading_status from marts.files"
        " where publisher_id = 'vellshire_police'"
    )
    assert {row["reading_status"] for row in files} == {"payments"}
    assert sum(row["is_selected"] for row in files) == len(files) / 2


def test_the_full_world_has_every_fault_and_the_clean_one_none(full, clean):
    faulty, sound = full.world.ledger().collect(), clean.world.ledger().collect()
    for column in ("is_redacted", "is_undated"):
        assert faulty[column].any()
        assert not sound[column].any()
    for holds in (
        pl.col("register").is_null(),
        pl.col("lad_code") != pl.col("lad_code_when_paid"),
        pl.col("lad_code") != pl.col("lad_code_trading"),
    ):
        assert faulty.filter(holds).height
        assert not sound.filter(holds).height
    for ledger in (faulty, sound):
        assert ledger.filter(pl.col("amount_pence") < 0).height
        assert ledger["is_anchor_owned"].any()
        assert ledger["is_intermediary"].any()


def test_another_demo_in_the_same_warehouse_doubles_nothing(full, tmp_path):
    again = Outcome(shutil.copytree(full.world.folder.parent, tmp_path / "again"))
    totals = "select publisher_id, count(*), sum(amount_gbp) from marts.payments group by 1"
    files = "select count(*) from marts.files"
    before = again.rows(f"{totals} order by 1"), again.rows(files)
    run_world(again.settings, again.world, say=lambda _: None)
    assert (again.rows(f"{totals} order by 1"), again.rows(files)) == before


def test_a_port_that_is_taken_is_told(full):
    port = int((full.settings.warehouse / PORT_FILE).read_text(encoding="ascii"))
    with socket.create_server(("127.0.0.1", port)), pytest.raises(AnchorspendError) as refusal:
        run_world(full.settings, full.world, say=lambda _: None)
    assert f"port {port}" in str(refusal.value)


def test_the_demo_refuses_to_hide_other_publishers(tmp_path):
    payments = tmp_path / "devon.csv"
    payments.write_text("Date,Supplier,Amount\n01/04/2024,A Ltd,500.00\n", encoding="utf-8")
    settings = Settings(warehouse=tmp_path / "warehouse")
    add_dropped_files(settings, "devon_county_council", [payments])
    with pytest.raises(AnchorspendError, match="holds files of devon_county_council"):
        run_invented_demo(settings, say=lambda _: None, scale=0.01)
    assert not (settings.warehouse / WORLD_FOLDER).exists()
