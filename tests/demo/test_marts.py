"""The marts beside the main one: rows worked on paper from the world of test_world.py."""

import shutil
from decimal import Decimal

import pytest

from pipeline.settings import SQL_ROOT
from pipeline.sql_models import load_project
from pipeline.warehouse import build_database


def pounds(*amounts):
    return tuple(Decimal(amount) for amount in amounts)


# Metro Systems passes pounds on (3,000 and 2,000), Sedge Care is owned by Thornley Council (5,000).
VARIANTS = {
    ("marlhaven", "registered", "all"): (24000, 11400, 11400 / 24000, 15500 / 24000),
    ("marlhaven", "registered", "without_intermediaries"):
        (21000, 11400, 11400 / 21000, 15500 / 21000),
    ("marlhaven", "registered", "without_anchor_owned"):
        (24000, 11400, 11400 / 24000, 15500 / 24000),
    # No payment of Marlhaven's says where its payee trades.
    ("marlhaven", "trading", "all"): (24000, 0, 0, 1),
    ("marlhaven", "based_or_branch", "all"): (24000, 11400, 11400 / 24000, 15500 / 24000),
    ("thornley", "registered", "without_anchor_owned"): (6500, 4500, 4500 / 7300, 5300 / 7300),
    ("thornley", "registered", "without_intermediaries"): (9500, 4500, 4500 / 10300, 5300 / 10300),
    ("thornley", "registered", "independent"): (4500, 4500, 4500 / 5300, 1),
    # Corner Cafe's postcode stands on its payment; all others may trade anywhere.
    ("thornley", "trading", "all"): (11500, 500, 500 / 12300, 1),
}  # fmt: skip


@pytest.mark.parametrize("cell", VARIANTS, ids=" ".join)
def test_shares_under_other_definitions_and_choices_of_payees(world, cell):
    town, definition, payees = cell
    [row] = world(
        "select total_gbp, town_gbp, share_in_town_low, share_in_town_high"
        " from marts.spend_retention_variants where financial_year = '2023/24'"
        f" and scope = 'headline' and town_id = '{town}'"
        f" and local_definition = '{definition}' and payees = '{payees}'"
    )
    total, in_town, low, high = VARIANTS[cell]
    assert row[:2] == pounds(total, in_town)
    assert row[2:] == pytest.approx((low, high), abs=1e-9)


def test_public_payees_are_left_out_of_all_that_is_published(world):
    # HMRC's 8,000 and the county council's 6,000.
    assert world(
        "select total_gbp from marts.spend_retention_variants where town_id = 'marlhaven'"
        " and financial_year = '2023/24' and scope = 'all_published'"
        " and local_definition = 'registered' and payees = 'without_public'"
    ) == [pounds(90100 - 14000)]


def test_the_largest_supplier_is_taken_out_of_both_ends(world):
    rows = world(
        "select town_id, financial_year, largest_supplier_gbp, share_without_largest_supplier_low,"
        " share_without_largest_supplier_high from marts.spend_retention_by_town_year"
        " where scope = 'headline' order by 1, 2"
    )
    # Harbour Builders, Metro Systems, Sedge Care, Metro Systems.
    assert [row[2] for row in rows] == list(pounds(10000, 9000, 5000, 6000))
    assert rows[0][3:] == pytest.approx((1400 / 14000, 5500 / 14000))
    assert rows[1][3:] == pytest.approx((4700 / 8700, 6300 / 8700))
    assert rows[2][3:] == pytest.approx((4500 / 7300, 5300 / 7300))
    # 2,500 + 400 + 800 in 8,800 + 800 - 6,000: a credit pushes it above 1.
    assert rows[3][3:] == (pytest.approx(2500 / 3600), None)


def test_real_pounds_are_in_prices_of_2024_25(world):
    rows = world(
        "select financial_year, total_real_gbp, real_gbp_note"
        " from marts.spend_retention_by_town_year"
        " where scope = 'headline' and town_id = 'marlhaven' order by 1"
    )
    deflator = world("select deflator from seeds.gdp_deflators where financial_year = '2023/24'")
    expected = (Decimal(24000) * 100 / deflator[0][0]).quantize(Decimal("0.01"))
    assert rows == [("2023/24", expected, None), ("2024/25", Decimal(17700), None)]


