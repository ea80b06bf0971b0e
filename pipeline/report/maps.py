"""Maps as geometry: areas on the units of a drawing, no finer than it can show."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]
Ring = Sequence[Sequence[float]]

WIDTH, HIGHEST, MARGIN = 400.0, 480.0, 4.0
# Half a unit is less than half a pixel on a phone. Neighbours share the points of their border and
# so the rounded ones too: no gap opens, as it would where each were simplified by itself.
GRID = 0.5
_WAYS_ACROSS = 9


@dataclass(frozen=True)
class Shape:
    """One area as drawn: its class, the path, its words, and where its number stands."""

    kind: str
    path: str
    words: str
    number: str
    x: float
    y: float


@dataclass(frozen=True)
class Map:
    """Areas in a box of WIDTH and some height, with what the classes mean as (class, words)."""

    title: str
    alt: str
    height: float
    shapes: list[Shape]
    legend: list[tuple[str, str]]


def drawn_rings(areas: Mapping[str, Iterable[Ring]]) -> tuple[dict[str, list[list[Point]]], float]:
    """The rings of each area in units of the drawing, and its height.

    Longitudes are drawn narrower by the cosine of the middle latitude, so that what is square on
    the ground is so on the page. Rings smaller than the grid fall away.
    """
    held = {code: [list(ring) for ring in rings] for code, rings in areas.items()}
    longitudes = [point[0] for rings in held.values() for ring in rings for point in ring]
    latitudes = [point[1] for rings in held.values() for ring in rings for point in ring]
    west, north = min(longitudes), max(latitudes)
    narrower = math.cos(math.radians((min(latitudes) + north) / 2))
    wide, high = (max(longitudes) - west) * narrower, north - min(latitudes)
    scale = min((WIDTH - 2 * MARGIN) / (wide or 1), (HIGHEST - 2 * MARGIN) / (high or 1))
    left = (WIDTH - wide * scale) / 2

    def placed(point: Sequence[float]) -> Point:
        across = left + (point[0] - west) * narrower * scale
        down = MARGIN + (north - point[1]) * scale
        return round(across / GRID) * GRID, round(down / GRID) * GRID

    drawn = {
        code: [kept for ring in rings if (kept := straightened([placed(one) for one in ring]))]
        for code, rings in held.items()
    }
    return drawn, math.ceil(high * scale + 2 * MARGIN)


def straightened(ring: Iterable[Point]) -> list[Point]:
    """A closed ring, open at its end, without points that change nothing; [] where none is left.

    Repeated points, points on the straight way between their neighbours, and ways that lead to a
    point and back again go.
    """
    kept: list[Point] = []
    for point in ring:
        kept.append(point)
        _drop_needless(kept)
    while len(kept) > 2 and (kept[0] == kept[-1] or _is_needless(kept[-2], kept[-1], kept[0])):
        kept.pop()
    while len(kept) > 2 and _is_needless(kept[-1], kept[0], kept[1]):
        kept.pop(0)
    return kept if len(kept) > 2 else []


def _drop_needless(kept: list[Point]) -> None:
    while len(kept) > 1 and kept[-1] == kept[-2]:
        kept.pop()
    while len(kept) > 2 and _is_needless(*kept[-3:]):
        del kept[-2]
        if kept[-1] == kept[-2]:
            kept.pop()


def _is_needless(before: Point, point: Point, after: Point) -> bool:
    return (point[0] - before[0]) * (after[1] - point[1]) == (after[0] - point[0]) * (
        point[1] - before[1]
    )


def path_of(rings: Iterable[Sequence[Point]]) -> str:
    """The rings as path data of SVG, each step from the point before."""
    return "".join(
        f"M{ring[0][0]:g} {ring[0][1]:g}l"
        + " ".join(f"{x1 - x0:g} {y1 - y0:g}" for (x0, y0), (x1, y1) in pairwise(ring))
        + "z"
        for ring in rings
    )


def place_for_label(rings: Sequence[Sequence[Point]]) -> Point:
    """A point well inside: of the middles of ways across it, the one farthest from all borders."""
    upright = [[(y, x) for x, y in ring] for ring in rings]
    rows = [y for ring in rings for _, y in ring]
    top, bottom = min(rows), max(rows)
    best = (-1.0, (0.0, 0.0))
    for step in range(1, _WAYS_ACROSS + 1):
        # Off the grid, so that no corner lies on the line.
        y = top + (bottom - top) * step / (_WAYS_ACROSS + 1) + GRID / 4
        for start, end in _ways_across(rings, y):
            x = (start + end) / 2
            borders = [border for way in _ways_across(upright, x) for border in way]
            room = min([(end - start) / 2, *(abs(y - border) for border in borders)])
            best = max(best, (room, (round(x, 1), round(y, 1))))
    return best[1]


def _ways_across(rings: Sequence[Sequence[Point]], y: float) -> list[tuple[float, float]]:
    """From where to where the line at y lies inside the rings."""
    crossings = sorted(
        x0 + (y - y0) / (y1 - y0) * (x1 - x0)
        for ring in rings
        for (x0, y0), (x1, y1) in pairwise([*ring, ring[0]])
        if (y0 > y) != (y1 > y)
    )
    return list(zip(crossings[::2], crossings[1::2], strict=True))
