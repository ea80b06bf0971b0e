import csv
from decimal import Decimal

import pytest

from pipeline.report.downloads import defused, write_csv


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+44 20",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "-",
        "=cmd|' /C calc'!A0",
    ],
)
def test_text_that_starts_a_formula_gets_a_quote_mark(cell):
    assert defused(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell",
    ["-12.30", "+5", "1e3", "-.5", "Smith & Co", "a=b", "", "12-3", None, -4, Decimal("-1.10")],
)
def test_numbers_and_other_text_are_left_alone(cell):
    assert defused(cell) == cell


def test_a_download_reads_back_with_every_cell_defused(tmp_path):
    path = tmp_path / "data" / "x.csv"
    write_csv(path, ["name", "gbp"], [('=1,"2"', Decimal("-3.00")), ("plain", None)])
    with path.open(encoding="utf-8-sig", newline="") as content:
        assert list(csv.reader(content)) == [
            ["name", "gbp"], ["'=1,\"2\"", "-3.00"], ["plain", ""],
        ]  # fmt: skip
