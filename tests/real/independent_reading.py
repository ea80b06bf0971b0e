"""A hand reading of published spending files, kept apart from the project's own reader.

Every file below was opened and looked at: its head, its tail, its odd rows. What was seen is
written down here as plain positions (first and last row, column numbers, sheet names), and the
numbers follow from adding up. Nothing is recognised, nothing is guessed, and nothing is shared
with the reader that these numbers judge. If a position is wrong the headings asserted here,
the counts of left-out rows or the printed totals disagree and the script stops.

Usage:  python independent_reading.py SPEND_FOLDER [OUT.csv]

SPEND_FOLDER holds ``files/``. It needs openpyxl, python-calamine (xls, ods and workbooks that
openpyxl refuses) and pdfplumber. Row and column numbers count from 0.
"""

from __future__ import annotations

import csv
import io
import re
import sys
import warnings
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pdfplumber
import python_calamine

COLUMNS = [
    "file", "kind", "payment_rows", "amount_total", "amount_column", "supplier_column",
    "date_column", "negative_rows", "redacted_rows", "undated_rows", "min_date", "max_date",
    "alt_rows", "alt_total", "alt_dates", "notes",
]  # fmt: skip

PENNY = Decimal("0.01")
EXCEL_EPOCH = date(1899, 12, 30)


# --- cells --------------------------------------------------------------------------------


def money(cell):
    """Return the pounds in a cell, or None for a blank one; anything else is an error."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, int | float):
        return Decimal(repr(cell))
    text = cell.strip().replace("\u00a3", "").replace("\ufffd", "").replace(",", "")
    text = text.replace(" ", "").replace("\u00a0", "")
    if text.startswith("(") and text.endswith(")"):
        text = "-" + text[1:-1]
    if not re.fullmatch(r"-?\d*\.?\d+", text):
        raise ValueError(f"not an amount: {cell!r}")
    return Decimal(text)


def day(cell, style):
    """Return the date in a cell; ``style`` names the strptime format, or 'cell' or 'serial'."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if cell is None or not str(cell).strip():
        return None
    text = str(cell).strip()
    for one in style.split("|"):
        if one == "serial":
            if re.fullmatch(r"\d{5}", text):
                return EXCEL_EPOCH + timedelta(days=int(text))
        elif one != "cell":
            try:
                return datetime.strptime(text, one).date()
            except ValueError:
                continue
    raise ValueError(f"not a date: {cell!r} (looked for {style})")


# --- files to grids -----------------------------------------------------------------------


def csv_grid(path, encoding):
    """Return the records of a comma-separated file."""
    text = path.read_bytes().decode(encoding)
    return list(csv.reader(io.StringIO(text, newline="")))


def xlsx_grids(path):
    """Return {sheet name: rows} of a workbook that openpyxl can read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), data_only=True)
    return {s.title: [list(r) for r in s.iter_rows(values_only=True)] for s in book.worksheets}


def calamine_grids(path):
    """Return {sheet name: rows} of an xls or ods workbook, empty edges kept."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
    return {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in book.sheet_names
    }


def at(row, column):
    """Return a cell, or None where there is no such column."""
    return None if column is None or column >= len(row) else row[column]


# --- one table of payments ----------------------------------------------------------------


def payments(grid, *, head, first, last, cols, style="cell", skip=(), less=None):
    """Read rows ``first`` to ``last`` and return (supplier, amount, date, other amount).

    ``head`` is {(row, column): text} to be found there; ``cols`` is (supplier, amount, date);
    ``skip`` are rows in between that were seen to be no payments; ``less`` is a column of VAT
    to take off for the other answer. Rows with an empty amount cell are left out.
    """
    for (row, column), text in head.items():
        seen = " ".join(str(grid[row][column]).split())
        assert seen == text, f"heading {row},{column}: {seen!r} is not {text!r}"
    supplier, amount, when = cols
    found = []
    for number in range(first, last + 1):
        row = grid[number]
        if number in skip:
            continue
        value = money(at(row, amount))
        if value is None:
            continue
        name = at(row, supplier)
        name = "" if name is None else " ".join(str(name).split())
        other = None if less is None else value - (money(at(row, less)) or 0)
        found.append((name, value, day(at(row, when), style), other))
    return found


def summary(rows, hidden):
    """Add up: the figures that every table of payments has."""
    dates = sorted(d for _, _, d, _ in rows if d)
    exact = sum((v for _, v, _, _ in rows), Decimal(0))
    rounded = sum((v.quantize(PENNY) for _, v, _, _ in rows), Decimal(0))
    total = exact.quantize(PENNY)
    others = [o for *_, o in rows if o is not None]
    alt = set()
    if rounded != total:
        alt.add(rounded)
    if others:
        alt.add(sum(others, Decimal(0)).quantize(PENNY))
    return {
        "payment_rows": len(rows),
        "amount_total": total,
        "negative_rows": sum(v < 0 for _, v, _, _ in rows),
        "redacted_rows": sum(name in hidden for name, *_ in rows),
        "undated_rows": sum(d is None for _, _, d, _ in rows),
        "min_date": dates[0] if dates else "",
        "max_date": dates[-1] if dates else "",
        "alt_total": ";".join(str(a) for a in sorted(alt)),
    }


READINGS = []


def reading(path, names, *, hidden=(), printed=None, kind="payments", **fixed):
    """Register a function that reads one file; ``names`` are (amount, supplier, date) columns.

    ``hidden`` are the supplier cells that are redactions, ``printed`` is a total that the file
    itself prints, ``fixed`` are the remaining columns (notes, alt_dates ...).
    """

    def register(function):
        def run(folder):
            rows = function(folder / "files" / path)
            line = dict.fromkeys(COLUMNS, "") | {
                "file": f"files/{path}", "kind": kind,
                "amount_column": names[0], "supplier_column": names[1], "date_column": names[2],
            }  # fmt: skip
            if rows is not None:
                line |= summary(rows, hidden)
                if printed is not None:
                    assert line["amount_total"] == Decimal(printed), (path, line["amount_total"])
            return line | fixed

        READINGS.append(run)
        return function

    return register


def csv_reading(path, names, cols, head, first, last, style, *, encoding="utf-8-sig",
                skip=(), less=None, **rest):  # fmt: skip
    """Register a comma-separated file with one table; names and cols: supplier, amount, date."""
    supplier, amount, when = names

    @reading(path, (amount, supplier, when), **rest)
    def read(file):
        heads = {
            (head, c): n.split(" (col ")[0]
            for n, c in zip(names, cols, strict=True)
            if n and head is not None
        }
        return payments(
            csv_grid(file, encoding),
            head=heads, first=first, last=last, cols=cols, style=style, skip=skip, less=less,
        )  # fmt: skip