def test_shares_by_anchor_say_why_there_is_no_figure_per_head(world):
    rows = world(
        "select publisher_id, total_gbp, share_in_service_area_low, share_in_service_area_high,"
        " total_gbp_per_head, per_head_note from marts.spend_retention_by_anchor_year"
        " where financial_year = '2023/24' and scope = 'headline' order by 1"
    )
    # Marlhaven Council serves its own district alone; Thornley's undated 800 leave it open.
    assert rows[0][:2] == ("marlhaven_council", Decimal(24000))
    assert rows[0][2:4] == pytest.approx((11400 / 24000, 15500 / 24000))
    assert rows[1][:4] == ("thornley_council", Decimal(11500), None, None)
    assert {row[4:] for row in rows} == {
        (None, "no population is held for the service area and year")
    }


def test_shares_by_category_net_credits_within_the_category(world):
    rows = world(
        "select category, total_gbp, town_gbp, share_in_town_low, share_in_town_high"
        " from marts.spend_retention_by_category_year where town_id = 'marlhaven'"
        " and financial_year = '2023/24' and scope = 'headline' order by 1"
    )
    assert [(row[0], row[1], row[2]) for row in rows] == [
        ("Building Works", *pounds(10000, 10000)),
        ("Catering", *pounds(5400, 1400)),
        ("Cleaning", *pounds(1000, 0)),
        ("Computer Software", *pounds(3000, 0)),
        ("Highways Maintenance", *pounds(1500, 0)),
        ("Legal Fees", *pounds(600, 0)),
        ("no category", *pounds(2500, 0)),
    ]
    assert rows[1][3:] == pytest.approx((1400 / 5400, 1400 / 5400))
    assert rows[2][3:] == (0, 1)


def test_shares_by_month_stand_where_every_payment_says_its_month(world):
    rows = world(
        "select payment_month, total_gbp, share_in_town_low, no_headline_reason"
        " from marts.spend_retention_by_town_month where town_id = 'marlhaven'"
        " and scope = 'headline' order by 1"
    )
    assert rows[:3] == [
        ("2023-04", Decimal(10000), 1, None),
        ("2023-06", Decimal(4000), 0, None),
        ("2023-09", Decimal(1500), 0, None),
    ]
    # Wold Catering's 700 of 2024/25 print no month.
    assert rows[-1][:2] == ("no month", Decimal(700))
    assert rows[7][0] == "2024-04"
    assert rows[7][2:] == (None, "some payments of the year print no month: not computed")


def test_the_bridge_leads_from_published_to_influenceable_pounds(world):
    rows = world(
        "select spend_nature, influenceable, amount_gbp, published_gbp, headline_gbp"
        " from marts.scope_bridge where publisher_id = 'marlhaven_council'"
        " and financial_year = '2023/24' order by 1"
    )
    assert rows == [
        (nature, influenceable, *pounds(amount, 90100, 24000))
        for nature, influenceable, amount in [
            ("direct_payment_or_benefit", "no", 900),
            ("grant", "partly", 1200),
            ("precept_levy", "no", 6000),
            ("procured", "yes", 21500),
            ("tax_pension_payroll", "no", 8000),
            ("treasury", "no", 50000),
            ("unclassified", "unclear", 2500),
        ]
    ]
    assert world(
        "select amount_gbp from marts.scope_bridge where financial_year = 'undated'"
    ) == [pounds(800)]  # fmt: skip


def test_what_no_rule_explains_is_listed(world):
    assert world(
        "select supplier_name, payment_rows, amount_gbp from marts.unclassified_suppliers"
    ) == [("Zephyr Widgets", 2, Decimal(2200))]


