"""Payments told from what stands between and around them."""

import time
from decimal import Decimal

import polars as pl
import pytest

from pipeline.read.header import standard_rules
from pipeline.read.rows import Block, judge_rows, may_be_label

HEADER = ("Date", "Supplier", "Amount", "Department")


def judge(*rows, header_rows=(), dated=True):
    cells = pl.DataFrame(
        {str(i): [row[i] for row in rows] for i in range(4)},
        schema={str(i): pl.String for i in range(4)},
    )
    amounts = cells["2"].cast(pl.Decimal(18, 4), strict=False).alias("amount_gbp")
    block = Block(
        cells=cells,
        amounts=amounts,
        amount_columns=(2,),
        supplier_column=1,
        may_be_labels=may_be_label(cells["1"]),
        date_column=0 if dated else None,
        dated=cells["0"].str.contains(r"\d").fill_null(value=False),
        header_rows=header_rows,
    )
    return judge_rows(block, standard_rules())


def kinds(*rows, **more):
    return judge(*rows, **more).kinds.to_list()


def pay(amount, supplier="Acorn Ltd", date="03/04/2023", department="Roads"):
    return (date, supplier, amount, department)


def test_payments_and_blanks():
    assert kinds(pay("1"), (None,) * 4, pay("2")) == ["payment", "blank", "payment"]


def test_a_bare_sum_is_a_total_that_agrees():
    verdicts = judge(pay("10"), pay("5.50"), (None, None, "15.50", None))
    assert verdicts.kinds[2] == "total"
    [total] = verdicts.totals
    assert (total.amount, total.agrees, total.is_grand) == (Decimal("15.50"), True, True)


def test_a_bare_amount_at_the_end_is_a_total_that_disagrees():
    verdicts = judge(pay("10"), pay("5"), (None, None, "99", None))
    assert verdicts.kinds[2] == "total"
    assert not verdicts.totals[0].agrees


def test_a_bare_amount_in_mid_table_is_rejected():
    verdicts = judge(pay("10"), (None, None, "99", None), pay("5"))
    assert verdicts.kinds[1] == "rejected"
    assert "nothing beside it" in verdicts.reasons[1]


def test_a_firm_called_total_is_paid():
    assert kinds(pay("10", "Total"), pay("5", "TOTAL GAS & POWER")) == ["payment"] * 2


def test_without_dates_other_words_beside_it_tell_a_firm_called_total():
    rows = [("Fleet", "Acorn Ltd", "1", "Roads"), ("Fleet", "Total", "10", "Diesel")]
    assert kinds(*rows, dated=False) == ["payment", "payment"]


def test_a_labelled_total_is_no_payment_even_with_a_wrong_sum():
    assert kinds(pay("10"), pay("5"), (None, "Grand Total:", "16", None))[2] == "total"


@pytest.mark.parametrize("label", ["Average payment", "Max", "LARGEST INVOICE AMOUNT:", "Median"])
@pytest.mark.parametrize("dated", [True, False])
def test_what_is_no_sum_is_no_payment_and_no_printed_total(label, dated):
    rows = [pay("10"), pay("5"), (None, "Total", "15", None), (None, label, "7.50", None)]
    verdicts = judge(*rows, dated=dated)
    assert verdicts.kinds.to_list() == ["payment", "payment", "total", "total"]
    assert [total.amount for total in verdicts.totals] == [Decimal(15)]


def test_a_balance_that_is_the_sum_is_a_printed_total():
    [total] = judge(pay("10"), pay("5"), (None, "Closing balance", "15", None), dated=False).totals
    assert (total.agrees, total.is_grand) == (True, True)


def test_firms_named_like_statistics_are_paid():
    names = ["Max", "Balance", "Balance Physiotherapy", "Maximum Security Ltd", "Mode Transport"]
    assert kinds(*[pay("10", name) for name in names]) == ["payment"] * 5
    undated = [(None, name, "10", "Diesel") for name in names]
    assert kinds(*undated, dated=False) == ["payment"] * 5
    assert kinds((None, "Acorn Ltd", "10", "Balance"), dated=False) == ["payment"]


def test_subtotals_need_the_sum_of_their_group():
    rows = [
        pay("10"),
        pay("5"),
        (None, "Acorn Ltd Total", "15", None),
        pay("7", "Brook Ltd"),
        pay("8", "Brook Ltd"),
        (None, "Brook Ltd Total", "15", None),
        (None, "Grand Total", "30", None),
    ]
    verdicts = judge(*rows)
    assert verdicts.kinds.to_list() == ["payment", "payment", "total"] * 2 + ["total"]
    assert [total.is_grand for total in verdicts.totals] == [True, False, True]
    assert all(total.agrees for total in verdicts.totals)


def test_a_nameless_payment_with_a_date_counts():
    assert kinds(pay("10"), pay("10", supplier=None)) == ["payment"] * 2


def test_repeated_headings_and_notes():
    rows = [pay("1"), HEADER, ("Redacted names are those of people.", None, None, None)]
    assert kinds(*rows) == ["payment", "header", "note"]


def test_a_blank_amount_is_rejected_with_its_reason():
    verdicts = judge(pay("1"), pay(None), pay("tbc"))
    assert verdicts.kinds.to_list() == ["payment", "rejected", "rejected"]
    assert verdicts.reasons == {
        1: "the amount is blank",
        2: "the amount cannot be read as pounds",
    }


def test_above_the_header_only_whole_payments_count():
    rows = [("Total", None, "12", None), pay("12"), (None, "Brook", "3", None), HEADER]
    assert kinds(*rows, header_rows=(3,)) == ["total", "payment", "note", "header"]


def test_without_a_date_column_labels_are_looked_for_in_every_column():
    rows = [
        (None, "Acorn Ltd", "1", "Roads"),
        (None, "Brook Ltd", "2", "Roads"),
        (None, None, "3", "Total"),
    ]
    assert kinds(*rows, dated=False) == ["payment", "payment", "total"]


@pytest.mark.parametrize(
    "text",
    [
        "03/0" + 30 * "-" + "/202" + 30 * "-",
        "total" + 40 * " of it" + "\nand\tno",
        "(£)" * 40 + "-",
        20_000 * "- ",
        20_000 * "count ",
        20_000 * "Acme - ",
        "total " + 20_000 * "of ",
    ],
    ids=["hyphens", "many ofs", "many pounds", "dashes", "counts", "names", "long total"],
)
def test_words_that_part_in_many_ways_are_judged_in_no_time(text):
    """Hyphens in place of digits (a fuzzed file) were tried in every way to part them."""
    started = time.process_time()
    judge(pay("1"), (text, "Acorn Ltd", None, text), (None, None, "7", text), pay("2"))
    assert time.process_time() - started < 2
