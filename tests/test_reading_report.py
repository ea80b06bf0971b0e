"""What a person is told of a file, and of one row of it."""

from pathlib import Path

import pytest

from pipeline.errors import AnchorspendError
from pipeline.normalise.reading import read_payments
from pipeline.reading_report import as_text, explain_row, read_files
from pipeline.settings import Settings

GOLDEN = Path(__file__).parent / "golden"
PAYMENTS = """A Council,,,,
,,,,
Payment Date,Supplier Name,Net Amount,Directorate,Ward
03/04/2024,Acme Ltd,"£1,512.50",Place,North
04/04/2024,REDACTED,(100.00),People,
05/04/2024,Brook School,n/a,People,South
,Total,"1,412.50",,
Published under the Open Government Licence,,,,
""".encode()


def explained(row_number):
    return explain_row(PAYMENTS, row_number=row_number).splitlines()


def test_a_payment_is_followed_from_its_cells():
    assert explained(4) == [
        "row 4 of a file of the format csv in utf-8",
        "  headings from row 3",
        "  'Payment Date': 03/04/2024 -> payment_date",
        "  'Supplier Name': Acme Ltd -> supplier_name",
        "  'Net Amount': £1,512.50 -> amount_gbp = £1,512.50",
        "  'Directorate': Place -> department",
        "  'Ward': North -> other",
        "It is a payment: 2024-04-03, Acme Ltd, £1,512.50, net of VAT",
    ]


def test_flags_and_signs_are_said():
    assert explained(5)[-1] == (
        "It is a payment: 2024-04-04, REDACTED, £-100.00, net of VAT (is_redacted)"
    )


def test_a_rejected_row_has_its_reason():
    assert explained(6)[-1] == (
        "It was rejected: the amount cannot be read as pounds ('Net Amount': 'n/a')"
    )


@pytest.mark.parametrize(
    ("row_number", "outcome"),
    [
        (1, "It is no payment but a note: it is text around the payments, without an amount"),
        (2, "It is no payment but a blank: nothing is printed in it"),
        (3, "It is no payment but a header: it holds headings"),
        (
            7,
            "It is no payment but a total (£1,412.50): it prints a sum of other rows, which would "
            "count them twice",
        ),
    ],
)
def test_a_row_left_out_has_its_class(row_number, outcome):
    assert explained(row_number)[-1] == outcome


def test_rows_that_are_not_there_are_refused():
    with pytest.raises(AnchorspendError, match="There is no row 99: the rows go from 1 to 8"):
        explain_row(PAYMENTS, row_number=99)


def test_of_several_sheets_one_must_be_named():
    data = (GOLDEN / "sheets_per_month" / "input.xlsx").read_bytes()
    with pytest.raises(AnchorspendError, match="Name one of the file's sheets with --sheet: 'Apr"):
        explain_row(data, row_number=2)


def test_a_sheet_left_out_says_why():
    data = (GOLDEN / "card_sheet_beside_payments" / "input.xlsx").read_bytes()
    [name] = [
        warning.split("'")[1]
        for warning in read_payments(data).summary.warnings
        if "was left out" in warning
    ]
    assert "purchase-card transactions" in explain_row(data, row_number=2, sheet=name)


def test_a_refused_file_says_so_whatever_the_row():
    assert explain_row(b"", row_number=1).startswith("The file was refused as a whole")
    assert "no column says an amount" in explain_row(
        (GOLDEN / "refused_thousands_in_the_cells" / "input.csv").read_bytes(), row_number=2
    )


def test_the_report_prints_header_row_and_columns():
    text = as_text(Path("some.csv"), read_payments(PAYMENTS))

    assert "  headings in row 3\n    Payment Date -> payment_date\n" in text
    assert "    Ward -> other\n" in text


def test_the_report_says_no_more_than_the_file():
    """Lambeth and Cleveland: no days, so neither "None" nor a first of the month as a day."""
    months = (GOLDEN / "months_instead_of_days" / "input.csv").read_bytes()
    text = as_text(Path("some.csv"), read_payments(months))
    assert "None" not in text
    assert "no column of days" in text
    assert "  row 2: 2023-04, Firm A Ltd, £10.50" in text

    undated = (GOLDEN / "supplier_totals" / "input.csv").read_bytes()
    text = as_text(Path("some.csv"), read_payments(undated))
    assert "None" not in text
    assert "  no dates; " in text


def test_the_report_compares_the_printed_total():
    agreeing = (GOLDEN / "labelled_total" / "input.csv").read_bytes()
    assert "the file prints the same total" in as_text(Path("a"), read_payments(agreeing))
    disagreeing = (GOLDEN / "printed_total_disagrees" / "input.csv").read_bytes()
    text = as_text(Path("a"), read_payments(disagreeing))
    assert "the same total" not in text
    assert "the file prints £" in text


def test_columns_without_headings_are_named_by_number():
    text = as_text(
        Path("a"), read_payments((GOLDEN / "no_header_at_all" / "input.csv").read_bytes())
    )
    assert "    column 1 -> payment_date\n    column 2 -> other\n" in text


def test_a_year_without_a_month_is_not_said_to_become_one():
    """Sutton Coldfield 2016-17 prints a year beside the day."""
    data = b"Date,Year,Supplier,Amount\n03/04/2023,2023,Acme Ltd,5.00\n04/04/2023,2023,B Ltd,6.00\n"
    assert "    Year -> other\n" in as_text(Path("a"), read_payments(data))


def test_blocks_laid_out_alike_are_printed_once():
    reading = read_payments((GOLDEN / "sheets_per_month" / "input.xlsx").read_bytes())
    assert len(reading.layouts) > 1
    assert as_text(Path("some.xlsx"), reading).count("headings in row") == 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("name", ["x7f3.pdf", "download", "Spend.XLS", "index.html", "a.csv.zip"])
def test_neither_name_nor_extension_changes_the_reading(kind, name, tmp_path):
    published = min(GOLDEN.glob(f"*/input.{kind}"))
    (tmp_path / name).write_bytes(published.read_bytes())
    [(_, own), (_, other)] = read_files(
        [published, tmp_path / name], None, Settings(warehouse=tmp_path)
    )
    assert own.payments.height > 0
    assert other.summary == own.summary
    assert other.payments.equals(own.payments)