def test_coverage_tells_published_months_from_gaps(world):
    rows = world(
        "select strftime(payment_month, '%Y-%m'), status, payment_rows, amount_gbp"
        " from marts.coverage where publisher_id = 'thornley_council' order by 1"
    )
    assert len(rows) == 21
    assert rows[:4] == [
        ("2023-04", "no_file", 0, Decimal(0)),
        ("2023-05", "published", 1, Decimal(3000)),
        ("2023-06", "missing", 0, Decimal(0)),
        ("2023-07", "missing", 0, Decimal(0)),
    ]
    assert rows[-1] == ("2024-12", "published", 1, Decimal(7000))
    assert world(
        "select distinct status from marts.coverage where publisher_id = 'thornley_college'"
    ) == [("no_file",)]


def test_disclosure_says_why_it_is_not_held_against_an_outturn(world):
    assert world(
        "select financial_year, months_published, published_gbp, headline_gbp, no_ratio_reason"
        " from marts.disclosure_by_year where publisher_id = 'marlhaven_council' order by 1"
    ) == [
        (year, months, *pounds(published, headline),
         "no running expenses are held for this body and year")
        for year, months, published, headline in [
            ("2023/24", 9, 90100, 24000), ("2024/25", 6, 17700, 17700)]
    ]  # fmt: skip


def test_the_top_suppliers_leave_out_credits_and_withheld_payees(world):
    rows = world(
        "select town_id, top_suppliers, top_total_gbp, top_share_in_town_low,"
        " top_share_in_town_high, top_share_in_county_low, top_share_in_county_high, all_total_gbp"
        " from marts.cles_replica where financial_year = '2023/24' order by 1"
    )
    # Without the withheld 600; without Thornley's undated 800.
    assert rows[0][:3] == ("marlhaven", 7, Decimal(23400))
    assert rows[0][3:7] == pytest.approx(
        (11400 / 23400, 14900 / 23400, 15400 / 23400, 18900 / 23400)
    )
    assert rows[1][:3] == ("thornley", 4, Decimal(11500))
    assert rows[1][3:7] == pytest.approx((4500 / 11500, 4500 / 11500, 9500 / 11500, 9500 / 11500))
    assert [row[7] for row in rows] == list(pounds(24000, 11500))
    # Without the credits of 300 and of 100.
    assert world(
        "select top_total_gbp from marts.cles_replica where financial_year = '2024/25' order by 1"
    ) == [pounds(8900), pounds(18000)]


def test_what_leaks_is_told_by_owner_sector_and_place(world):
    rows = world(
        "select dimension, dimension_value, supplier_count, total_gbp, town_gbp, leaving_gbp,"
        " unknown_gbp from marts.leakage where town_id = 'marlhaven'"
        " and financial_year = '2023/24' and dimension != 'sic_section' order by 1, 2"
    )
    assert rows == [
        ("owner_kind", "not identified", 2, *pounds(3500, 0, 0, 3500)),
        ("owner_kind", "private company", 4, *pounds(18400, 11400, 7000, 0)),
        ("owner_kind", "public limited company", 1, *pounds(1500, 0, 1500, 0)),
        ("owner_kind", "withheld", 1, *pounds(600, 0, 0, 600)),
        ("place", "elsewhere in the UK", 1, *pounds(3000, 0, 3000, 0)),
        ("place", "not known", 3, *pounds(4100, 0, 0, 4100)),
        ("place", "rest of the county area", 1, *pounds(4000, 0, 4000, 0)),
        ("place", "rest of the region", 1, *pounds(1500, 0, 1500, 0)),
        ("place", "the town", 2, *pounds(11400, 11400, 0, 0)),
    ]
    # Harbour Builders and Farrow Roads build.
    assert world(
        "select total_gbp, town_gbp from marts.leakage where town_id = 'marlhaven'"
        " and financial_year = '2023/24' and dimension_value = 'CONSTRUCTION'"
    ) == [pounds(11500, 10000)]