def not_payments(path, kind, proof, notes):
    """Register a file that holds no payments; ``proof`` are bytes to be found in it."""

    @reading(path, ("", "", ""), kind=kind, payment_rows=0, amount_total="0.00",
             negative_rows=0, redacted_rows=0, undated_rows=0, notes=notes)  # fmt: skip
    def read(file):
        content = file.read_bytes()
        assert proof in content if proof else content == b"", path


# --- counties, districts, boroughs: csv ---------------------------------------------------

csv_reading(
    "barking-dagenham/2023_04.csv", ("Supplier", "Gross", "Payment Date"), (1, 9, 0),
    1, 2, 3847, "%d-%b-%y", encoding="cp1252", less=10, hidden={"Redacted"},
    notes="title row above the header, three columns of the same heading; only Gross and Vat are "
    "given: gross taken, alt_total is gross less Vat; 'Data Protection Enterprise' and "
    "'Carers of ...' are real suppliers",
)  # fmt: skip
csv_reading(
    "blackpool-council/Purchase-card-spend-over-250-April-2022.csv",
    ("Supplier Name", "Gross Value (Detail)", "Date Paid"), (2, 6, 5),
    0, 1, 271, "%d/%m/%Y", less=7, printed="108394.60",
    notes="PURCHASE CARDS; Supplier Name is the cardholder (a person). Footer rows 'Count:,271' "
    "(in the supplier and reference columns) and 'Sum:,108394.6' (in the date and amount columns) "
    "excluded, both agree; gross, alt_total is gross less VAT",
)  # fmt: skip
csv_reading(
    "darlington-borough-council/spending_2024_08_august.csv",
    ("Supplier", "Invoice Line Value (net of VAT)", "Transaction Date"), (0, 3, 2),
    0, 1, 1833, "%d/%m/%Y",
    notes="August file with transaction dates back to January; 'TOTAL RESOURCES UK LTD' (12 rows) "
    "is a supplier, no total; no footer, no redactions",
)  # fmt: skip
csv_reading(
    "derby-city-council/payments-to-suppliers-april2023v2.csv",
    ("Supplier Name", "Exclusive Amount", "Payment Date"), (4, 8, 5),
    2, 3, 3611, "%d/%m/%Y", hidden={"REDACTED"}, printed="8423859.84",
    notes="title and blank row above the header; blank row and 'Grand Total' row excluded; the "
    "printed total agrees; two trailing columns without heading; text damaged by double encoding",
)  # fmt: skip
csv_reading(
    "derby-city-council/procurement-card-spend-data-april-june-2023.csv",
    ("MERCHANT NAME", "GROSS AMOUNT", "PROCESSING DATE"), (2, 3, 1),
    0, 1, 2288, "%d/%m/%Y", encoding="cp1252",
    notes="PURCHASE CARDS, merchants named; 26 rows without merchant and category (a few pence to "
    "some pounds, fees by the look of them) carry date and amount and are counted; amounts as "
    "86.95, .29, \u00a30.28, -\u00a311.00 and -.65 in one column",
)  # fmt: skip
csv_reading(
    "east-suffolk/spending_2025_02_february.csv", ("Supplier Name", "Amount", "Date"), (8, 6, 4),
    0, 1, 827, "%d/%m/%y", skip={822, 823, 824},
    alt_dates="..;2025-02-01..2025-02-28",
    notes="dates are printed as 08/02/29: every one is 1462 days (the 1904 date system) too late, "
    "2029 for 2025; dates given as printed, none or corrected are right too. Blank rows and a note "
    "('Active Suffolk ...') split the table, 3 payments stand below the note; 2 note lines at the "
    "end excluded",
)  # fmt: skip
csv_reading(
    "hackney/2023_08.csv", ("5. BENEFICIARY", "Total", "4. DATE PAID"), (4, 9, 3),
    0, 1, 5574, "%d/%m/%y", hidden={"REDACTED - PERSONAL", "REDACTED - COMMERCIAL"},
    printed="51453824.73",
    notes="amount column is called Total; numbered headings; DATE PAID taken, not DATE INCURRED; "
    "'Grand Total' row agrees and is excluded; last row holds one space",
)  # fmt: skip
csv_reading(
    "havering/2023_04.csv", ("Beneficiary", "Amount (excluding VAT)", "Transaction Date"),
    (2, 4, 0), 0, 1, 5991, "%d-%m-%Y", hidden={"Personal Information - Redacted"},
    notes="dates with a leading space, dd-mm-yyyy; 'ECL Person Centred Care' is a supplier; blank "
    "row of commas at the end",
)  # fmt: skip
csv_reading(
    "herefordshire-council/august_2023_expenditure_over_-500.csv",
    ("(col 5)", "(col 3)", "(col 0)"), (5, 3, 0), None, 0, 1873, "%d/%m/%Y|serial",
    hidden={"Redacted"},
    notes="NO HEADER ROW: the first line is a payment; one date is a bare Excel serial (45139 = "
    "2023-08-01); amounts with and without thousands commas; period 202405 is a finance period "
    "(August), not May",
)  # fmt: skip
csv_reading(
    "hyndburn-borough-council/1572256936948_1908.csv",
    ("Name", "Net Amount(\u00a3)", "Payment date"), (4, 6, 5), 0, 1, 223, "serial",
    encoding="cp1252",
    notes="bare CR line ends with one CRLF; every date is a bare Excel serial (43658 = "
    "2019-07-12)",
)  # fmt: skip
csv_reading(
    "hyndburn-borough-council/1690904052411_April-2023.csv",
    ("Name", "Net Amount (\u00a3)", "Payment Date"), (4, 6, 5), 1, 2, 503, "%d %b %Y|%d-%b-%y",
    encoding="cp1252",
    notes="\\r\\r\\n line ends; a row of commas above the header; 79 columns, 72 of them blank; 93 "
    "rows of commas at the end; two date styles (3 Apr 2023, 14-Mar-23 for the card rows)",
)  # fmt: skip
csv_reading(
    "kingston/RBK_Payments_to_Suppliers_over___500_July_2023___TO_BE_PUBLISHED.csv",
    ("Supplier name", "Amount \u00a3 (Excl VAT)", "Date"), (4, 3, 1), 0, 1, 2844, "%d/%m/%Y",
    encoding="cp1252", hidden={"REDACTED - PERSONAL DATA"}, printed="31758433.54",
    notes="unlabelled total in the last row excluded; it agrees",
)  # fmt: skip
csv_reading(
    "milton-keynes-city-council/Council_Spend_Data_June_23.csv",
    ("Supplier Name", "Amount", "Date Paid"), (4, 3, 1), 0, 1, 4312, "%d-%b-%y",
    encoding="cp1252", hidden={"Redacted Personal Data"},
    notes="\u00a3 and -\u00a3 amounts; 508 credits; no footer",
)  # fmt: skip
csv_reading(
    "newcastle-upon-tyne/spending_2024_09_september.csv",
    ("Supplier Name", "Total (excludes VAT)", "Paid Date"), (4, 9, 3), 0, 1, 5800, "%d/%m/%Y",
    hidden={"Redacted Personal Data"},
    notes="amount column is called Total; 'LUNA PRIVATE HIRE', 'POSITIVE INDIVIDUAL ...' are names",
)  # fmt: skip
csv_reading(
    "richmond/2023_04.csv", ("PAYEE", "PAYMENT AMOUNT", "PAYMENT DATE"), (3, 2, 1),
    0, 1, 2031, "%d/%m/%Y", hidden={"REDACTED PERSONAL DATA"},
    notes="the column SUPPLIER NO holds the word Invoice on every row; padded amount heading",
)  # fmt: skip
csv_reading(
    "royal-borough-of-windsor-and-maidenhead/"
    "finance_corporate_charge_card_spend_2024-04_2025-03_final.csv",
    ("Merchant Name", "Gross Amount", "Transaction Date"), (3, 4, 0), 0, 1, 988, "%d/%m/%Y",
    printed="107704.03",
    notes="PURCHASE CARDS, merchants named, a whole year; gross; unlabelled total in the last row "
    "excluded, agrees; dates run one day into the next financial year",
)  # fmt: skip
csv_reading(
    "rutland-county-council/payments_made_to_suppliers_2023_to_2024.csv",
    ("Supplier Name(T)", "Amount", "Invoice Date"), (4, 3, 0), 0, 1, 10555, "%d/%m/%Y|serial",
    encoding="cp1252", hidden={"Redacted Personal Data"},
    notes="the supplier's NAME is in Supplier Name(T); 'Supplier Name' holds a code. A year in one "
    "file; 210 dates are bare Excel serials, 191 are blank; 35 rows without supplier (bank "
    "charges, loan interest; the payee stands in Expense Area(T)) are counted; invoice dates only",
)  # fmt: skip
csv_reading(
    "sefton-metropolitan-borough-council/gment-procurement-card-jan-mar-2023.csv",
    ("(col 2)", "(col 3)", "(col 0)"), (2, 3, 0), None, 3, 987, "%d/%m/%Y",
    notes="PURCHASE CARDS; title row, two blank rows, then data: NO HEADER ROW; columns are date, "
    "merchant category, merchant, amount",
)  # fmt: skip
csv_reading(
    "solihull-metropolitan-borough-council/ExpenditureSeptember2022csv.csv",
    ("Supplier Name", "Net Amount", "Payment Date"), (3, 6, 4), 0, 1, 7528, "%d/%m/%Y",
    encoding="cp1252", hidden={"Redacted Personal Data"},
    notes="a Card Transaction column flags 38 rows among the payments; 'Individual Care Services' "
    "and 'Palmers Private Hire' are names",
)  # fmt: skip
csv_reading(
    "southend-on-sea-city-council/unitaries_batch_southend_sample.csv",
    ("Supplier name", "Net Amount", "Payment date"), (5, 8, 6), 1, 2, 3549, "%d/%m/%Y",
    encoding="cp1252", hidden={"REDACTED PERSONAL DATA"},
    notes="a row of commas above the header; no footer",
)  # fmt: skip
csv_reading(
    "staffordshire/31-10-2023.csv", ("BeneficiaryName", "Amount", "PaymentDate"), (2, 4, 3),
    0, 1, 3328, "%d/%m/%Y",
    notes="34 rows with a blank beneficiary (direct payments, S17) are counted and not flagged as "
    "redacted; last row says 'Grand Total' in the beneficiary column and has no amount: excluded",
)  # fmt: skip


