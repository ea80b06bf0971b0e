"""When a firm may be said to be paid elsewhere and not at home; rows written here."""

import re

import duckdb
import pytest

from pipeline.settings import PROJECT_ROOT

MODEL = PROJECT_ROOT / "dbt_like_sql/marts/local_firms_paid_next_door.sql"
TABLES = """
create table coverage as
    select 'home_council' as publisher_id, '2024/25' as financial_year, 'published' as status
    from range(12);
create table int_anchor_years as
    select 'home' as town_id, '2024/25' as financial_year, 'home_council' as publisher_id;
create table int_town_unit_sums as select 'home' as town_id, 'other firm' as unit_id;
create table int_unit_sums as
    select 'next_council' as publisher_id, 'firm' as unit_id, 'headline' as scope,
        'year' as part, '2024/25' as financial_year, 'net' as amount_basis,
        700.00::decimal(18, 2) as amount_gbp;
create table int_unit_profiles as
    select 'next_council' as publisher_id, 'firm' as unit_id, 'Firm Limited' as supplier_name,
        'coh' as register, '00000001' as register_number, 'private company' as owner_kind,
        'Construction' as sic_section_name;
create table organisations as
    select 'coh' as register, '00000001' as register_number, ['E07000001'] as lad_codes,
        false as payee_is_public;
create table stg_registry__towns as select 'home' as town_id, 'E07000001' as lad_code;
"""


def firms(change: str = "") -> list[tuple]:
    query = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"\1", MODEL.read_text("utf-8"))
    with duckdb.connect() as connection:
        connection.execute(TABLES + change)
        return connection.execute(
            f"select town_id, supplier_name, publisher_ids, amount_gbp::varchar from ({query})"
        ).fetchall()


def test_a_firm_of_the_town_that_another_publisher_alone_pays_is_listed():
    assert firms() == [("home", "Firm Limited", "next_council", "700.00")]


def test_what_several_publishers_pay_is_one_row():
    second = (
        "insert into int_unit_sums select 'third_council', * exclude publisher_id"
        " from int_unit_sums;"
        "insert into int_unit_profiles select 'third_council', * exclude publisher_id"
        " from int_unit_profiles;"
    )
    assert firms(second) == [("home", "Firm Limited", "next_council, third_council", "1400.00")]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("delete from coverage where rowid = 0", id="a month of its anchor is missing"),
        pytest.param("update coverage set status = 'no file' where rowid = 0", id="no file"),
        pytest.param(
            "insert into int_anchor_years values ('home', '2024/25', 'home_police')",
            id="another anchor is held in no month",
        ),
        pytest.param("update int_town_unit_sums set unit_id = 'firm'", id="paid at home"),
        pytest.param("update organisations set payee_is_public = true", id="a public body"),
        pytest.param(
            "update organisations set lad_codes = ['E07000001', 'E07000002']",
            id="perhaps of another district",
        ),
        pytest.param("update int_unit_sums set amount_gbp = -1", id="only credits"),
        pytest.param("update int_unit_sums set financial_year = '2023/24'", id="in another year"),
        pytest.param("update int_unit_sums set scope = 'all_published'", id="no procurement"),
    ],
)
def test_whoever_is_not_known_to_be_passed_over_at_home_is_not_listed(change):
    assert firms(change) == []
