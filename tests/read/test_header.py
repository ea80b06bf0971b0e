"""Header rows found, and headings understood."""

import polars as pl
import pytest
import yaml

from pipeline.read.header import (
    LISTED,
    PHRASE,
    SYNONYMS_PATH,
    find_header,
    fold_heading,
    later_headers,
    rules_with,
    standard_rules,
)

HEADER = ["Payment Date", "Supplier Name", "Net Amount", "Department"]
PAYMENT = ["03/04/2023", "Acorn Paving Ltd", "1200.50", "Highways"]


def cells(*rows):
    width = max(len(row) for row in rows)
    padded = [[*row, *[None] * (width - len(row))] for row in rows]
    return pl.DataFrame(
        {str(i): [row[i] for row in padded] for i in range(width)},
        schema={str(i): pl.String for i in range(width)},
    )


@pytest.mark.parametrize(
    ("heading", "folded"),
    [
        ("Net Amount(£)", "net amount"),
        ("Net Amount(œ)", "net amount"),
        ("4. DATE PAID", "date paid"),
        ("* SUPPLIER FINAL", "supplier final"),
        ("BeneficiaryName", "beneficiary name"),
        ("VATRegNo", "vat reg no"),
        ("Supplier_Name", "supplier name"),
        ("Amount £ \n(Ex VAT)", "amount ex vat"),
        ("Goods & Services", "goods and services"),
        ("\ufeffDate", "date"),
        ("£", "£"),
        ("£s", "£"),
        ("*", ""),
    ],
)
def test_headings_are_compared_without_their_dress(heading, folded):
    assert fold_heading(heading) == folded


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("Supplier (Beneficiary)", "supplier_name"),
        ("Name of the supplier paid", "supplier_name"),
        ("Supllier Name", "supplier_name"),
        ("SUPPLIERNAME", "supplier_name"),
        ("Cred Desc", "supplier_name"),
        ("Invoicing Party Name", "supplier_name"),
        ("Amount Post VAT", "amount_gross"),
        ("Amount Pre VAT", "amount_net"),
        ("Bid Value", "other_money"),
        ("Market Value", "other_money"),
        ("Amount Written Off", "other_money"),
        ("Rent Amount Paid", "amount"),
        ("Date Pd", "payment_date"),
        ("Receiving Organisation", "supplier_name"),
        ("Name of individual or company", "supplier_name"),
        ("Amount Awarded", "order_value"),
        ("Award Date", "other_date"),
        ("Supplier Ref.", "supplier_id_as_published"),
        ("Supplier Town", "supplier_type"),
        ("Amount paid to supplier (£)", "amount"),
        ("Total (excludes VAT)", "amount_net"),
        ("Transaction Net Amount", "amount_net"),
        ("Net amount inclusive of irrecoverable VAT", "amount_net"),
        ("Irrecoverable VAT", "irrecoverable_vat"),
        ("VAT Registration Number", "vat_number"),
        ("Invoice Distribution Line Amount", "amount_line"),
        ("Date on which the invoice was paid", "payment_date"),
        ("Pymt Date", "payment_date"),
        ("Charges excluding VAT", "amount_net"),
        ("Amount Paid (VAT excluded)", "amount_net"),
        ("AMOUNT EXVAT", "amount_net"),
        ("Amount VAT Included", "amount_gross"),
        ("Non reclaimable VAT", "irrecoverable_vat"),
        ("VAT that cannot be recovered", "irrecoverable_vat"),
        ("Tax Amt", "vat_amount"),
        ("Amount Paid this Month", "amount"),
        ("Spend in Period", "amount"),
        ("Supplier Spend", "amount"),
        ("Amount in Local Currency", "amount"),
        ("Amount in document currency", "amount_original"),
        ("Supplier Currency", "currency"),
        ("Total to date", "other_money"),
        ("Estimated Value", "other_money"),
        ("Payment Terms", "other_measure"),
        ("Trading Partner", "supplier_name"),
        ("Voucher Date", "date"),
        ("Payment (£)", "amount"),
    ],
)
def test_meaning_of_headings(heading, role):
    assert standard_rules().recognise(heading).roles[0] == role


def test_a_listed_heading_is_surer_than_a_phrase_in_an_unknown_one():
    rules = standard_rules()
    assert rules.recognise("Supplier").certainty == LISTED
    assert rules.recognise("Supplier as shown on remittance").certainty == PHRASE
    assert rules.recognise("Costcuk").roles == ()


def test_exceptions_of_a_publisher_come_first():
    rules = rules_with({"Costcuk": "category", "Amount": "ignore"})
    assert rules.recognise("COSTCUK").roles == ("category",)
    assert rules.recognise("Amount").roles == ("ignore",)
    assert standard_rules().recognise("Amount").roles == ("amount",)


def test_no_heading_is_listed_twice():
    listed = yaml.safe_load(SYNONYMS_PATH.read_text(encoding="utf-8"))["headings"]
    headings = [text for texts in listed.values() for text in texts]
    assert len(headings) == len(set(headings))
    assert [text for text in headings if fold_heading(text) != text] == []


def test_header_below_titles():
    grid = cells(["Payments over £500"], [], ["Period:", "April 2023"], HEADER, PAYMENT)
    assert find_header(grid, standard_rules()).rows == (3,)


def test_header_in_two_rows():
    grid = cells(["Payment", "Supplier", "Net"], ["Date", "Name", "Amount"], PAYMENT[:3])
    header = find_header(grid, standard_rules())
    assert header.rows == (0, 1)
    assert [h.folded for h in header.headings] == ["payment date", "supplier name", "net amount"]


def test_header_far_down():
    grid = cells(*[PAYMENT] * 300, HEADER)
    assert find_header(grid, standard_rules()).rows == (300,)


def test_no_header_among_payments():
    assert find_header(cells(*[PAYMENT] * 100), standard_rules()) is None


def test_a_table_of_something_else_has_no_header_of_payments():
    grid = cells(["Ward", "Electorate", "Turnout"], ["North", "4100", "35%"])
    assert find_header(grid, standard_rules()) is None


def test_later_headers_are_found_with_their_own_columns():
    grid = cells(HEADER, PAYMENT, ["Payment Date", "Supplier Name", "Department", "Net Amount"])
    first = find_header(grid, standard_rules())
    [later] = later_headers(grid, first, standard_rules())
    assert later.rows == (2,)
    assert not later.same_columns(first)