@reading(
    "stockton-on-tees/spending_2025_01_january.csv",
    ("Net Amount", "Supplier Name", "Payment Date"),
    hidden={"REDACTED - PERSONAL DATA"},
    notes="\\r\\r\\n line ends, so every other record is empty; 26 columns; Payment Date taken, "
    "Invoice Date stands beside it; '(PRIVATE/PERSONAL)' after a name is no redaction; card rows "
    "are flagged in a column",
)
def stockton(file):
    grid = csv_grid(file, "utf-8-sig")
    assert not any(grid[1::2])
    return payments(
        grid[0::2], head={(0, 3): "Supplier Name", (0, 5): "Payment Date", (0, 7): "Net Amount"},
        first=1, last=4087, cols=(3, 7, 5), style="%d/%m/%Y",
    )  # fmt: skip


csv_reading(
    "sutton/2023_04.csv", ("Supplier name", "Amount \u00a3 (Excl VAT)", "Date"), (4, 3, 1),
    0, 1, 4510, "%d/%m/%Y", encoding="cp1252", hidden={"REDACTED - PERSONAL DATA"},
    printed="28973607.78",
    notes="unlabelled total in the last row excluded, agrees; many credits; 'Personal Best "
    "Leisurewear Ltd' is a name",
)  # fmt: skip
csv_reading(
    "tower-hamlets/2023_08.csv", ("Supplier Name", "Net Amount", "Payment Date"), (8, 7, 5),
    0, 1, 4476, "%d/%m/%Y",
    notes="replacement characters (U+FFFD) in the text; no redactions; no footer",
)  # fmt: skip
csv_reading(
    "warrington-borough-council/Final_Spend_Data_-_April_2023.csv",
    ("SUPPLIER NAME", "AMOUNT", "DATE (POSTING DATE)"), (10, 9, 7), 0, 1, 4643, "%d/%m/%Y",
    encoding="cp1252", hidden={"Redacted for personal data"},
    notes="the column BODY holds the council's name, BODY NAME a web address; '\u0153' stands for "
    "\u00a3 in some categories",
)  # fmt: skip
csv_reading(
    "west-northamptonshire-council/wnorthants_2024_02.csv",
    ("Supplier Name", "Amount", "Date Paid"), (4, 3, 1), 0, 1, 6607, "%d-%b-%y",
    hidden={"Redacted Personal Data"},
    notes="\u00a3 and -\u00a3 amounts; 'PERSONALISED 4 AUTISM' is a name",
)  # fmt: skip
csv_reading(
    "westmorland-and-furness-council/counties_batch_b_westmorland_furness_sample.csv",
    ("Supplier Name", "Line Amount", "Date"), (2, 10, 3), 2, 3, 6212, "%d/%m/%Y",
    notes="title and blank row above the header; last row says 'Total For Period' and has no "
    "amount: excluded; 'P AND W CONFIDENTIAL BUSINESS', 'GDPR CHARITY SOLUTIONS' and 'NO NAME "
    "TRAVEL LTD' are names",
)  # fmt: skip
csv_reading(
    "wiltshire/spending_2024_09.csv",
    ("Supplier or Party Name", "Invoice Amount Paid", "Payment Date"), (4, 3, 2),
    0, 1, 5845, "%d/%m/%Y", encoding="cp1252", hidden={"REDACTED - PERSONAL DATA"},
    notes="three trailing columns without heading, one of them with a stray space; 'Redactive "
    "Publishing Ltd' and '... Offsite Data Protection' are names; called Invoice Amount Paid, but "
    "one figure a row",
)  # fmt: skip

