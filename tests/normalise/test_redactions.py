"""Names withheld, and names that only sound so."""

import polars as pl
import pytest

from pipeline.normalise.redactions import withheld


def is_withheld(name):
    return withheld(pl.Series([name, "Acorn Paving Ltd"], dtype=pl.String)).to_list()[0]


@pytest.mark.parametrize(
    "name",
    [
        "Redacted",
        "REDACTED UNDER DP ACT",
        "[Redacted]",
        "Redacted Commercial Data",
        "Avocet Service Limited - Redacted",
        "Oak Tree Day Nursery_Redacted",
        "THIRD PARTY SUPPLIER",
        "THIRD PARTY FORENSIC SERVICES",
        "Personal Data",
        "Personal Expense, Name Witheld",
        "Name withheld",
        "Private Individual",
        "****0969",
        "Data Protection",
        "Withheld under DPA",
        "[Withheld]",
        "Names withheld",
        "Identity withheld",
        "Payment to Individual",
        "Private - Individual",
        "CONFIDENTIAL SUPPLIER",
        "Sensitive payment",
        "Commercial in Confidence",
        "Commercially Sensitive Information",
        "Not for publication",
        "Suppressed under FOI",
    ],
)
def test_withheld_names(name):
    assert is_withheld(name)


@pytest.mark.parametrize(
    "name",
    [
        "REDACTIVE EVENTS LTD",
        "Confidential Shredding",
        "Sensitive Recruitment",
        "Withheld Records",
        "The Restricted Company",
        "Safe Harbour Data Protection Ltd",
        "Data Protection Enterprise Limited",
        "Fen Private Hire",
        "Confidential Shredding Services",
        "Personal Data Solutions Ltd",
        "Supplier Information Removed Limited",
        "Coyle Personnel Plc",
        "Health Personnel Ltd",
        "Individual Care Services",
        "Exempla Ltd",
        "3663",
        None,
    ],
)
def test_names_that_only_sound_withheld(name):
    assert not is_withheld(name)
