from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

from pipeline.collect.attempts import Attempt, Publication
from pipeline.publisher_assets import CHECKS
from pipeline.publisher_checks import check_publisher
from pipeline.registry.load import load_registry
from pipeline.registry.models import Expectations, GbpPerFile, Publisher, RowsPerFile
from tests.demo.hand_written import WORLD

TODAY = date(2024, 9, 15)


@pytest.fixture(scope="module")
def publisher() -> Publisher:
    council = load_registry(WORLD / "registry").publishers["thornley_council"]
    return council.model_copy(
        update={
            "cadence": "monthly",
            "expect": Expectations(
                rows_per_file=RowsPerFile(min=10, max=100),
                gbp_per_file=GbpPerFile(min=1_000, max=20_000),
            ),
        }
    )


def months(*amounts: float, first: date = date(2024, 1, 1)) -> pl.DataFrame:
    every = pl.date_range(first, interval="1mo", end=date(2030, 1, 1), eager=True)
    return pl.DataFrame({"payment_month": every[: len(amounts)], "amount_gbp": list(amounts)})


def files(payments: int = 50, rejected: int = 0, total_gbp: str = "5000") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "label": ["July"],
            "payments": [payments],
            "rejected": [rejected],
            "total_gbp": [Decimal(total_gbp)],
            "is_selected": [True],
        }
    )


def attempt(outcome: str) -> Attempt:
    publication = Publication("thornley_council", "p", "https://x.example/a", "April", "spend")
    return Attempt(publication, outcome, datetime(2024, 9, 15, tzinfo=UTC), reason="it is shut")


def outcome(publisher, name, attempts=(), held=None, paid=None):
    paid = months(*[100.0] * 8) if paid is None else paid
    held = files() if held is None else held
    checks = {
        check.name: check for check in check_publisher(publisher, attempts, held, paid, TODAY)
    }
    assert list(checks) == list(CHECKS)
    return checks[name]


def test_a_publisher_in_good_order_passes_everything(publisher):
    checks = check_publisher(publisher, [attempt("new")], files(), months(*[100.0] * 8), TODAY)
    assert all(check.is_passed for check in checks)


@pytest.mark.parametrize("bad", ["blocked", "gone", "html_instead", "error"])
def test_a_publication_that_was_not_got_is_named_with_its_reason(publisher, bad):
    check = outcome(publisher, "collected", attempts=[attempt("new"), attempt(bad)])
    assert not check.is_passed
    assert check.severity == "error"
    assert f"April: {bad}: it is shut" in check.detail


@pytest.mark.parametrize(("rows", "passes"), [(9, False), (10, True), (100, True), (101, False)])
def test_rows_per_file_are_held_against_what_is_expected(publisher, rows, passes):
    assert outcome(publisher, "rows_per_file", held=files(rows)).is_passed is passes


@pytest.mark.parametrize(
    ("total", "passes"), [("999.99", False), ("1000", True), ("20000", True), ("20000.01", False)]
)
def test_pounds_per_file_are_held_against_what_is_expected(publisher, total, passes):
    check = outcome(publisher, "gbp_per_file", held=files(total_gbp=total))

    assert check.is_passed is passes
    assert ("in July" in check.detail) is not passes


@pytest.mark.parametrize(("rejected", "passes"), [(0, True), (2, True), (3, False)])
def test_more_than_two_in_a_hundred_rejected_rows_fail(publisher, rejected, passes):
    held = files(payments=100 - rejected, rejected=rejected)
    assert outcome(publisher, "rejected_share", held=held).is_passed is passes


def test_missing_months_are_named(publisher):
    paid = months(*[100.0] * 8).filter(pl.col("payment_month") != date(2024, 3, 1))
    check = outcome(publisher, "period_gaps", paid=paid)
    assert not check.is_passed
    assert "missing Mar 2024" in check.detail


@pytest.mark.parametrize(("newest", "passes"), [(6, True), (5, False)])
def test_a_monthly_publisher_is_late_after_four_months(publisher, newest, passes):
    assert outcome(publisher, "newest_row_age", paid=months(*[100.0] * newest)).is_passed is passes


@pytest.mark.parametrize(("newest", "passes"), [(500.0, True), (501.0, False), (19.0, False)])
def test_pounds_that_jump_fivefold_are_noticed(publisher, newest, passes):
    paid = months(*[100.0] * 7, newest)
    assert outcome(publisher, "amount_jump", paid=paid).is_passed is passes


def test_nothing_held_is_no_jump_gap_or_delay(publisher):
    nothing = months()
    for name in ("period_gaps", "newest_row_age", "amount_jump"):
        assert outcome(publisher, name, held=files(0).clear(), paid=nothing).is_passed