# --- NHS and central government: csv ------------------------------------------------------

csv_reading(
    "nhs-barking-and-dagenham-ccg/NEBD 01 - April.csv", ("Supplier", "amount", "Date"), (5, 7, 2),
    0, 1, 132, "%d/%m/%Y", notes="every row carries the month's last day; no footer",
)  # fmt: skip
csv_reading(
    "nhs-croydon-health-services-trust/CROY 07 - October.csv", ("Supplier", "amount", "Date"),
    (0, 6, 2), 0, 1, 128, "%d/%m/%Y",
    notes="whole pounds; 'Total Gas & Power' near the end is a supplier, not a total",
)  # fmt: skip
csv_reading(
    "nhs-havering-ccg/NEHV 01 - April.csv", ("Supplier", "amount", "Date"), (5, 7, 2),
    0, 1, 92, "%d/%m/%Y", notes="every row carries the month's last day; no footer",
)  # fmt: skip
csv_reading(
    "nhs-imperial-college-healthcare-trust/IMPC 07 - October.csv",
    ("Supplier Name", "Amount", "Date Paid"), (5, 7, 2), 0, 1, 206, "%d/%m/%Y", notes="no footer",
)  # fmt: skip
csv_reading(
    "nhs-king-s-college-hospital-ft/KICO 01 - April.csv", ("Supplier", "Amount", "Date"),
    (7, 9, 4), 0, 1, 219, "%d-%b-%y",
    notes="heading 'Entuty'; Financial Year 2021 and period 1 are not dates; some suppliers carry "
    "an account code after blanks",
)  # fmt: skip
csv_reading(
    "nhs-kingston-hospital-ft/KGST 11 - February.csv", ("Supplier", "amount", "Date"), (5, 7, 3),
    0, 1, 52, "%d-%b-%Y", alt_dates="2021-02-01..2021-02-01;2021-02..2021-02",
    notes="Month is an Excel serial (44228 = February 2021) on every row, Date is '29-JAN-2021 ' "
    "with a trailing space and looks like the invoice's date; the column called Date taken, the "
    "month is right too; suppliers carry a code ('NHS000036L01 : name')",
)  # fmt: skip
csv_reading(
    "nhs-lewisham-and-greenwich-trust/LEGR 01 - April.csv", ("Supplier", "Amount", "Date"),
    (5, 7, 2), 0, 1, 159, "%d/%m/%Y",
    notes="amounts padded with a trailing blank; every row carries the month's last day",
)  # fmt: skip
csv_reading(
    "nhs-redbridge-ccg/NERD 07 - October.csv", ("Supplier", "Amount", "Date"), (5, 7, 2),
    0, 1, 282, "%m/%d/%Y",
    notes="US dates: 10/31/2020 on every row, provable since 31 is no month",
)  # fmt: skip
csv_reading(
    "nhs-st-george-s-university-hospitals-ft/SGEO 01 - April.csv", ("Supplier", "Amount", "Date"),
    (4, 6, 2), 0, 1, 234, "%d/%m/%Y",
    notes="Period 202001 is a finance period (April), not January; #N/A and 0 in the text columns; "
    "a row of commas at the end",
)  # fmt: skip
csv_reading(
    "department-for-business-innovation-and-skills/April_2015_published.csv",
    ("Supplier", "Amount", "Date of Payment"), (5, 7, 2), 0, 1, 4084, "%d/%m/%Y",
    hidden={"Personal Expense, Name Witheld"},
    notes="'Personal Expense, Name Witheld' (so spelt) counted as redacted; 839 rows of commas at "
    "the end",
)  # fmt: skip

# --- lists that are not payments ----------------------------------------------------------

csv_reading(
    "lambeth-council/2012-05-payments.csv", ("Supplier Name", "Total", ""), (0, 1, None),
    1, 2, 946, "cell", kind="supplier_totals", printed="43292721.79",
    alt_dates="2012-05-01..2012-05-31;2012-05..2012-05",
    notes="ONE ROW PER SUPPLIER (monthly sum), not payments; no date; two header rows ('Sum of "
    "Invoice Nett Amount' over 'Supplier Name | Total'); blank row and 'Grand Total' excluded, "
    "agrees. Reading it as rows with a warning gives these figures",
)  # fmt: skip
csv_reading(
    "trafford-metropolitan-borough-council/POs_Oct_Dec_2014.csv",
    ("Supplier Name", "Net Order Value", "Document Date"), (4, 11, 0), 0, 1, 1092, "%d.%m.%Y",
    kind="purchase_orders", hidden={"Redacted Personal Data"},
    notes="purchase ORDERS (order number, line item, net order value), not payments; figures are "
    "those of the lines if read as rows with a warning; the pound sign is U+FFFD (EF BF BD)",
)  # fmt: skip
not_payments(
    "leicestershire-county-council/counties_batch_a_leicestershire_sample.csv", "html_page",
    b"<TITLE>Access Denied</TITLE>",
    "named .csv; an HTML refusal page ('Access Denied', error page of a delivery network)",
)  # fmt: skip
not_payments(
    "portsmouth-city-council/ports_2024_july.csv",
    "html_page",
    b"<title>Page not found</title>",
    "named .csv; an HTML 'Page not found' page",
)
not_payments(
    "somerset-council/counties_batch_a_somerset_sample.xlsx",
    "empty_file",
    b"",
    "0 bytes",
)
not_payments(
    "sefton-metropolitan-borough-council/sefton_aug_2023.csv",
    "damaged_file",
    b"xl/workbook.xml",
    "named .csv; an xlsx whose beginning is cut off: the first bytes are in the middle of a member "
    "header, and bytes are lost further on, so that the sheet cannot be unpacked",
)


# --- workbooks ----------------------------------------------------------------------------


@reading(
    "bracknell-forest-council/over-500-spend-report-october-december-2022.xlsx",
    ("Amount \u00a3", "Supplier", "Date"),
    hidden={"REDACT PERSONAL INFORMATION"},
    notes="dates are real dates on 4385 rows and bare serials on 1982, some years old; redactions "
    "say REDACT PERSONAL INFORMATION; 'THAMES VALLEY BUSES **6241' and the like are names with a "
    "masked account number, not redactions",
)
def bracknell(file):
    grid = xlsx_grids(file)["Over \u00a3500 October - December"]
    return payments(
        grid, head={(0, 6): "Date", (0, 8): "Amount \u00a3", (0, 9): "Supplier"},
        first=1, last=6367, cols=(9, 8, 6), style="serial",
    )  # fmt: skip


