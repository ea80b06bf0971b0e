"""The limits that are settings, and what a person reads who meets one."""

import pytest

from pipeline.errors import AnchorspendError
from pipeline.normalise.reading import read_payments
from pipeline.read import Limits

SMALL = b"Date,Supplier,Amount\n" + b"01/04/2024,Acme Ltd,1.00\n" * 200


def test_limits_come_from_the_environment():
    limits = Limits.from_environment(
        {
            "ANCHORSPEND_MAX_FILE_MB": "0.5",
            "ANCHORSPEND_MAX_FILE_CELLS": "1000",
            "ANCHORSPEND_MAX_FILE_SECONDS": "3",
        }
    )
    assert (limits.max_bytes, limits.max_text_cells, limits.max_seconds) == (500_000, 1000, 3.0)


def test_unset_and_empty_variables_take_their_defaults():
    assert Limits.from_environment({"ANCHORSPEND_MAX_FILE_MB": ""}) == Limits()


@pytest.mark.parametrize("value", ["lots", "0", "-1", "inf", "nan"])
def test_a_limit_that_is_no_number_is_refused(value):
    with pytest.raises(AnchorspendError, match=r"ANCHORSPEND_MAX_FILE_MB is .* above 0"):
        Limits.from_environment({"ANCHORSPEND_MAX_FILE_MB": value})


@pytest.mark.parametrize(
    ("setting", "value"),
    [("ANCHORSPEND_MAX_FILE_MB", "0.001"), ("ANCHORSPEND_MAX_FILE_CELLS", "9")],
)
def test_a_file_beyond_a_limit_names_the_setting(setting, value, monkeypatch):
    monkeypatch.setenv(setting, value)
    summary = read_payments(SMALL).summary
    assert summary.status == "refused"
    assert f"split it, or set {setting}." in (summary.reason or "")
