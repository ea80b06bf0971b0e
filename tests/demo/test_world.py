"""The hand-written world, every figure worked on paper.

Marlhaven Council, net of VAT. Headline scope: what it can influence, and what no rule explains.

2023/24 (5 April 2023 to 31 March 2024)
    Harbour Builders     10,000           registered in Marlhaven            town
    Wold Catering         4,000           Upper Wold                         rest of county
    Farrow Roads          2,000 - 500     Farrow                             rest of region
    Northgate Services    1,000           LIMITED in Marlhaven or LLP far    town or UK
    Zephyr Widgets        2,500           in no register, no category        anywhere, unclear
    REDACTED                600           legal fees                         anywhere
    Marlhaven Bakery      1,400           previous name of Quay Foods        town
    Metro Systems         3,000           far away, on 31 March              rest of UK
  left out: fostering 900, loan 50,000, PAYE 8,000, precept 6,000 (no), foodbank 1,200 (grant)
    D = 24,000   T = 11,400   U+ = 1,000 + 2,500 + 600 = 4,100   U- = 0
    town    low 11,400/24,000 = 0.475            high 15,500/24,000 = 0.6458333
    county  low 15,400/24,000 = 0.6416667        high 19,500/24,000 = 0.8125
    placed 19,900/24,000 = 0.8291667             located 11,400/19,900 = 0.5728643
  influenceable only: without Zephyr D = 21,500: low 11,400/21,500, high 13,000/21,500
  with grants: foodbank is in town: D = 25,200, T = 12,600: low 0.5, high 16,700/25,200
  all published: D = 90,100; fostering, bank, HMRC and county council are nowhere known:
    U+ = 4,100 + 900 + 50,000 + 8,000 + 6,000 = 69,000; low 12,600/90,100, high 81,600/90,100

2024/25 (from 1 April 2024)
    Harbour Builders      6,000 - 1,000   "Limited" and "Ltd" are one        town
    Metro Systems         9,000                                              rest of UK
    Zephyr Widgets         -300           a credit, unclear                  anywhere
    Thornley Print        2,000           in another region                  rest of UK
    Old Mill Joinery      1,300           in no register                     anywhere
    Wold Catering           700           undated; its file lies in 2024/25  rest of county
    D = 17,700   T = 5,000   U+ = 1,300   U- = -300
    town    low 4,700/17,700             high 6,300/17,700
    county  low (5,700 - 300)/17,700     high (5,700 + 1,300)/17,700

Thornley Council, net of VAT (the registry says so), files by calendar year.

2023/24 (May 2023 to February 2024)
    Thornley Print        3,000 + 1,000   TP Group prints its number         town
    Sedge Care            5,000           care placement                     rest of county
    Corner Cafe             500           postcode on the payment            town
    Metro Systems         2,000                                              rest of UK
    Lakeside Training       800           undated, file of calendar 2024: V_in = V_out = 800
    D = 11,500   T = 4,500
    town    low 4,500/(11,500 + 800)     high (4,500 + 800)/(11,500 + 800)
    county  low 9,500/12,300             high 10,300/12,300

2024/25 (April to December 2024); pension fund 7,000 left out
    Thornley Print        2,500                                              town
    Metro Systems         6,000                                              rest of UK
    Mr A N Other            400           a person                           anywhere
    Farrow Roads           -100           a credit                           rest of UK
    D = 8,800   T = 2,500   U+ = 400   V_in = V_out = 800
    town    low 2,500/9,600              high 3,700/9,600
"""

from datetime import date
from decimal import Decimal

import pytest