@reading(
    "city-of-london/2023_04.xlsx",
    ("Net Amount", "Supplier Name", "Payment Date"),
    hidden={"REDACTED PERSONAL DATA"},
    notes="card payments stand among the invoices (24-digit transaction codes, 'Foreign Exchange "
    "Fee'), one supplier is 'N/A', not counted as redacted; 'Fosters Schoolwear' is a name",
)
def city_of_london(file):
    grid = xlsx_grids(file)["Spend Over \u00a3500 April 2023"]
    return payments(
        grid, head={(0, 5): "Payment Date", (0, 7): "Net Amount", (0, 8): "Supplier Name"},
        first=1, last=4668, cols=(8, 7, 5),
    )  # fmt: skip


@reading(
    "derbyshire-pcc/Jan-to-Dec-2024-expenditure.xlsx",
    ("Amount", "Supplier Name", "Date"),
    notes="12 monthly sheets, all counted; Jan to Mar have the date in column 3, Apr to Dec a "
    "transaction number there and the date in column 4; April calls the supplier 'Name'; FROM JUL "
    "TO DEC THE HEADINGS OF COLUMNS 2 TO 6 ARE BLANK. Feb and Apr to Dec end in rows that hold "
    "only body, service area, category and narrative (ready-made, no payment): excluded. A lookup "
    "of categories A, B, C stands on the right",
)
def derbyshire(file):
    sheets = xlsx_grids(file)
    body = {(0, 0): "Body Name", (0, 1): "Service Area Categorisation"}
    early = body | {(0, 2): "Supplier Name", (0, 3): "Date", (0, 4): "Amount"}
    later = body | {(0, 2): "Supplier Name", (0, 4): "Date", (0, 5): "Amount"}
    april = body | {(0, 2): "Name", (0, 4): "Date", (0, 5): "Amount"}
    blank = body | {(0, 2): "None", (0, 4): "None", (0, 5): "None"}
    plan = [
        ("Jan", early, 527, (2, 4, 3)), ("Feb", early, 507, (2, 4, 3)),
        ("Mar", early, 565, (2, 4, 3)), ("April", april, 500, (2, 5, 4)),
        ("May", later, 393, (2, 5, 4)), ("June", later, 497, (2, 5, 4)),
        ("Jul", blank, 404, (2, 5, 4)), ("Aug", blank, 387, (2, 5, 4)),
        ("Sept", blank, 386, (2, 5, 4)), ("Oct", blank, 438, (2, 5, 4)),
        ("Nov", blank, 404, (2, 5, 4)), ("Dec", blank, 443, (2, 5, 4)),
    ]  # fmt: skip
    rows = []
    for sheet, head, last, cols in plan:
        rows += payments(sheets[sheet], head=head, first=1, last=last, cols=cols)
        after = sheets[sheet][last + 1 :]
        assert all(row[cell] is None for row in after for cell in cols)
    return rows


@reading(
    "durham-pcc/durham_pcc_2024-25.xlsx",
    ("Amount", "Supplier", ""),
    hidden={"[Redacted]", "Redacted-Victim Services"},
    alt_dates="2024-04..2025-03;2024-04-01..2025-03-31;2024-04-01..2025-03-01",
    notes="12 sheets, all counted; no date: Period is YYYYPP in the FINANCE year (202401 on the "
    "sheet 'Apr 24 PCC', 202412 on 'MAR 25 PCC'), so January to December 2024 would be wrong; none "
    "or the months April 2024 to March 2025 are right. Each sheet is split by a blank row and a "
    "note ('Note: these purchases are for ...') before the capital rows: both parts counted. FEB "
    "and MAR call the supplier 'Ap/Ar ID(T)'",
)
def durham(file):
    plan = [
        ("Apr 24 PCC", 31, 61), ("May 24 PCC", 23, 45), ("Jun 24 PCC", 21, 40),
        ("Jul 24 PCC", 40, 65), ("Aug 24 PCC", 9, 19), ("Sep 24 PCC", 29, 63),
        ("Oct 24 PCC", 28, 53), ("Nov 24 PCC", 28, 51), ("Dec 24 PCC", 30, 83),
        ("JAN 25 PCC", 39, 71), ("FEB 25 PCC", 20, 45), ("MAR 25 PCC", 42, 85),
    ]  # fmt: skip
    sheets = xlsx_grids(file)
    assert list(sheets) == [sheet for sheet, *_ in plan]
    rows = []
    for number, (sheet, note, last) in enumerate(plan, 1):
        grid = sheets[sheet]
        assert grid[note][0].startswith("Note: these purchases are for"), sheet
        supplier = "Ap/Ar ID(T)" if number > 10 else "Supplier"
        rows += payments(
            grid, head={(0, 3): "Amount", (0, 4): supplier, (1, 0): str(202400 + number)},
            first=1, last=last, cols=(4, 3, None), skip={note},
        )  # fmt: skip
        assert not any(any(row) for row in grid[last + 1 :]), sheet
    return rows


@reading(
    "enfield/2023_04.xlsx",
    ("Net Amount", "Supplier Name", "Payment Date"),
    hidden={"REDACTED"},
    notes="the first heading is the council's name; 'PERSONALISED COMMUNITY CARE LTD' is a name",
)
def enfield(file):
    grid = xlsx_grids(file)["MASTER \u00a3250_APRIL 23"]
    return payments(
        grid, head={(0, 3): "Payment Date", (0, 5): "Net Amount", (0, 6): "Supplier Name"},
        first=1, last=6819, cols=(6, 5, 3),
    )  # fmt: skip


@reading(
    "hammersmith-fulham/q2_jul_sep_2023.xlsx",
    ("Amount \u00a3 (Ex VAT)", "Supplier Name", "Payment Date"),
    hidden={"Personal Data - Name Redacted"},
    notes="line break in the amount heading; all sizes of payment; payment dates run into October "
    "(the sheet Notes says so); 'One-time vendors' not counted as redacted; sheet Notes ignored",
)
def hammersmith(file):
    grid = xlsx_grids(file)["Data Q2 2023-24"]
    return payments(
        grid,
        head={(0, 1): "Supplier Name", (0, 3): "Payment Date", (0, 6): "Amount \u00a3 (Ex VAT)"},
        first=1, last=32987, cols=(1, 6, 3),
    )  # fmt: skip