def test_pounds_by_ward_and_by_other_district(world):
    # In Marlhaven Harbour Builders and perhaps Northgate, then Quay Foods; Zephyr and the withheld
    # 600 may be anywhere. Upper Wold has Wold Catering. In Thornley the printer and the cafe share
    # a ward, Sedge has Sedge Care, and the undated 800 may be anywhere in both years.
    rows = world(
        "select financial_year, area_code, amount_gbp, low_gbp, high_gbp,"
        " credits_gbp, payment_rows, supplier_count from marts.spend_by_ward_year order by 1, 2"
    )
    assert rows == [
        (year, area, *pounds(amount, low, high, credit), payments, suppliers)
        for year, area, amount, low, high, credit, payments, suppliers in [
            ("2023/24", "E05990001", 10000, 10000, 14100, 0, 1, 1),
            ("2023/24", "E05990002", 1400, 1400, 4500, 0, 1, 1),
            ("2023/24", "E05990005", 4500, 4500, 5300, 0, 3, 2),
            ("2023/24", "E07990002", 4000, 4000, 7100, 0, 1, 1),
            ("2023/24", "E07990004", 5000, 5000, 5800, 0, 1, 1),
            ("2024/25", "E05990001", 5000, 4700, 6300, -1000, 2, 1),
            ("2024/25", "E05990005", 2500, 2500, 3700, 0, 1, 1),
            ("2024/25", "E07990002", 700, 400, 2000, 0, 1, 1),
        ]
    ]  # fmt: skip
    # No boundaries are held of this world, so nothing has a name.
    assert world(
        "select town_id, area_kind, count(*), count(area_name)"
        " from marts.spend_by_ward_year group by all order by all"
    ) == [
        ("marlhaven", "district", 2, 0),
        ("marlhaven", "ward", 3, 0),
        ("thornley", "district", 1, 0),
        ("thornley", "ward", 2, 0),
    ]


def test_the_top_recipients_are_named_as_registered_and_persons_are_not(world):
    rows = world(
        "select place, supplier_name, owner_kind, band, amount_gbp from marts.top_recipients"
        " where town_id = 'thornley' and financial_year = '2024/25' order by 1"
    )
    assert rows == [
        (1, "METRO SYSTEMS LIMITED", "private company", "rest_of_uk", Decimal(6000)),
        (2, "THORNLEY PRINT LIMITED", "private company", "town", Decimal(2500)),
        (3, "individual", "individual", "unknown", Decimal(400)),
        (4, "FARROW ROADS PLC", "public limited company", "rest_of_uk", Decimal(-100)),
    ]
    # Marlhaven's withheld 600 of 2023/24 are nobody's.
    assert world(
        "select count(*), sum(amount_gbp) from marts.top_recipients"
        " where town_id = 'marlhaven' and financial_year = '2023/24'"
    ) == [(7, Decimal(23400))]


def test_sizes_go_by_what_one_supplier_got_in_the_year(world):
    assert world(
        "select size_band, supplier_years, payment_rows, amount_gbp, town_gbp, unknown_gbp"
        " from marts.supplier_year_size_bands where town_id = 'marlhaven'"
        " and financial_year = '2024/25' order by size_order"
    ) == [
        ("credits", 1, 1, *pounds(-300, 0, -300)),
        ("£500 to £5000", 3, 3, *pounds(4000, 0, 1300)),
        ("£5000 to £25000", 2, 3, *pounds(14000, 5000, 0)),
    ]


def test_concentration_is_of_suppliers_with_more_than_nothing(world):
    [row] = world(
        "select supplier_count, total_gbp, largest_share, largest_10_share, herfindahl_index"
        " from marts.supplier_concentration where town_id = 'thornley'"
        " and financial_year = '2024/25'"
    )
    assert row[:2] == (3, Decimal(8900))
    assert row[2:] == pytest.approx((6000 / 8900, 1, (6000**2 + 2500**2 + 400**2) / 8900**2))


