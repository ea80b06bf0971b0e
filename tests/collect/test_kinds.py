"""Spend, card files and other registers are kept apart."""

import pytest

from pipeline.collect.kinds import kind_of

URL = "https://x.gov.uk/downloads/file/11422"


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("May card payments", "purchase_card"),
        ("Purchase-card-spend-over-250-April-2022.csv", "purchase_card"),
        ("Procurement card transactions over £500", "purchase_card"),
        ("gment-procurement-card-jan-mar-2023", "purchase_card"),
        ("GPC spend May 2019", "purchase_card"),
        ("Corporate charge card spend 2024", "purchase_card"),
        ("Spend over £500 including purchase cards", "spend"),
        ("Spending over £500 (excluding procurement cards) May", "spend"),
        ("Payments to suppliers over £500", "spend"),
        ("May 2019", "spend"),
        ("Contracts over £5,000 register", "other"),
        ("Contracts over £25,000", "other"),
        ("Spend data May 2019 and guidance", "spend"),
        ("Spending over £250", "spend"),
        ("Prompt payment performance", "other"),
        ("Parking account 2019", "other"),
        ("Explanatory notes", "other"),
    ],
)
def test_the_label_decides(label, kind):
    assert kind_of(label, URL) == kind


def test_a_heading_decides_where_the_link_is_silent():
    # Bexley: the card file has the same name as the file of payments.
    url = "https://x.gov.uk/sites/default/files/2025-12/november-2025.csv"
    assert kind_of("November 2025", url, "Purchase card transactions") == "purchase_card"
    assert kind_of("November 2025", url, "Payments over £500") == "spend"
    assert kind_of("November 2025", url, "Payments to suppliers and purchase cards") == "spend"


def test_a_folder_of_card_files_decides_where_nothing_else_speaks():
    assert kind_of("May 2019", "https://x.gov.uk/media/9/Purchase-cards/may.csv") == "purchase_card"


def test_what_the_link_says_comes_before_the_heading():
    assert kind_of("Spend over £500 May", URL, "Purchase card transactions") == "spend"
