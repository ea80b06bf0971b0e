"""Every oddity of published files, small and invented: read as expected, or refused."""

import hashlib
from pathlib import Path

import polars as pl
import pytest
import yaml
from polars.testing import assert_frame_equal

from pipeline.normalise.reading import READER_VERSION, read_payments

GOLDEN = Path(__file__).parent
DIGESTS = GOLDEN / "digests.yml"
CASES = sorted(path.parent for path in GOLDEN.glob("*/source.yml"))
IN_SUMMARY = ["amount_column", "supplier_column", "date_column", "amount_basis", "kind"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_published_shape_is_read_as_expected(case, update_golden):
    outcome = _outcome(_read(case))
    if update_golden:
        for path in case.glob("expected*"):
            path.unlink()
        for name, text in outcome.items():
            (case / name).write_text(text, encoding="utf-8")
    expected = {path.name: path.read_text(encoding="utf-8") for path in case.glob("expected*")}
    assert outcome == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_row_is_accounted_for(case):
    reading = _read(case)
    summary = reading.summary
    counted = summary.payments + summary.rejected + sum(summary.excluded.values())
    assert summary.rows == counted
    assert reading.payments.height == summary.payments
    assert reading.rejected.height == summary.rejected
    assert reading.excluded.height == sum(summary.excluded.values())


def test_a_changed_outcome_needs_a_new_reader_version(update_golden):
    known = yaml.safe_load(DIGESTS.read_text()) if DIGESTS.exists() else {"cases": {}}
    digests = {case.name: _digest(case) for case in CASES}
    changed = {
        name for name, digest in digests.items() if known["cases"].get(name, digest) != digest
    }
    if changed:
        assert known["reader_version"] != READER_VERSION, (
            f"{sorted(changed)} are read otherwise than reader version {READER_VERSION} did: "
            "raise READER_VERSION, then run pytest tests/golden --update-golden"
        )
    if update_golden:
        DIGESTS.write_text(
            yaml.safe_dump({"reader_version": READER_VERSION, "cases": digests}), encoding="utf-8"
        )
        known = yaml.safe_load(DIGESTS.read_text())
    assert known == {"reader_version": READER_VERSION, "cases": digests}


def test_expected_payments_parse_back():
    case = GOLDEN / "credit_in_brackets"
    payments = _read(case).payments
    again = pl.read_csv(case / "expected.csv", schema_overrides={"amount_gbp": pl.String})
    assert_frame_equal(
        again.select(pl.col("amount_gbp").cast(payments.schema["amount_gbp"])),
        payments.select("amount_gbp"),
    )


def _read(case):
    [path] = case.glob("input.*")
    return read_payments(path.read_bytes())


def _outcome(reading) -> dict[str, str]:
    """The texts of the expected files: payments and what was left out, or the refusal."""
    summary = reading.summary
    if summary.status == "refused":
        return {"expected_error.txt": f"{summary.reason}\n"}
    payments = reading.payments
    used = [c for c in payments.columns if payments[c].null_count() < payments.height]
    outcome = {
        "expected.csv": payments.select(used).write_csv(),
        "expected_summary.yml": yaml.safe_dump(
            {name: getattr(summary, name) for name in IN_SUMMARY}
            | {"total_gbp": summary.total_gbp, "printed_total_gbp": summary.printed_total_gbp}
            | {"warnings": summary.warnings},
            allow_unicode=True,
            width=1000,
        ),
    }
    left_out = pl.concat(
        [
            reading.excluded.select("sheet", "row_number", "class", "text"),
            reading.rejected.select(
                "sheet",
                "row_number",
                pl.lit("rejected").alias("class"),
                pl.format(
                    "{}: {} ({})", "column_name", pl.col("value").fill_null(""), "reason"
                ).alias("text"),
            ),
        ]
    ).sort("sheet", "row_number")
    if left_out.height:
        outcome["expected_left_out.csv"] = left_out.write_csv()
    return outcome


def _digest(case) -> str:
    parts = [path.name.encode() + path.read_bytes() for path in sorted(case.glob("expected*"))]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