@reading(
    "hartlepool-borough-council/hartlepool_id42.xlsx",
    ("Net Value", "Supplier", "Payment Date"),
    hidden={"REDACTED"},
    notes="six rows of titles above the header, starting in column 2; dates are real on 4179 rows "
    "and text dd/mm/yyyy on 186 card rows; card rows are flagged in a column; the VAT column is "
    "the non-recoverable part and is not added",
)
def hartlepool(file):
    grid = xlsx_grids(file)["ExPub Q4 To Publish"]
    return payments(
        grid, head={(6, 5): "Payment Date", (6, 6): "Net Value", (6, 9): "Supplier"},
        first=7, last=4371, cols=(9, 6, 5), style="%d/%m/%Y",
    )  # fmt: skip


@reading(
    "isles-of-scilly-council/Transactions_over_500_-_Q4.2023.2024.xlsx",
    ("Line Amount", "Supplier Name", "Payment Date"),
    notes="two blank rows above and one below the header; headings begin with a blank, two are "
    "called Description. Line Amount taken: Invoice Amount and Net Amount are invoice totals "
    "repeated on each line. 81 suppliers are empty or a single space (redacted by blanking; not "
    "counted as redacted here)",
)
def scilly(file):
    grid = xlsx_grids(file)["Q4.2023.2024"]
    return payments(
        grid, head={(2, 7): "Supplier Name", (2, 8): "Payment Date", (2, 9): "Line Amount"},
        first=4, last=1104, cols=(7, 9, 8),
    )  # fmt: skip


@reading(
    "lancashire-fire/fire-2023-24.xlsx",
    ("Amount", "Supplier Name", "Date"),
    notes="a year in one sheet; summer dates carry 01:00:00 (date as printed); 438 negative "
    "amounts; card rows (numbers like 45331CC) among the invoices; smaller amounts than in other "
    "years",
)
def lancashire_fire(file):
    grid = xlsx_grids(file)["23-24 transparency"]
    return payments(
        grid, head={(0, 1): "Date", (0, 3): "Supplier Name", (0, 5): "Amount"},
        first=1, last=6999, cols=(3, 5, 1),
    )  # fmt: skip


@reading(
    "lancashire-police/pcc-2024-25.xlsx",
    ("TOTAL", "* SUPPLIER FINAL", "* Date"),
    hidden={"THIRD PARTY SUPPLIER", "THIRD PARTY FORENSIC SERVICES", "THIRD PARTY"},
    notes="10 monthly sheets (February and March 2025 missing), all counted; amount column is "
    "called TOTAL; the three THIRD PARTY names counted as redacted, 'NDORS TRAINER' and 'ANIMAL "
    "RELATED SERVICES' not | CAUTION: as in the year before TOTAL looks like an invoice's total "
    "repeated on its lines (46 x 36,876.31 fuel cards on 16 April 2024); the truth is the sum of "
    "the published column; the 7,038 distinct rows add up to 78,661,815.13",
)
def lancashire_police(file):
    plan = [
        ("APR 24", 1307), ("MAY 24", 733), ("JUN 24", 788), ("JUL 24", 802), ("AUG 24", 815),
        ("SEP 24", 618), ("OCT 24", 826), ("Nov 24", 620), ("Dec 24", 759), ("Jan 25", 589),
    ]  # fmt: skip
    sheets = xlsx_grids(file)
    assert list(sheets) == [sheet for sheet, _ in plan]
    rows = []
    for sheet, last in plan:
        assert len(sheets[sheet]) == last + 1
        rows += payments(
            sheets[sheet], head={(0, 1): "* Date", (0, 2): "TOTAL", (0, 3): "* SUPPLIER FINAL"},
            first=1, last=last, cols=(3, 2, 1),
        )  # fmt: skip
    return rows


@reading(
    "nhs-north-middlesex-university-hospital-trust/NMID 01 - April.xlsx",
    ("Amount", "Supplier", "Date Paid"),
    notes="two further empty sheets; no footer",
)
def north_middlesex(file):
    grid = xlsx_grids(file)["Sheet1"]
    return payments(
        grid, head={(0, 2): "Date Paid", (0, 5): "Supplier", (0, 7): "Amount"},
        first=1, last=74, cols=(5, 7, 2),
    )  # fmt: skip


@reading(
    "oldham-metropolitan-borough-council/april_-_june_2023_spending_records.xlsx",
    ("Amount (\u00a3)", "Payee", "Payment Date"),
    hidden={"PERSONAL DETAILS REDACTED"},
    printed="80824776.74",
    notes="sorted by amount; unlabelled total in the last row excluded, agrees; 'Oldham Personal "
    "Advocacy Ltd' and many 'Private Day Nursery' are names",
)
def oldham(file):
    grid = xlsx_grids(file)["Over \u00a3500 report Q1"]
    assert round(grid[6343][7], 2) == 80824776.74
    return payments(
        grid, head={(0, 5): "Payee", (0, 6): "Payment Date", (0, 7): "Amount (\u00a3)"},
        first=1, last=6342, cols=(5, 7, 6),
    )  # fmt: skip


@reading(
    "sefton-metropolitan-borough-council/sefton-council-supplier-spend-august-2023.csv",
    ("AMOUNT", "SUPPLIER", "TRANSACTION DATE"),
    hidden={"Supplier Name Redacted"},
    printed="26228143.86",
    notes="named .csv, content is xlsx; unlabelled total in the last row (its other cells are "
    "empty strings) excluded, agrees; 'Total Computer Networks Ltd' and the like are suppliers; "
    "transaction dates reach back months",
)
def sefton(file):
    grid = xlsx_grids(file)["Public Version"]
    assert round(grid[5971][1], 2) == 26228143.86
    return payments(
        grid, head={(0, 0): "SUPPLIER", (0, 1): "AMOUNT", (0, 2): "TRANSACTION DATE"},
        first=1, last=5970, cols=(0, 1, 2),
    )  # fmt: skip


@reading(
    "sutton-coldfield-town-council/Payments-in-excess-of-2016-17.xlsx",
    ("\u00a3 (net)", "Payee", "Inv Date"),
    notes="converted from the pdf of the same name by the collector: 7 sheets, one a page, two "
    "title rows on each; only Page 1 has a header (split over two rows), later pages lack the VAT "
    "column; some details wrap into rows of their own; dates and thousands are text; openpyxl "
    "refuses the workbook (bad colours). Same 139 payments as the pdf; where text wraps, date and "
    "reference stand on the row below the amount: 8 rows are undated as printed (0 if a reader "
    "joins them), first and last date are the same",
)
def sutton_coldfield_workbook(file):
    rows = []
    for number, grid in enumerate(calamine_grids(file).values(), 1):
        if number == 1:
            head = {(2, 0): "Inv Date", (2, 2): "Payee", (2, 4): "\u00a3 (net)", (3, 5): "VAT"}
        else:
            head = {(1, 3): "Payments Made 2016/17 exceeding \u00a3250"}
        first = 4 if number == 1 else 2
        rows += payments(
            grid, head=head, first=first, last=len(grid) - 1, cols=(2, 4, 0),
            style="%d/%m/%Y|%d-%b-%y",
        )  # fmt: skip
    return rows


