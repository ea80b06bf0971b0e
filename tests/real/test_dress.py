"""Real files under another name, in another dress: the same payments."""

import random

import pytest

from pipeline.normalise.reading import read_payments
from pipeline.read import read_workbook
from pipeline.reading_report import read_files
from pipeline.settings import Settings
from tests.read.test_mutations import text_of

SAMPLE = [
    "devon-county-council/DCCSpendingOver500_202603.csv",
    "hyndburn-borough-council/1770296672237_January-26-CSV.csv",
    "bolton-metropolitan-borough-council/bolton_apr_2023.csv",
    "manchester-city-council/dec-2010.csv",
    "cleveland-pcc/cleveland_2023_04.xlsx",
    "nhs-whittington-health-trust/WHIT 01 - April.csv",
    "thames-valley-police-crime-commissioner/Transparency-Report-April-2020.ods",
    "sutton-coldfield-town-council/Payments-over-250-2017-18-Q2.pdf",
]
MONEY = ["payment_date", "payment_month", "supplier_name", "amount_gbp", "is_redacted"]


def money(reading):
    assert reading.summary.status == "payments", reading.summary.reason
    return reading.payments.select(MONEY).sort(MONEY, nulls_last=True)


@pytest.fixture(params=SAMPLE)
def real(request, shared_spend):
    return (shared_spend / "files" / request.param).read_bytes()


def rows_of(data):
    [grid] = [grid for grid in read_workbook(data).grids if grid.frame.height > 1]
    return [[cell or "" for cell in row[1:]] for row in grid.frame.rows()]


def test_the_name_of_a_file_decides_nothing(real, tmp_path):
    plain = read_payments(real).payments
    for name in ("x7f3.pdf", "total.xlsx", "2019-01.csv", "no extension"):
        path = tmp_path / name
        path.write_bytes(real)
        [(_, reading)] = read_files([path], None, Settings(tmp_path))
        assert reading.payments.equals(plain)


def test_another_dress_changes_no_payment(real):
    plain = money(read_payments(real))
    rows = rows_of(real)
    width = max(map(len, rows))
    order = random.Random(3).sample(range(width), width)  # noqa: S311
    dressed = {
        "semicolons": text_of(rows, ";"),
        "tabs in utf-16": text_of(rows, "\t", encoding="utf-16"),
        "line ends doubled": text_of(rows, line_end="\r\r\n"),
        "moved down": text_of([["A Council"], [], ["Payments of the year", "", "a to z"], *rows]),
        "blank rows": text_of([line for row in rows for line in (row, [""] * width)]),
        "columns reordered": text_of([[row[i] for i in order] for row in rows]),
    }
    for dress, data in dressed.items():
        assert money(read_payments(data)).equals(plain), dress
