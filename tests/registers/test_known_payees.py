import pytest

from pipeline.registers.public_bodies import PAYEE_COLUMNS, known_payees
from pipeline.registers.published import KNOWN_PAYEES, RegisterRefusedError
from pipeline.registry.load import BUILT_IN


def test_every_known_payee_has_its_evidence_and_is_known_for_something():
    payees = known_payees(BUILT_IN / KNOWN_PAYEES)
    assert {"SWISCo Limited", "Matrix SCM Limited"} <= {payee["name"] for payee in payees}
    for payee in payees:
        assert payee["evidence"]
        assert payee["is_intermediary"] or payee["payee_control"] == "anchor_owned"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("A LTD,,,yes,seen,", "must be filled"),
        ("A LTD,council_owned,x,no,seen,here", "payee_control is anchor_owned or empty"),
        ("A LTD,anchor_owned,,no,seen,here", "owned_by is filled"),
        ("A LTD,,x,no,seen,here", "owned_by is filled"),
        ("A LTD,,,maybe,seen,here", "yes or no"),
    ],
)
def test_a_wrong_row_is_named_with_its_line(tmp_path, row, says):
    path = tmp_path / KNOWN_PAYEES
    path.write_text(",".join(PAYEE_COLUMNS) + f"\n{row}\n")
    with pytest.raises(RegisterRefusedError, match=rf"known_payees.csv, line 2: .*{says}"):
        known_payees(path)


def test_a_list_with_other_columns_is_refused(tmp_path):
    path = tmp_path / KNOWN_PAYEES
    path.write_text("company,owner\nA LTD,x\n")
    with pytest.raises(RegisterRefusedError, match="should have the column name"):
        known_payees(path)
