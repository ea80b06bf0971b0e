"""The nature rules of the seed, as words that publishers print."""

import duckdb
import pytest

from pipeline.settings import PROJECT_ROOT

RULES = PROJECT_ROOT / "dbt_like_sql/seeds/nature_rules.csv"


def nature(looks_in: str, text: str) -> str:
    row = duckdb.execute(
        "select arg_min(nature, rule_order) from read_csv($rules)"
        " where looks_in = $looks_in and regexp_matches($text, pattern, 'i')",
        # As int_text_natures.sql reads them.
        {"rules": str(RULES), "looks_in": looks_in, "text": text.replace("_", " ")},
    ).fetchone()
    return (row and row[0]) or "unclassified"


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("Temporary Loans", "treasury"),
        ("Interest Payable Temporary Loan", "treasury"),
        ("Temp Investments", "treasury"),
        ("Demand On Collection Fund", "precept_levy"),
        ("Precepts", "precept_levy"),
        ("LGPS Pensions Deficit Payment", "tax_pension_payroll"),
        ("Rates", "tax_pension_payroll"),
        ("Water Rates", "procured"),
        ("Agency Staff", "procured"),
        ("CYP Direct Payments", "direct_payment_or_benefit"),
        ("Allowances - Fostering General", "direct_payment_or_benefit"),
        ("Independent Fostering (3rd)", "care_placement"),
        ("Residential Care - Independent Sector", "care_placement"),
        ("Care Spot - Private (3rd)", "care_placement"),
        ("Schools Block Funding", "schools_funding"),
        ("In year DSG to Academies", "schools_funding"),
        ("Grants & Cont to Local Auth (3rd)", "public_transfer"),
        ("Grants & Cont to Vol, comm & soc ent", "grant"),
        ("Building Works", "procured"),
        ("Computer Software", "procured"),
        ("Police - Other Third Party Payments", "procured"),
        ("PCC Commissioning - Public Protection", "procured"),
        ("Police - Collaboration - Regional Air Support Unit", "public_transfer"),
        ("Curriculum Support (Schools)", "procured"),
        ("Transfer Payments - General", "direct_payment_or_benefit"),
        ("Sus Acc - Employers Supn", "tax_pension_payroll"),
        ("B'Pool Housing Co Shares", "treasury"),
        ("lfrs.expenditure.supplies_&_services.other_expenses", "procured"),
        ("Police - Tyres", "procured"),
        ("Police - Employers / Public Liability", "procured"),
        ("Police - Mobile Data", "procured"),
        ("Police - Interpreters", "procured"),
        ("Police - Dog Expenses", "procured"),
        ("Police - Firearms Ammunition", "procured"),
        ("Exchange Phones", "procured"),
        ("Purchase Of Land & Buildings", "procured"),
        ("NNDR - Tariff to Government", "public_transfer"),
        ("NNDR", "tax_pension_payroll"),
        ("Dogmersfield School", "unclassified"),
        ("4501", "unclassified"),
        ("Consolidated invoice suspense", "unclassified"),
    ],
)
def test_a_category_tells_what_the_money_is_for(category, expected):
    assert nature("category", category) == expected


@pytest.mark.parametrize(
    ("payee", "expected"),
    [
        ("HM Revenue & Customs (Direct Debit)", "tax_pension_payroll"),
        ("HMRC", "tax_pension_payroll"),
        ("LANCASHIRE COUNTY PENSION FUND", "tax_pension_payroll"),
        ("PUBLIC WORKS LOAN BOARD - DIRECT DEBIT ONLY", "treasury"),
        ("Pensioners Link", "unclassified"),
        ("Kent County Council", "unclassified"),
    ],
)
def test_a_payee_tells_it_where_no_category_does(payee, expected):
    assert nature("supplier_name", payee) == expected


@pytest.mark.parametrize(
    ("narrative", "expected"),
    [
        ("LCC Ctax precerpt May 24", "precept_levy"),
        ("LCC C/tax Pecept July 24", "precept_levy"),
        ("Council Tax Precept", "precept_levy"),
        ("Council tax pamphlets", "unclassified"),
        ("BRR & RSG Central Share June 24", "public_transfer"),
        ("RVBC Tariff due June 2025", "public_transfer"),
        ("Business Rates Pool levy", "public_transfer"),
        ("Electricity on the green tariff", "unclassified"),
        ("Business rates advice", "unclassified"),
    ],
)
def test_a_narrative_tells_it(narrative, expected):
    assert nature("description", narrative) == expected


def test_a_bank_is_not_taken_for_a_trader_because_it_is_a_company():
    rule = duckdb.execute(
        "select arg_min(rule_id, rule_order) from read_csv($rules)"
        " where (looks_in = 'supplier_name' and regexp_matches('BANK OF SCOTLAND', pattern, 'i'))"
        " or (looks_in = 'supplier_class' and regexp_matches('company', pattern, 'i'))",
        {"rules": str(RULES)},
    ).fetchone()
    assert rule == ("bank_payee",)


def test_every_rule_of_categories_comes_before_every_rule_of_payees():
    [(last_category, first_payee)] = duckdb.execute(
        "select max(rule_order) filter (where looks_in in ('category', 'description')),"
        " min(rule_order) filter (where looks_in in ('supplier_name', 'supplier_class'))"
        " from read_csv($rules)",
        {"rules": str(RULES)},
    ).fetchall()
    assert last_category < first_payee
