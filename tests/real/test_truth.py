"""Real files read to the exact row and penny, against what two people read by hand."""

import csv

import pytest

from benchmarks.corpus import unexplained_rows
from pipeline.normalise.reading import read_payments

ODDITIES = {
    "a_second_header_in_mid_sheet_moves_the_amount": "lancashire-fire/fire-2022-23.xlsx",
    "some_dates_carry_a_clock_time": "lancashire-fire/fire-2025-26-q3.xlsx",
    "twelve_monthly_sheets_add_up": "lancashire-police/pcc-2018-19.xlsx",
    "starred_headings_and_dates_mixed_with_serials": "lancashire-police/pcc-2023-24.xlsx",
    "identical_rows_are_all_payments": "lancashire-county-council/apr_2023.csv",
    "a_pound_sign_in_cp1252": "hyndburn-borough-council/1491307420513_1701.csv",
    "a_blank_row_under_the_header": "hyndburn-borough-council/1666965114467_September-2022.csv",
    "thousands_commas_and_a_spare_column": (
        "hyndburn-borough-council/1708002821305_January-24.csv"
    ),
    "the_header_is_the_last_row": "hyndburn-borough-council/1746535128870_March-25-CSV.csv",
    "minus_signs_trail": "hyndburn-borough-council/1770296672237_January-26-CSV.csv",
    "plain_csv": "devon-county-council/DCCSpendingOver500_201101.csv",
    "iso_dates_with_midnight_and_sub_penny_floats": (
        "devon-county-council/DCCSpendingOver500_201704.csv"
    ),
    "a_go_live_month_is_small": "devon-county-council/DCCSpendingOver500_202504.csv",
    "amounts_padded_with_blanks": "devon-county-council/DCCSpendingOver500_202511.csv",
    "an_unlabelled_total_closes_the_file": "devon-county-council/DCCSpendingOver500_202603.csv",
    "report_writer_marks_every_row": "blackpool-council/Transparency-spend-April-2023.csv",
    "count_and_sum_footers": ("blackpool-council/Purchase-card-spend-over-250-September-2022.csv"),
    "a_line_amount_beside_repeated_invoice_totals": (
        "isles-of-scilly-council/Transactions_over_500_-_Q1.2023.2024_0.xlsx"
    ),
    "redacted_suppliers_are_kept": "isles-of-scilly-council/2018_Jan-Feb.xlsx",
    "dates_with_dots": "manchester-city-council/dec-2010.csv",
    "pounds_and_commas_in_every_amount": "manchester-city-council/june-2018.csv",
    "one_row_per_supplier_and_no_date": "lambeth-council/2011-01-payments.csv",
    "lost_commas": "lambeth-council/2012-06-payments.csv",
    "a_title_above_the_header_of_an_xls": "hampshire-iow-pcc/Transparency-Payments-2024-04.xls",
    "an_ods_and_a_supplier_called_3663": (
        "thames-valley-police-crime-commissioner/Transparency-Report-April-2020.ods"
    ),
    "months_instead_of_dates": "cleveland-pcc/cleveland_2023_04.xlsx",
    "gross_amounts_and_padded_headings": "merseyside-police-crime-commissioner/pcc-sept-2023.csv",
    "a_column_called_payment_holds_the_date": (
        "bolton-metropolitan-borough-council/bolton_apr_2023.csv"
    ),
    "a_double_bom_and_empty_every_other_line": (
        "leicestershire-county-council/spending_2024_september.csv"
    ),
    "whole_pounds_padded": "hm-treasury/spend_hmt_jan2024.csv",
    "month_names_as_text": "stockport-metropolitan-borough-council/Stockport September 2014.xls",
    "a_padded_amount_heading": "nhs-whittington-health-trust/WHIT 01 - April.csv",
    "two_ways_of_writing_dates_in_one_column": "bbsrc/1011-bbsrc-25k-spend-return.csv",
    "hidden_rows_and_a_blank_first_column": "nhs-barts-health-trust/BART 09 - December.xls",
    "a_printed_total_agrees": "lewisham/2023_05.xlsx",
    "a_blank_amount_and_a_parameter_sheet": (
        "bury-metropolitan-borough-council/bury_apr_2023.xlsx"
    ),
    "six_rows": "westmorland-and-furness-council/Barrow_Transparency_Spend_July_23.csv",
    "bracketed_credits_and_a_total_that_disagrees": "tfl/p11.csv",
    "an_xls_that_is_csv": "manchester-city-council/Manchester September 2014.xls",
    "a_ruled_pdf_of_13_pages": "norfolk-pcc/norfolk_2024_07.pdf",
    "an_unruled_pdf_of_2_pages": ("sutton-coldfield-town-council/Payments-over-250-2017-18-Q2.pdf"),
}


@pytest.fixture(scope="module")
def truth(shared_spend):
    with (shared_spend / "truth.csv").open(encoding="utf-8") as file:
        return {row["file"].removeprefix("files/"): row for row in csv.DictReader(file)}


@pytest.mark.parametrize("file", ODDITIES.values(), ids=ODDITIES.keys())
def test_read_as_by_hand(file, truth, shared_spend):
    expected = truth[file]
    summary = read_payments((shared_spend / "files" / file).read_bytes()).summary

    assert summary.status == "payments", summary.reason
    assert str(summary.payments) in {expected["payment_rows"], expected["alt_rows"]}
    assert summary.total_gbp == expected["amount_total"]
    assert summary.amount_column == _heading(expected["amount_column"])
    assert summary.supplier_column == _heading(expected["supplier_column"])
    assert (summary.date_column or "") == _heading(expected["date_column"])
    assert str(summary.negative) == expected["negative_rows"]
    assert str(summary.redacted) == expected["redacted_rows"]
    assert str(summary.undated) == expected["undated_rows"]
    span = f"{summary.first_date or ''}..{summary.last_date or ''}"
    spans = {f"{expected['min_date']}..{expected['max_date']}", *expected["alt_dates"].split(";")}
    assert span in spans
    assert summary.rows == summary.payments + summary.rejected + sum(summary.excluded.values())


def test_a_row_that_names_somebody_beside_an_amount_is_not_left_out_in_silence():
    """The check on excluded rows can fail: on a row above the headings, and on a wrong sum."""
    table = b"Date,Supplier,Amount\n03/04/2023,Acorn Ltd,10.00\n04/04/2023,Brook Ltd,5.00\n"
    above = read_payments(b",Civic Ltd,7.00\n" + table)
    assert [row[1:] for row in unexplained_rows(above)] == [(1, "Civic Ltd | 7.00")]
    wrong = read_payments(table + b",Total payments for April,16.00\n")
    assert [row[1] for row in unexplained_rows(wrong)] == [4]
    right = read_payments(table + b",Total payments for April,15.00\n")
    assert list(unexplained_rows(right)) == []


def test_every_file_read_by_hand_is_compared(truth):
    assert set(ODDITIES.values()) == set(truth)


def _heading(text):
    """A heading without the note on its column number, and without the second byte order mark."""
    return text.partition(" (col ")[0].lstrip("\ufeff")