# town, year, scope: rows, D, town, county, region, UK, unknown, credits
POUNDS = {
    ("marlhaven", "2023/24", "headline"): (9, 24000, 11400, 4000, 1500, 3000, 4100, -500),
    ("marlhaven", "2023/24", "influenceable_only"): (8, 21500, 11400, 4000, 1500, 3000, 1600, -500),
    ("marlhaven", "2023/24", "with_grants"): (10, 25200, 12600, 4000, 1500, 3000, 4100, -500),
    ("marlhaven", "2023/24", "all_published"): (14, 90100, 12600, 4000, 1500, 3000, 69000, -500),
    ("marlhaven", "2024/25", "headline"): (7, 17700, 5000, 700, 0, 11000, 1000, -1300),
    ("marlhaven", "2024/25", "influenceable_only"): (6, 18000, 5000, 700, 0, 11000, 1300, -1000),
    ("marlhaven", "2024/25", "with_grants"): (7, 17700, 5000, 700, 0, 11000, 1000, -1300),
    ("marlhaven", "2024/25", "all_published"): (7, 17700, 5000, 700, 0, 11000, 1000, -1300),
    ("thornley", "2023/24", "headline"): (5, 11500, 4500, 5000, 0, 2000, 0, 0),
    ("thornley", "2023/24", "influenceable_only"): (5, 11500, 4500, 5000, 0, 2000, 0, 0),
    ("thornley", "2023/24", "with_grants"): (5, 11500, 4500, 5000, 0, 2000, 0, 0),
    ("thornley", "2023/24", "all_published"): (5, 11500, 4500, 5000, 0, 2000, 0, 0),
    ("thornley", "2024/25", "headline"): (4, 8800, 2500, 0, 0, 5900, 400, -100),
    ("thornley", "2024/25", "influenceable_only"): (4, 8800, 2500, 0, 0, 5900, 400, -100),
    ("thornley", "2024/25", "with_grants"): (4, 8800, 2500, 0, 0, 5900, 400, -100),
    ("thornley", "2024/25", "all_published"): (5, 15800, 2500, 0, 0, 5900, 7400, -100),
}
# town, year, scope: town low, town high, county low, county high, as numerators and denominators
SHARES = {
    ("marlhaven", "2023/24", "headline"): (
        (11400, 24000),
        (15500, 24000),
        (15400, 24000),
        (19500, 24000),
    ),
    ("marlhaven", "2023/24", "influenceable_only"): (
        (11400, 21500),
        (13000, 21500),
        (15400, 21500),
        (17000, 21500),
    ),
    ("marlhaven", "2023/24", "with_grants"): (
        (12600, 25200),
        (16700, 25200),
        (16600, 25200),
        (20700, 25200),
    ),
    ("marlhaven", "2023/24", "all_published"): (
        (12600, 90100),
        (81600, 90100),
        (16600, 90100),
        (85600, 90100),
    ),
    ("marlhaven", "2024/25", "headline"): (
        (4700, 17700),
        (6300, 17700),
        (5400, 17700),
        (7000, 17700),
    ),
    ("thornley", "2023/24", "headline"): (
        (4500, 12300),
        (5300, 12300),
        (9500, 12300),
        (10300, 12300),
    ),
    ("thornley", "2024/25", "headline"): (
        (2500, 9600),
        (3700, 9600),
        (2500, 9600),
        (3700, 9600),
    ),
    ("thornley", "2024/25", "all_published"): (
        (2500, 16600),
        (10700, 16600),
        (2500, 16600),
        (10700, 16600),
    ),
}
# town, year: unclear, redacted, undated in town, undated elsewhere, in the headline scope
PARTS = {
    ("marlhaven", "2023/24"): (2500, 600, 0, 0),
    ("marlhaven", "2024/25"): (-300, 0, 0, 0),
    ("thornley", "2023/24"): (0, 0, 800, 800),
    ("thornley", "2024/25"): (0, 0, 800, 800),
}
NATURES = {
    ("marlhaven_council", "procured"): Decimal(39500),
    ("marlhaven_council", "unclassified"): Decimal(2200),
    ("marlhaven_council", "direct_payment_or_benefit"): Decimal(900),
    ("marlhaven_council", "treasury"): Decimal(50000),
    ("marlhaven_council", "tax_pension_payroll"): Decimal(8000),
    ("marlhaven_council", "precept_levy"): Decimal(6000),
    ("marlhaven_council", "grant"): Decimal(1200),
    ("thornley_council", "procured"): Decimal(16100),
    ("thornley_council", "care_placement"): Decimal(5000),
    ("thornley_council", "tax_pension_payroll"): Decimal(7000),
}


def test_pounds_by_band_are_those_worked_on_paper(world):
    rows = world(
        "select town_id, financial_year, scope, payment_rows, total_gbp, town_gbp,"
        " rest_of_county_gbp, rest_of_region_gbp, rest_of_uk_gbp, unknown_gbp, credits_gbp"
        " from marts.spend_retention_by_town_year where amount_basis = 'net'"
    )
    assert {row[:3]: row[3:] for row in rows} == POUNDS


@pytest.mark.parametrize("cell", SHARES, ids=" ".join)
def test_low_and_high_are_those_worked_on_paper(world, cell):
    town, year, scope = cell
    [row] = world(
        "select share_in_town_low, share_in_town_high, share_in_county_low, share_in_county_high"
        " from marts.spend_retention_by_town_year"
        f" where town_id = '{town}' and financial_year = '{year}' and scope = '{scope}'"
    )
    assert row == pytest.approx([above / below for above, below in SHARES[cell]], abs=1e-9)


