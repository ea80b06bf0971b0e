import pytest

from pipeline.difference import difference, difference_lines


def share(town, low, high, year="2023/24", basis="net", reason=None):
    return {
        "town_name": town,
        "financial_year": year,
        "amount_basis": basis,
        "share_in_town_low": low,
        "share_in_town_high": high,
        "no_headline_reason": reason,
    }


def test_the_difference_runs_from_low_less_high_to_high_less_low():
    assert difference(share("A", 0.4, 0.6), share("B", 0.1, 0.3)) == pytest.approx((0.1, 0.5))


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        (
            (0.4, 0.6),
            (0.1, 0.3),
            "In A stays more than in B (2023/24, net of VAT), by 10.0 to 50.0",
        ),
        (
            (0.1, 0.3),
            (0.4, 0.6),
            "In B stays more than in A (2023/24, net of VAT), by 10.0 to 50.0",
        ),
        ((0.4, 0.6), (0.1, 0.4), "we cannot tell (2023/24, net of VAT): the difference lies"),
    ],
)
def test_which_keeps_more_is_said_only_where_no_difference_is_ruled_out(one, other, says):
    [line] = difference_lines([share("A", *one), share("B", *other)], ["A", "B"])
    assert says in line


def test_the_newest_common_year_with_headlines_counts():
    shares = [
        share("A", 0.5, 0.6),
        share("B", 0.1, 0.2),
        share("A", 0.1, 0.2, "2024/25"),
        share("B", None, None, "2024/25", reason="less than half of the pounds is placed"),
        share("C", 0.1, 0.2, "2023/24", "gross"),
    ]
    lines = difference_lines(shares, ["A", "B", "C"])
    assert "In A stays more than in B (2023/24" in lines[0]
    assert [line[:9] for line in lines[1:]] == ["A and C: ", "B and C: "]