def test_small_firms_have_a_band_too(world):
    [row] = world(
        "select company_gbp, small_gbp, small_in_town_gbp, small_share_low, small_share_high"
        " from marts.small_firm_share where town_id = 'marlhaven' and financial_year = '2023/24'"
    )
    # All its companies file total exemption accounts; 3,500 are not identified, 600 withheld.
    assert row[:3] == pounds(19900, 19900, 11400)
    assert row[3:] == pytest.approx((19900 / 24000, 1))


def test_contributions_to_a_change_add_up(world):
    rows = world(
        "select change_group, before_gbp, after_gbp, contribution, share_before, share_after"
        " from marts.change_decomposition where town_id = 'marlhaven' order by 1"
    )
    assert [row[:3] for row in rows] == [
        ("continuing suppliers", *pounds(17000, 14700)),
        ("lost suppliers", *pounds(2900, 0)),
        ("new suppliers", *pounds(0, 2000)),
        ("place unknown", *pounds(4100, 1000)),
    ]
    before, after = 11400 / 24000, 5000 / 17700
    continuing = (5000 - before * 14700) / 17700 - (10000 - before * 17000) / 24000
    assert rows[0][3:] == pytest.approx((continuing, before, after))
    assert sum(row[3] for row in rows) == pytest.approx(after - before, abs=1e-12)


def test_reading_is_told_by_publisher(world):
    assert world(
        "select publisher_id, files_held, file_rows, payment_rows, excluded_rows, rejected_rows,"
        " files_with_printed_total, files_with_agreeing_total from marts.reader_quality order by 1"
    ) == [
        ("marlhaven_council", 2, 31, 21, 10, 0, 2, 2),
        ("thornley_council", 2, 13, 11, 2, 0, 0, 0),
    ]


def test_like_for_like_takes_the_months_that_both_hold(world):
    rows = world(
        "select town_id, financial_year, institution_ids, common_months, supplier_count, total_gbp,"
        " town_gbp, town_may_gain_gbp, town_may_lose_gbp, credits_gbp, below_floor_gbp"
        " from marts.like_for_like where comparison_group = 'local government' order by 2, 1"
    )
    # November, January and February; then April and June. In February Marlhaven paid a grant only.
    assert rows == [
        ("marlhaven", "2023/24", "marlhaven_council", 3, 3, *pounds(4500, 1400, 3100, 0, 0, 0)),
        ("thornley", "2023/24", "thornley_council", 3, 3, *pounds(3500, 1500, 0, 0, 0, 0)),
        ("marlhaven", "2024/25", "marlhaven_council", 2, 1, *pounds(5000, 5000, 0, 0, -1000, 0)),
        ("thornley", "2024/25", "thornley_council", 2, 2, *pounds(8500, 2500, 0, 0, 0, 0)),
    ]


def test_a_district_and_a_unitary_council_compare_in_pounds_only(world):
    assert world(
        "select distinct comparison_group, share_in_town_low, share_in_town_high,"
        " is_newest_complete_year, only_pounds_reason"
        " from like_for_like('marlhaven', 'thornley')"
    ) == [("local government", None, None, False, "the councils held do different work")]


def test_macros_give_the_rows_of_the_marts(world):
    [row] = world("from local_share('thornley', '2023/24', 'trading')")
    assert row[:3] == ("net", pytest.approx(500 / 12300), 1)
    assert row[6:8] == pounds(11500, 500)
    assert (
        world(
            "select gbp_real(total_gbp, financial_year) = total_real_gbp, gbp_real(1, '1066/67')"
            " from marts.spend_retention_by_town_year"
        )
        == [(True, None)] * 16
    )


def test_a_build_by_new_code_of_the_same_data_changes_no_row(world_settings, tmp_path):
    warehouse = shutil.copytree(world_settings.warehouse, tmp_path / "warehouse")
    report = build_database(
        warehouse / "anchorspend.duckdb", load_project(SQL_ROOT), warehouse, "of newer code"
    )
    assert len(report.changes) > 30
    assert [one for one in report.changes if one.differing_rows or one.not_compared_reason] == []
    [payments] = [one for one in report.changes if one.mart_name == "payments"]
    assert (payments.rows_before, payments.gbp_before) == (32, payments.gbp_after)