def test_unclear_redacted_and_undated_pounds_are_those_worked_on_paper(world):
    rows = world(
        "select town_id, financial_year, unclear_gbp, redacted_gbp, undated_town_gbp,"
        " undated_outside_town_gbp from marts.spend_retention_by_town_year"
        " where scope = 'headline'"
    )
    assert {row[:2]: row[2:] for row in rows} == PARTS


def test_placed_and_located_shares_are_those_worked_on_paper(world):
    [row] = world(
        "select placed_share, located_share_in_town, no_headline_reason"
        " from marts.spend_retention_by_town_year"
        " where town_id = 'marlhaven' and financial_year = '2023/24' and scope = 'headline'"
    )
    assert row[:2] == pytest.approx((19900 / 24000, 11400 / 19900), abs=1e-9)
    assert row[2] is None


def test_no_sentence_rests_on_pounds_that_are_mostly_nowhere(world):
    [row] = world(
        "select placed_share, no_headline_reason from marts.spend_retention_by_town_year"
        " where town_id = 'marlhaven' and financial_year = '2023/24' and scope = 'all_published'"
    )
    assert row == (pytest.approx(21100 / 90100), "less than half of the pounds is placed")


def test_every_payment_has_the_nature_worked_on_paper(world):
    rows = world(
        "select publisher_id, spend_nature, sum(amount_gbp) from marts.payments group by all"
    )
    assert {row[:2]: row[2] for row in rows} == NATURES


def test_every_row_of_every_file_is_accounted_for(world):
    rows = world(
        "select label, file_rows, payment_rows, total_rows, header_rows, note_rows, blank_rows,"
        " rejected_rows, total_gbp, printed_total_gbp from marts.files order by label"
    )
    assert rows == [
        ("payments-2023.csv", 4, 3, 0, 1, 0, 0, 0, Decimal(8500), None),
        ("payments-2024.csv", 9, 8, 0, 1, 0, 0, 0, Decimal(19600), None),
        ("spending-2023-24.csv", 19, 14, 1, 1, 2, 1, 0, Decimal(90100), Decimal(90100)),
        ("spending-2024-25.csv", 12, 7, 1, 1, 2, 1, 0, Decimal(17700), Decimal(17700)),
    ]


def test_a_person_is_shown_as_individual(world):
    [row] = world(
        "select supplier_name, supplier_class, amount_gbp from marts.payments"
        " where transaction_id = 'T9'"
    )
    assert row == ("individual", "person", Decimal(400))
    assert world("select count(*) from marts.payments where supplier_name ilike '%other%'") == [
        (0,)
    ]


def test_suppliers_are_matched_or_left_as_worked_on_paper(world):
    rows = world(
        "select distinct supplier_name, match_decision, register_number, postcode"
        " from marts.payments where supplier_class not in ('redacted', 'person')"
        " order by lower(supplier_name), supplier_name"
    )
    assert rows == [
        ("Bank of Example", "none", None, None),
        ("Corner Cafe", "none", None, "ZB1 1AB"),
        ("Farrow Roads PLC", "matched", "00000103", "ZA3 1AA"),
        ("Farrow Roads plc", "matched", "00000103", "ZA3 1AA"),
        ("Harbour Builders Limited", "matched", "00000101", "ZA1 1AA"),
        ("Harbour Builders Ltd", "matched", "00000101", "ZA1 1AA"),
        ("HM Revenue and Customs", "matched", "hmrc", None),
        ("Lakeside Training", "none", None, None),
        ("Marlhaven Bakery Ltd", "matched", "00000109", "ZA1 1AE"),
        ("Marlhaven Foodbank", "matched", "999001", "ZA1 1AD"),
        ("METRO SYSTEMS LIMITED", "matched", "00000104", "ZC1 1AA"),
        ("Metro Systems Ltd", "matched", "00000104", "ZC1 1AA"),
        ("Northgate Services", "ambiguous", None, None),
        ("Old Mill Joinery", "none", None, None),
        ("Sedge Care Limited", "matched", "00000106", "ZB2 1AA"),
        ("Thornley Print Limited", "matched", "00000105", "ZB1 1AA"),
        ("Thornley Print Ltd", "matched", "00000105", "ZB1 1AA"),
        ("Thornley Staff Pension Fund", "none", None, None),
        ("TP Group", "matched", "00000105", "ZB1 1AA"),
        ("Westmere County Council", "none", None, None),
        ("Wold Catering Limited", "matched", "00000102", "ZA2 1AA"),
        ("Zephyr Widgets", "none", None, None),
    ]


