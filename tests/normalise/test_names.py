import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.normalise.names import squeezed, unusual, where
from pipeline.normalise.redactions import withheld
from pipeline.read.labels import MAY_BE_LABEL


def is_unusual(name):
    return unusual(pl.Series("0", [name, "Acorn Paving Ltd"], dtype=pl.String)).to_list()[0]


@given(st.from_regex(re.compile(MAY_BE_LABEL), fullmatch=False))
def test_every_label_is_unusual(label):
    assert is_unusual(label)


@pytest.mark.parametrize("space", ["  ", "\t", "\n", "\r\n", "\xa0", "\u2003", "\u3000", "\x85"])
def test_white_space_beyond_one_blank_is_unusual_and_squeezed(space):
    names = pl.Series("0", [f"Acorn{space}Paving", "Acorn Paving", None], dtype=pl.String)
    assert unusual(names).to_list() == [True, False, False]
    assert squeezed(names, unusual(names)).to_list() == ["Acorn Paving", "Acorn Paving", None]


def test_a_test_is_asked_of_the_marked_names_alone_and_changes_no_mark():
    names = pl.Series("0", ["REDACTED", "Acorn Paving", "Data Systems Ltd"], dtype=pl.String)
    marked = unusual(names)
    assert where(marked, names, withheld).to_list() == [True, False, False]
    assert marked.to_list() == [True, False, True]


@pytest.mark.parametrize("name", ["Acorn Paving Ltd", "E.ON UK plc", "Smith & Sons", None])
def test_most_names_are_not_unusual(name):
    assert not is_unusual(name)


@given(st.text())
def test_no_white_space_is_missed(name):
    names = pl.Series("0", [name], dtype=pl.String)
    everywhere = squeezed(names, pl.Series([True]))
    assert squeezed(names, unusual(names)).to_list() == everywhere.to_list()