@reading(
    "warwickshire-county-council/counties_batch_a_warwickshire_sample.xlsx",
    ("Amount", "Supplier Name", "Pay Date"),
    hidden={"REDACTED"},
    notes="payments on the last of 4 sheets (_options hidden, _control and PARAMETER of the report "
    "writer ignored); 4 CHAPS rows without supplier id, one of them without account and "
    "description, are counted; '(****6114)' behind a name is no redaction",
)
def warwickshire(file):
    sheets = xlsx_grids(file)
    assert list(sheets) == ["_options", "_control", "PARAMETER", "pound_500"]
    return payments(
        sheets["pound_500"],
        head={(0, 1): "Supplier Name", (0, 5): "Amount", (0, 6): "Pay Date"},
        first=1, last=9805, cols=(1, 5, 6),
    )  # fmt: skip


@reading(
    "west-yorkshire-combined-authority/transparency-expenditure-report-apr-jun-2023.xlsx",
    ("Value \u00a3", "Beneficiary", "Date"),
    printed="116956181.49",
    notes="12 blank or title rows above the header; one date is a bare serial (45070 = "
    "2023-05-24) in row 392; 'Grand Total' excluded, agrees; Sheet2 holds only another grand total "
    "(73,087,742.67) of nothing shown and is ignored",
)
def west_yorkshire(file):
    grid = xlsx_grids(file)["Sheet1"]
    assert grid[1934][0] == "Grand Total"
    return payments(
        grid, head={(12, 1): "Date", (12, 2): "Beneficiary", (12, 6): "Value \u00a3"},
        first=13, last=1933, cols=(2, 6, 1), style="serial",
    )  # fmt: skip


@reading(
    "wyca/q3_oct_dec_2023.xlsx",
    ("Amount (Exclusive)", "Creditor Account", "Posting Date"),
    notes="report writer: 'FORMAT CIAXLONE REPORT', SET, '*' and SORT rows, header begins '*', "
    "data rows begin LIST, ten '*' rows at the end, hidden sheet _defntemp_; net of three amount "
    "columns taken; Posting Date (the one the report selects by) taken, Invoice Date stands beside "
    "it and is the other right answer; prefixes like (SUBS) and (TAXI) belong to the names",
    alt_dates="2023-07-31..2023-12-29",
)
def wyca(file):
    grid = xlsx_grids(file)["Report"]
    assert {row[0] for row in grid[6:477]} == {"LIST"}
    assert {row[0] for row in grid[477:]} == {"*"}
    return payments(
        grid,
        head={
            (5, 3): "Posting Date", (5, 4): "Creditor Account", (5, 8): "Amount (Inclusive)",
            (5, 10): "Amount (Exclusive)",
        },
        first=6, last=476, cols=(4, 10, 3),
    )  # fmt: skip


@reading(
    "worcestershire-county-council/Over500SpendReportJan2024.xlsx",
    ("Total Net Amount", "Supplier Name", "Payment Date"),
    alt_rows=5432,
    alt_total="64531354.38",
    alt_dates="2024-01-01..2024-01-31",
    notes="TWO TABLES: the sheet 'Over \u00a3500 Spend' (5092 rows, counted) and the sheet 'P-Card "
    "Spend' (340 purchase-card rows, 44,364.09, other columns); the invoices are taken as the "
    "payments, both together are the other right answer",
)
def worcestershire(file):
    sheets = xlsx_grids(file)
    assert len(sheets["P-Card Spend January 2024"]) == 341
    return payments(
        sheets["Over \u00a3500 Spend January 2024"],
        head={(0, 3): "Supplier Name", (0, 7): "Payment Date", (0, 8): "Total Net Amount"},
        first=1, last=5092, cols=(3, 8, 7),
    )  # fmt: skip


# --- older workbooks and open documents ---------------------------------------------------


@reading(
    "department-for-business-innovation-and-skills/BIS_monthly_spend_December_2012.xls",
    ("Amount", "Supplier", "Date of Payment"),
    hidden={
        "Personal Expense, Name Witheld",
        "Payment under the Icelandic Trawlermen Compensation Scheme - Name Withheld",
    },
    notes="BIFF .xls; two empty sheets; two kinds of 'name withheld' counted as redacted; 3 rows "
    "without transaction number (advances) are counted",
)
def bis_xls(file):
    grid = calamine_grids(file)["Sheet1"]
    return payments(
        grid, head={(0, 2): "Date of Payment", (0, 5): "Supplier", (0, 7): "Amount"},
        first=1, last=2705, cols=(5, 7, 2),
    )  # fmt: skip


@reading(
    "hampshire-iow-pcc/Transparency-Payments-2024-07.xls",
    ("Amount", "Supplier Name with Redactions", "Posting date"),
    hidden={"Redacted - Operational", "Redacted - Personal Payment"},
    notes="BIFF .xls; title and blank row above the header; 'One Time Vendor' (57 rows) not "
    "counted as redacted",
)
def hampshire(file):
    grid = calamine_grids(file)["Data"]
    return payments(
        grid,
        head={(2, 3): "Posting date", (2, 5): "Amount", (2, 6): "Supplier Name with Redactions"},
        first=3, last=852, cols=(6, 5, 3),
    )  # fmt: skip


@reading(
    "thames-valley-police-crime-commissioner/Transparency-Report-February-2023.ods",
    ("Invoice_Line_Net_Amount", "Supplier_Name", ""),
    alt_dates="2023-02..2023-02;2023-02-01..2023-02-28;2023-02-01..2023-02-01",
    notes="ODS; three columns, the amount first; no date at all; a supplier '3663' is a real name; "
    "many lines of a few pounds",
)
def thames_valley(file):
    grid = calamine_grids(file)["Sheet1"]
    return payments(
        grid, head={(0, 0): "Invoice_Line_Net_Amount", (0, 1): "Supplier_Name"},
        first=1, last=10968, cols=(1, 0, None),
    )  # fmt: skip


@reading(
    "thames-valley-police-crime-commissioner/Copy-of-OPCC-Transparency-Report-October-2024.ods",
    ("Invoice Value", "Supplier_Name", ""),
    kind="supplier_totals",
    alt_dates="2024-10..2024-10;2024-10-01..2024-10-31;2024-10-01..2024-10-01",
    notes="ODS; no date. 563 rows for 562 suppliers, no supplier and category twice, where the "
    "months before list some ten thousand lines: sums per supplier, not payments, though the "
    "heading says Invoice Value. Reading it as payments is right too, with a warning at best",
)
def thames_valley_totals(file):
    grid = calamine_grids(file)["OPCC_data_011124_v2"]
    return payments(
        grid, head={(0, 0): "Invoice Value", (0, 1): "Supplier_Name"},
        first=1, last=563, cols=(1, 0, None),
    )  # fmt: skip


