"""The real labels beside the project: how well names are identified, and how rarely wrongly."""

from pathlib import Path

import polars as pl
import pytest

from pipeline.match.suppliers import match_suppliers
from pipeline.registers.loading import load_registers

READ = Path(__file__).resolve().parents[1] / "real" / "decisions_read.csv"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "registers"


@pytest.fixture(scope="module")
def registers_dir(tmp_path_factory):
    if not SHARED.is_dir():
        pytest.skip("../shared/registers is not beside the project")
    folder = tmp_path_factory.mktemp("registers")
    load_registers(SHARED, folder, built_in_bodies=True)
    return folder


def decisions_of(names, registers_dir):
    blank = pl.lit(None, pl.String)
    return match_suppliers(
        names.unique()
        .to_frame("supplier_name")
        .select(
            "supplier_name",
            supplier_id="supplier_name",
            supplier_postcode=blank,
            company_number=blank,
            charity_number=blank,
            vat_number=blank,
            is_redacted=pl.lit(value=False),
        ),
        registers_dir,
    ).decisions


@pytest.mark.parametrize(
    ("register", "code", "least_recall"),
    [("coh", "CH: ?[1-4] ", 0.92), ("chc", "CC: ?[1-4] ", 0.93)],
)
def test_hand_verified_names_are_matched_rightly(registers_dir, register, code, least_recall):
    labels = (
        pl.read_csv(SHARED / "labelled_matches.csv", infer_schema=False)
        .filter(
            (pl.col("trust") == "hand-verified")
            & pl.col("detail").str.contains(code)
            & (pl.col("register") == register)
        )
        .group_by(supplier_id="supplier_as_published")
        .agg(accepted="company_number_or_charity_number")
    )
    decisions = decisions_of(labels["supplier_id"], registers_dir)
    number = (
        pl.when(pl.col("register") == register)
        .then("number")
        .when(pl.col("other_register") == register)
        .then("other_number")
    )
    found = labels.join(decisions, on="supplier_id").filter(
        (pl.col("decision") == "matched") & number.is_not_null()
    )
    right = found.filter(number.is_in(pl.col("accepted"))).height
    assert right / found.height >= 0.98
    assert right / labels.height >= least_recall


def test_names_judged_to_be_in_no_register_are_hardly_ever_matched(registers_dir):
    negatives = pl.read_csv(SHARED / "labelled_negatives.csv", infer_schema=False)
    decisions = decisions_of(negatives["supplier_as_published"], registers_dir)
    matched = decisions.filter(
        (pl.col("decision") == "matched") & pl.col("register").is_in(["coh", "chc", "mpr"])
    )
    assert matched.height / decisions.height <= 0.025
    nhs = decisions.filter(pl.col("supplier_id").str.contains(r"\b(NHS|CCG)\b"))
    assert nhs.filter(pl.col("class") == "public_body").height / nhs.height >= 0.95
    assert nhs.filter(pl.col("register") == "coh").height / nhs.height <= 0.01


def test_decisions_that_a_person_has_read_still_stand(registers_dir):
    read = pl.read_csv(READ, infer_schema=False).filter(pl.col("supplier") != "individual")
    now = decisions_of(read["supplier"], registers_dir).select(
        supplier="supplier_id",
        decision_now="decision",
        number_now=pl.when(pl.col("decision") == "matched").then("number"),
    )
    changed = read.join(now, on="supplier").filter(
        ~pl.struct("decision", "number").eq_missing(
            pl.struct(decision="decision_now", number="number_now")
        )
    )
    assert changed.height == 0, (
        "read these again and correct the verdicts in tests/real/decisions_read.csv: "
        f"{changed.select('publisher', 'supplier', 'number', 'number_now').rows()}"
    )
