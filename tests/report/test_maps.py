import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.demo.generator.island import outline, read_wards
from pipeline.report.maps import (
    GRID,
    HIGHEST,
    MARGIN,
    WIDTH,
    drawn_rings,
    path_of,
    place_for_label,
    straightened,
)
from pipeline.report.wards import classed

SQUARE = [(0, 0), (4, 0), (4, 4), (0, 4), (0, 0)]
numbers = st.integers(-3, 3).map(float)
points = st.tuples(numbers, numbers)


def area(ring):
    """Twice the area of an open ring, with its sign."""
    following = [*ring[1:], *ring[:1]]
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(ring, following, strict=True))


@pytest.mark.parametrize(
    ("ring", "left"),
    [
        pytest.param(SQUARE, SQUARE[:-1], id="closed"),
        pytest.param([(0, 0), (0, 0), *SQUARE[1:], (0, 0)], SQUARE[:-1], id="repeated"),
        pytest.param([(0, 0), (2, 0), (3, 0), *SQUARE[1:]], SQUARE[:-1], id="on the way"),
        pytest.param([(2, 0), *SQUARE[1:4], (0, 0), (2, 0)], SQUARE[1:4] + SQUARE[:1], id="at end"),
        pytest.param([(0, 0), (4, 0), (9, 0), *SQUARE[1:]], SQUARE[:-1], id="there and back"),
        pytest.param([(0, 0), (4, 0), (0, 0)], [], id="a line"),
        pytest.param([(1, 1)] * 5, [], id="a point"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_points_that_change_nothing_go(ring, left):
    assert straightened(ring) == left


@given(st.lists(points, min_size=3, max_size=12))
def test_the_area_of_a_ring_never_changes(ring):
    left = straightened([*ring, ring[0]])
    assert area(left) == area(ring)
    for before, point, after in zip(left[-1:] + left, left, left[1:] + left[:1], strict=False):
        turn = (point[0] - before[0]) * (after[1] - point[1]) - (after[0] - point[0]) * (
            point[1] - before[1]
        )
        assert turn


def island():
    wards = [ward for ward in read_wards() if ward.lad_code == "E07980001"]
    return {ward.code: [outline([ward], seed=1)] for ward in wards}


def test_neighbours_keep_their_common_border():
    rings, height = drawn_rings(island())
    whole, _ = drawn_rings({**island(), "all": [outline(
        [ward for ward in read_wards() if ward.lad_code == "E07980001"], seed=1)]})  # fmt: skip
    parts = sum(abs(area(ring)) for of in rings.values() for ring in of)
    assert parts == abs(area(whole["all"][0]))
    assert 0.4 * WIDTH * height < parts / 2 < WIDTH * height


def test_a_drawing_fills_its_box_and_stays_on_the_grid():
    rings, height = drawn_rings(island())
    drawn = [point for of in rings.values() for ring in of for point in ring]
    assert min(x for x, _ in drawn) >= MARGIN - GRID
    assert max(x for x, _ in drawn) <= WIDTH - MARGIN + GRID
    assert max(y for _, y in drawn) <= height <= HIGHEST
    assert all(x % GRID == 0 == y % GRID for x, y in drawn)


def test_rounding_moves_no_point_farther_than_half_a_cell_of_the_grid():
    # A square of a degree on the equator: 392 units wide.
    ring = [(0, 0), (1, 0), (1, 1), (0.3711, 1), (0, 1), (0, 0)]
    rings, _ = drawn_rings({"a": [ring], "b": [[(0, 0), (0.3711, 0.71), (0.2, 0), (0, 0)]]})
    place = rings["b"][0][1]
    narrower = math.cos(math.radians(0.5))
    scale = (WIDTH - 2 * MARGIN) / narrower
    assert abs(place[0] - MARGIN - 0.3711 * narrower * scale) <= GRID / 2
    assert abs(place[1] - MARGIN - 0.29 * scale) <= GRID / 2


def test_what_is_smaller_than_the_grid_is_not_drawn():
    speck = [(0.5, 0.5), (0.50001, 0.5), (0.5, 0.50001), (0.5, 0.5)]
    rings, _ = drawn_rings({"a": [[(0, 0), (1, 0), (1, 1), (0, 0)], speck]})
    assert len(rings["a"]) == 1


def test_a_path_goes_from_point_to_point():
    assert path_of([[(0, 0), (4, 0), (4, 2.5)], [(1, 1), (2, 1), (2, 2)]]) == (
        "M0 0l4 0 0 2.5zM1 1l1 0 0 1z"
    )


def test_a_number_stands_inside_its_area_and_not_in_a_hole():
    hole = [(1.0, 1.0), (9.0, 1.0), (9.0, 9.0), (1.0, 9.0)]
    x, _ = place_for_label([[(0.0, 0.0), (20.0, 0.0), (20.0, 10.0), (0.0, 10.0)], hole])
    assert x > 9


def test_classes_hold_as_many_areas_each_as_may_be():
    amounts = {str(n): Decimal(n) for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)}
    classes, legend = classed(amounts, "ward")
    assert [classes[str(n)] for n in (1, 2, 3, 9, 10)] == [
        "ward-1", "ward-1", "ward-2", "ward-5", "ward-5",
    ]  # fmt: skip
    assert legend == [(f"ward-{n}", f"£{2 * n - 1} to £{2 * n}") for n in range(1, 6)]


def test_equal_pounds_are_of_one_class_and_few_areas_take_the_strongest():
    amounts = {"a": Decimal(5), "b": Decimal(5), "c": Decimal(70)}
    classes, legend = classed(amounts, "ward")
    assert classes == {"a": "ward-4", "b": "ward-4", "c": "ward-5"}
    assert legend == [("ward-4", "£5"), ("ward-5", "£70")]


def test_credits_and_nothing_are_classes_of_their_own():
    classes, legend = classed({"a": Decimal(-5), "b": Decimal(0)}, "ward")
    assert classes == {"a": "out", "b": "none"}
    assert legend == [("out", "-£5")]