def test_payees_are_flagged_as_worked_on_paper(world):
    flags = "payee_is_public, payee_control, payee_owner_id, is_intermediary"
    for mart in ("payments", "suppliers"):
        rows = world(
            f"select distinct coalesce(organisation_name, supplier_name), {flags} from marts.{mart}"
            " where payee_is_public or payee_control is not null or is_intermediary order by 1"
        )
        assert rows == [
            ("HM Revenue and Customs", True, None, None, False),
            ("METRO SYSTEMS LIMITED", False, None, None, True),
            ("SEDGE CARE LIMITED", False, "anchor_owned", "thornley_council", False),
            ("Thornley Staff Pension Fund", True, None, None, False),
            ("Westmere County Council", True, None, None, False),
        ]


def test_each_supplier_has_its_pounds_and_places_worked_on_paper(world):
    rows = world(
        "select supplier_name, match_decision, match_method, register_number, runner_up_number,"
        " payment_rows, amount_gbp, registered_lad_codes, trading_lad_codes, site_lad_codes"
        " from marts.suppliers where supplier_name in ('Harbour Builders Ltd', 'Corner Cafe',"
        " 'Northgate Services', 'Old Mill Joinery', 'TP Group', 'individual') order by 1"
    )
    assert rows == [
        ("Corner Cafe", "none", None, None, None, 1, Decimal(500), [], ["E06990001"], []),
        ("Harbour Builders Ltd", "matched", "exact_current", "00000101", None, 2, Decimal(9000),
         ["E07990001"], [], []),
        ("Northgate Services", "ambiguous", "exact_current", None, "OC000108", 1, Decimal(1000),
         ["E07990001", "E09990001"], [], []),
        ("Old Mill Joinery", "none", None, None, None, 1, Decimal(1300), [], [], []),
        ("TP Group", "matched", "company_number", "00000105", None, 1, Decimal(1000),
         ["E06990001"], [], []),
        ("individual", "none", None, None, None, 1, Decimal(400), [], [], []),
    ]  # fmt: skip


def test_each_organisation_that_was_paid_stands_once(world):
    rows = world(
        "select register, register_number, status, sic_code, accounts_category, postcode, lad_codes"
        " from marts.organisations order by 1, 2"
    )
    assert [row[:2] for row in rows] == [
        ("chc", "999001"),
        *(("coh", f"00000{n}") for n in (101, 102, 103, 104, 105, 106, 109)),
        ("pub", "hmrc"),
    ]
    assert rows[1][2:] == ("Active", "41201", "TOTAL EXEMPTION FULL", "ZA1 1AA", ["E07990001"])
    assert rows[-1][5:] == (None, [])


def test_addresses_are_those_of_the_one_snapshot(world):
    rows = world(
        "select register_number, snapshot_date, postcode, lad_code"
        " from marts.organisation_addresses order by 1"
    )
    assert len(rows) == 8
    assert rows[0] == ("00000101", date(2026, 4, 1), "ZA1 1AA", "E07990001")


def test_the_definitions_of_local_are_told_apart(world):
    rows = world(
        "select supplier_name, local_definition, may_be_town, may_be_rest_of_uk"
        " from intermediate.int_supplier_bands as bands"
        " inner join marts.suppliers as suppliers using (supplier_id)"
        " where supplier_name in ('Corner Cafe', 'Harbour Builders Ltd') order by 1, 2"
    )
    assert rows == [
        ("Corner Cafe", "based_or_branch", True, False),
        ("Corner Cafe", "registered", True, False),
        ("Corner Cafe", "trading", True, False),
        ("Harbour Builders Ltd", "based_or_branch", True, False),
        ("Harbour Builders Ltd", "registered", True, False),
        ("Harbour Builders Ltd", "trading", True, True),
    ]


def test_an_anchor_without_files_is_counted_and_holds_none(world):
    assert world(
        "select publisher_id, files_held from marts.anchors where town_id = 'thornley' order by 1"
    ) == [("thornley_college", 0), ("thornley_council", 2)]
    assert world(
        "select distinct anchor_count, anchors_with_payments"
        " from marts.spend_retention_by_town_year where town_id = 'thornley'"
    ) == [(2, 1)]


def test_the_database_says_what_it_rests_on(world):
    [row] = world(
        "select files_held, files_selected, payment_rows, payments_gbp, rejected_rows"
        " from marts.about"
    )
    assert row == (4, 4, 32, Decimal(135900), 0)
    assert world("select count(*) from duckdb_columns() where schema_name = 'marts'"
                 " and comment is null") == [(0,)]  # fmt: skip
