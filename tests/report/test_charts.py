from decimal import Decimal

import pytest

from pipeline.report.charts import (
    BOTTOM,
    TOP,
    YearMark,
    YearRange,
    band_panel,
    bars,
    floating_bars,
    highest_tick,
    stacked_bar,
    trend,
    years_between,
)
from pipeline.report.figures import money


def year_range(year, low, high, is_pale=False):
    return YearRange(year, low, high, is_pale, f"{year}: {low} to {high}")


def test_years_are_named_over_a_change_of_century():
    assert years_between("1998/99", "2000/01") == ["1998/99", "1999/00", "2000/01"]


@pytest.mark.parametrize(
    ("values", "top"), [([], 0.2), ([0.2], 0.2), ([0.21], 0.4), ([0.97], 1), ([1.3], 1)]
)
def test_an_axis_ends_at_the_next_fifth(values, top):
    assert highest_tick(values) == top


def test_ranges_are_joined_only_where_years_follow_each_other():
    ranges = [
        year_range("2023/24", 0.1, 0.3),
        year_range("2020/21", 0, 1),
        year_range("2022/23", 0.2, 0.4),
    ]
    panel = band_panel("Town", ranges, [], years_between("2020/21", "2023/24"), 1.0)
    assert len(panel.ranges) == 3
    assert len(panel.bands) == 1
    low_and_high = panel.ranges[0][1:3]
    assert low_and_high == (BOTTOM, TOP)


def test_marks_of_others_are_never_joined_and_are_said_in_words():
    marks = [YearMark("2012/13", 0.05, "five"), YearMark("2013/14", 0.18, "eighteen")]
    panel = band_panel("Town", [], marks, years_between("2012/13", "2013/14"), 0.2)
    assert panel.bands == []
    assert panel.alt == "Town. five. eighteen"


def test_a_stack_fills_its_width_and_none_is_drawn_with_a_part_below_zero():
    parts = [("town", "in town", Decimal(30), "30"), ("unknown", "not known", Decimal(10), "10")]
    assert [part[1:3] for part in stacked_bar("y", parts).parts] == [(0, 75), (75, 25)]
    assert stacked_bar("y", [*parts, ("out", "credit", Decimal(-1), "-1")]) is None


def test_bars_below_zero_lie_left_of_the_line_of_the_others():
    below, above = bars([("a", "out", Decimal(-50), "-£50"), ("b", "town", Decimal(150), "£150")])
    assert below.parts[0][1:3] == (0, 25)
    assert above.parts[0][1:3] == (25, 75)


def test_bars_without_pounds_are_not_drawn():
    assert floating_bars([("a", "out", Decimal(0), Decimal(0), "£0")])[0].parts == []


@pytest.mark.parametrize(
    ("amount", "words"),
    [("750000000", "£750m"), ("1250000", "£1.3m"), ("-1200000", "-£1.2m"), ("999999", "£999,999"),
     ("24000.50", "£24,001"), ("-300", "-£300"), ("0", "£0")],
)  # fmt: skip
def test_pounds_are_rounded_as_a_reader_takes_them_in(amount, words):
    assert money(Decimal(amount)) == words


def test_a_trend_has_a_column_for_each_year_with_pounds_and_gaps_between():
    pounds = {"2021/22": (Decimal(50), "£50"), "2023/24": (Decimal(100), "£100")}
    drawn = trend(years_between("2021/22", "2024/25"), pounds)
    assert drawn.alt == "2021/22: £50. 2022/23: none listed. 2023/24: £100. 2024/25: none listed"
    assert [column[1:5] for column in drawn.columns] == [(0, 12, 20, 12), (50, 0, 20, 24)]


def test_a_year_of_credits_hangs_below_the_zero_line_of_a_trend():
    pounds = {"2021/22": (Decimal(-30), "-£30"), "2022/23": (Decimal(90), "£90")}
    below, above = trend(["2021/22", "2022/23"], pounds).columns
    assert (below[0], below[2], below[4]) == ("out", 18, 6)
    assert (above[0], above[2], above[4]) == ("town", 0, 18)


def test_a_trend_without_pounds_is_empty_and_says_so():
    assert trend(["2021/22"], {"2021/22": (Decimal(0), "£0")}).columns == []
    assert trend([], {}).alt == ""
