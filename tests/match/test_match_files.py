import polars as pl
import pytest

from pipeline.errors import AnchorspendError
from pipeline.match.files import match_names_file
from tests.registers import written

HEADING = (
    "supplier_name,decision,class,register,number,register_name,postcode,other_register,"
    "other_number,score,method,runner_up_number"
)


def test_every_row_is_answered_once_in_order_in_the_columns_of_the_design(tmp_path):
    companies = written.write_companies_csv(
        tmp_path, written.company("00000140", "ACME LTD", "PR1 2HE"), name="mine.csv"
    )
    charities = written.write_charities_zip(tmp_path, written.charity(275936, "KIDS"))
    others = written.write_charities_zip(
        tmp_path, written.other_name(275936, "CHILDREN ALIVE"), table="charity_other_names"
    )
    names = tmp_path / "names.csv"
    names.write_text(
        'supplier_name,postcode,company_number\nZed Ltd,,\n"Acme, Ltd",,\n'
        "Children alive,,\n,,\nAcme Ltd,,\nMr A Person,,\nWho,,140\n"
    )
    out = tmp_path / "out.csv"
    match_names_file(names, [companies], [charities, others], out)
    assert out.read_text().splitlines()[0] == HEADING
    answers = pl.read_csv(out, infer_schema=False)
    assert answers["supplier_name"].to_list() == [
        "Zed Ltd", "Acme, Ltd", "Children alive", None, "Acme Ltd", "Mr A Person", "Who",
    ]  # fmt: skip
    assert answers["number"].to_list() == [
        None, "00000140", "275936", None, "00000140", None, "00000140",
    ]  # fmt: skip


def test_a_column_by_another_name_is_named(tmp_path):
    names = tmp_path / "names.csv"
    names.write_text("Payee\nAcme\n")
    with pytest.raises(AnchorspendError, match="has no column supplier_name but Payee"):
        match_names_file(names, [], [], tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_a_missing_register_is_named(tmp_path):
    names = tmp_path / "names.csv"
    names.write_text("supplier_name\nAcme\n")
    with pytest.raises(AnchorspendError, match="There is no file"):
        match_names_file(names, [tmp_path / "nowhere.zip"], [], tmp_path / "out.csv")
