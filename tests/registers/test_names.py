import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.registers.names import with_name_key


def keyed(*names):
    frame = pl.LazyFrame({"name": list(names)}, schema={"name": pl.String})
    return with_name_key(frame, "name").select("name_key", "legal_form").collect().rows()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MARKS & SPENCER PLC", "Marks and Spencer P.L.C."),
        ("THE CHILDREN'S TRUST", "CHILDRENS TRUST (THE)"),
        ("J. SMITH & CO LTD", "J SMITH AND COMPANY LIMITED"),
        ("SSAFA CARE COMMUNITY INTEREST COMPANY", "SSAFA CARE C.I.C."),
        ("E.ON UK PLC", "E ON UK PLC"),
        ("COMMUNITY 360", "COMMUNITY360"),
        ("SMITH BROS ASSOC LTD", "SMITH BROTHERS ASSOCIATION LIMITED"),
        ("CAFÉ NOIR LLP", "CAFE NOIR LLP"),
        ("KPMG LLP", "KPMG LIMITED LIABILITY PARTNERSHIP"),
        ("VOLUNTARY ACTION - LEEDS", "VOLUNTARY ACTION LEEDS"),
        ("BRENTOR W.I.", "BRENTOR WOMEN'S INSTITUTE"),
        ("BRENTOR W I", "BRENTOR WI"),
        ("RSPCA BRENTOR", "ROYAL SOCIETY FOR THE PREVENTION OF CRUELTY TO ANIMALS - BRENTOR"),
        ("BRENTOR U3A", "BRENTOR UNIVERSITY OF THE THIRD AGE"),
        ("3RD BRENTOR SCOUTS", "3RD BRENTOR SCOUT GROUP"),
        ("LARK CO-OP LTD", "LARK CO-OPERATIVE LIMITED"),
        ("NW HTG & MAINT SVS LTD", "NORTH WEST HEATING AND MAINTENANCE SERVICES LIMITED"),
    ],
)
def test_spellings_of_one_name_have_one_key_and_form(one, other):
    first, second = keyed(one, other)
    assert first == second


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SMITH LTD", "SMYTH LTD"),
        ("ACME LTD", "ACME HOLDINGS LTD"),
        ("ACME (NORTH WEST) LTD", "ACME LTD"),
        ("ACME UK LTD", "ACME LTD"),
    ],
)
def test_different_names_have_different_keys(one, other):
    (first, _), (second, _) = keyed(one, other)
    assert first != second


def test_the_legal_form_is_kept_apart_from_the_key():
    assert keyed("X LTD", "X CIC", "X LLP", "X PLC", "X", "X CYFYNGEDIG") == [
        ("X", "LTD"), ("X", "CIC"), ("X", "LLP"), ("X", "PLC"), ("X", None), ("X", "LTD"),
    ]  # fmt: skip


def test_a_name_that_is_nothing_but_a_form_keeps_it():
    assert keyed("LIMITED") == [("LIMITED", None)]


def test_a_blank_name_has_no_key():
    assert keyed("", " - ", None) == [(None, None)] * 3


@given(st.text(max_size=40))
def test_a_key_holds_capital_letters_and_figures_only(name):
    ((key, _),) = keyed(name)
    assert key is None or (key and key.isascii() and key.isalnum() and key.upper() == key)