@reading(
    "sutton-coldfield-town-council/Payments-over-250-2017-18.ods",
    ("\u00a3 (net)", "Payee", "Paid Date"),
    notes="ODS; blank row above the header; Paid Date taken, Doc Date stands beside it; blank row "
    "and a note at the end excluded; empty second sheet",
)
def sutton_coldfield_ods(file):
    grid = calamine_grids(file)["2017-18_Payments"]
    assert str(grid[218][0]).startswith("Please note this does not")
    return payments(
        grid, head={(1, 1): "Paid Date", (1, 3): "Payee", (1, 5): "\u00a3 (net)"},
        first=2, last=216, cols=(3, 5, 1),
    )  # fmt: skip


# --- pdf ----------------------------------------------------------------------------------


@reading(
    "cheshire-pcc/cheshire_q2_2023-24.pdf",
    ("value", "Supplier Name", "Pay Date"),
    notes="14 pages, ruling only round the title; header only on page 1; negative amounts with a "
    "minus; on two rows of page 5 the supplier (CIPFA CHARITY) is printed over the date, whose "
    "characters come out mixed (0C9H/A08R/IT2Y0)23 = 09/08/2023, 2C0H/A09R/IT2Y0)23 = 20/09/2023): "
    "both counted; persons are left out of the report, not masked",
)
def cheshire(file):
    mixed = {"0C9H/A08R/IT2Y0)23": "09/08/2023", "2C0H/A09R/IT2Y0)23": "20/09/2023"}
    rows = []
    other = []
    with pdfplumber.open(file) as document:
        lines = [line for page in document.pages for line in page.extract_text().split("\n")]
    assert lines[7] == "Costc Description Supplier Name Pay Date Account Description value"
    for line in lines[8:]:
        text = line
        for wrong, right in mixed.items():
            text = text.replace(wrong, right)
        match = re.fullmatch(r".*\D(\d\d/\d\d/\d{4})\D.* (-?[\d,]+\.\d\d)", text)
        if match:
            rows.append(("", money(match[2]), day(match[1], "%d/%m/%Y"), None))
        else:
            other.append(line)
    assert not other, other
    return rows


@reading(
    "nhs-south-west-london-ccg/SWL 01 - April.pdf",
    ("AP Amount (\u00a3)", "Supplier", "Date"),
    alt_dates="2020-04..2020-04;2020-04-01..2020-04-30;2020-04-01..2020-04-01",
    notes="18 pages, only the header ruled, repeated on each page; every Date but one is printed "
    "as ###### (column too narrow): one row on page 2 does say 30/04/2020 (this reading first "
    "took it for hashes too: corrected on looking again), the others are undated; 11 of the 1463 "
    "rows print the AMOUNT as ######## too: no amount, not counted, so the largest payments are "
    "missing from the total; amounts touch the transaction number and the VAT number "
    "(-84,223.19945910603 is -84,223.19 and 945910603)",
)
def south_west_london(file):
    rows = []
    hashed = 0
    with pdfplumber.open(file) as document:
        for number, page in enumerate(document.pages):
            below = 122 if number == 0 else 80
            found = {}
            dated = {}
            for char in page.chars:
                if char["top"] <= below:
                    continue
                line = round(char["bottom"], 1)
                if char["x0"] > 590.5 and char["x1"] < 617.2:
                    found.setdefault(line, []).append(char)
                if char["x0"] > 160 and char["x1"] < 182:
                    dated.setdefault(line, []).append(char)
            for line, chars in found.items():
                text = printed_text(chars)
                # Dates stand a third of a point higher than the amounts of their row.
                beside = [c for near, cs in dated.items() if abs(near - line) < 1 for c in cs]
                date_text = printed_text(beside)
                if text == "########":
                    hashed += 1
                elif text:
                    assert re.fullmatch(r"-?\d{1,3}(,\d{3})*\.\d\d", text), text
                    assert date_text in ("######", "30/04/2020"), date_text
                    when = day(date_text, "%d/%m/%Y") if "/" in date_text else None
                    rows.append(("", money(text), when, None))
    assert hashed == 11, hashed
    return rows


def printed_text(chars):
    """Return the characters of one printed cell from left to right."""
    return "".join(c["text"] for c in sorted(chars, key=lambda c: c["x0"])).strip()


@reading(
    "nhs-west-london-ccg/NWWL 01 - April.pdf",
    ("AP Amount (\u00a3)", "Supplier", "Date"),
    notes="7 pages, only the header ruled, repeated on each page, header over two lines; negative "
    "amounts in brackets; long texts wrap, date and number then stand a little lower than the rest "
    "of the row; every row carries 30-Apr-20",
)
def west_london(file):
    rows = []
    with pdfplumber.open(file) as document:
        for number, page in enumerate(document.pages):
            below = 160 if number == 0 else 80
            words = [w for w in page.extract_words(x_tolerance=1) if w["top"] > below]
            amounts = [w["text"] for w in words if w["x0"] > 816.5 and w["x1"] < 870.9]
            dates = [w["text"] for w in words if w["x0"] > 216.2 and w["x1"] < 263.6]
            assert len(amounts) == len(dates), number
            assert set(dates) == {"30-Apr-20"}, number
            rows += [("", money(a), day("30-Apr-20", "%d-%b-%y"), None) for a in amounts]
    return rows


@reading(
    "sutton-coldfield-town-council/Payments-in-excess-of-2016-17.pdf",
    ("\u00a3 (net)", "Payee", "Inv Date"),
    notes="7 pages, ruled; header only on page 1; two date styles (04/07/2016, 20-Jan-17); "
    "identical grant rows (CG 3, CG 8, CG 9, CG 10 ... four times each) are printed and counted; "
    "year-end rows 'ACCRUAL ...' are listed as payments and counted",
)
def sutton_coldfield_pdf(file):
    with pdfplumber.open(file) as document:
        grid = [row for page in document.pages for table in page.extract_tables() for row in table]
    return payments(
        grid, head={(0, 0): "Inv Date", (0, 2): "Payee", (0, 4): "\u00a3 (net)"},
        first=1, last=139, cols=(2, 4, 0), style="%d/%m/%Y|%d-%b-%y",
    )  # fmt: skip


# --- the table ----------------------------------------------------------------------------


def main(arguments):
    """Read every file and write the table, to a file or to the screen."""
    folder = Path(arguments[0])
    table = io.StringIO()
    writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(run(folder) for run in READINGS)
    if len(arguments) > 1:
        Path(arguments[1]).write_text(table.getvalue(), encoding="utf-8")
    else:
        sys.stdout.write(table.getvalue())


if __name__ == "__main__":
    main(sys.argv[1:])
