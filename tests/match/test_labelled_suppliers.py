"""The real labels beside the project: how well names are identified, and how rarely wrongly."""

from pathlib import Path

import polars as pl
import pytest

from pipeline.match.suppliers import match_suppliers
from pipeline.registers.loading import load_registers

SHARED = Path(__file__).resolve().parents[3] / "shared" / "registers"


@pytest.fixture(scope="module")
def registers_dir(tmp_path_factory):
    if not SHARED.is_dir():
        pytest.skip("../shared/registers is not beside the project")
    folder = tmp_path_factory.mktemp("registers")
    load_registers(SHARED, folder)
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


def test_hand_verified_names_are_matched_rightly(registers_dir):
    labels = pl.read_csv(SHARED / "labelled_matches.csv", infer_schema=False).filter(
        (pl.col("trust") == "hand-verified")
        & pl.col("detail").str.contains("CH: ?[1-4] ")
        & (pl.col("register") == "coh")
    )
    decisions = decisions_of(labels["supplier_as_published"], registers_dir)
    found = labels.join(
        decisions.filter(pl.col("register") == "coh"),
        left_on="supplier_as_published",
        right_on="supplier_id",
    ).filter(pl.col("decision") == "matched")
    right = found.filter(pl.col("number") == pl.col("company_number_or_charity_number")).height
    assert right / found.height >= 0.98
    assert right / labels.height >= 0.82


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
