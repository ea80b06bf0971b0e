"""The invented island: its wards, where they lie, and borders that neighbours share."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import yaml

HERE = Path(__file__).parent
# North-western corner, in the North Sea, so that no real place is meant; degrees for each letter.
NORTH, WEST = 55.6, 3.0
HIGH, WIDE = 0.05, 0.08
# In sizes of a ward: how far corners stray, how far borders bend, how far postcodes lie apart.
STRAY, BEND, SPREAD = 0.2, 0.1, 0.2

Point = tuple[float, float]
Corner = tuple[int, int]


@dataclass(frozen=True)
class Ward:
    """A ward of a district, at its row and column of the island."""

    code: str
    name: str
    lad_code: str
    row: int
    column: int


def read_wards() -> list[Ward]:
    """Every ward of island.yml, district by district."""
    island = yaml.safe_load((HERE / "island.yml").read_text(encoding="utf-8"))
    names = island["wards"]
    wards = []
    for number, (letter, lad_code) in enumerate(island["districts"].items()):
        places = [
            (row, column)
            for row, letters in enumerate(island["rows"])
            for column, found in enumerate(letters)
            if found == letter
        ]
        wards += [
            Ward(
                f"{lad_code[0]}0598{number:02}{place:02}",
                names[(place + 3 * number) % len(names)],
                lad_code,
                *at,
            )
            for place, at in enumerate(places)
        ]
    return wards


def place_in(ward: Ward, number: int) -> Point:
    """The longitude and latitude of one of many places well inside a ward."""
    across, down = (number % 7 / 6 - 0.5) * SPREAD, (number // 7 % 7 / 6 - 0.5) * SPREAD
    return _at(ward.row + 0.5 + down, ward.column + 0.5 + across)


def outline(wards: Iterable[Ward], seed: int) -> list[Point]:
    """The ring around wards that lie together, closed, anticlockwise as GeoJSON has it.

    Borders between them fall away; what is left is bent as in the rings of their neighbours.
    """
    edges: set[tuple[Corner, Corner]] = set()
    for ward in wards:
        row, column = ward.row, ward.column
        corners = [(row, column), (row + 1, column), (row + 1, column + 1), (row, column + 1)]
        for edge in zip(corners, [*corners[1:], corners[0]], strict=True):
            if edge[::-1] in edges:
                edges.remove(edge[::-1])
            else:
                edges.add(edge)
    following = dict(edges)
    ring: list[Point] = []
    start = corner = min(following)
    while not ring or corner != start:
        ring += _border(corner, following[corner], seed)[:-1]
        corner = following[corner]
    return [*ring, ring[0]]


def _border(start: Corner, end: Corner, seed: int) -> list[Point]:
    """The way from one corner to a neighbouring one, the same from either end."""
    if start > end:
        return _border(end, start, seed)[::-1]
    chance = random.Random(f"{seed}/border/{start}/{end}")  # noqa: S311
    way = [_corner(start, seed), _corner(end, seed)]
    for bend in (BEND, BEND / 2, BEND / 4):
        between = [
            (
                (before[0] + after[0]) / 2 + chance.uniform(-bend, bend) * WIDE,
                (before[1] + after[1]) / 2 + chance.uniform(-bend, bend) * HIGH,
            )
            for before, after in pairwise(way)
        ]
        way = [point for pair in zip(way, between, strict=False) for point in pair] + way[-1:]
    return [(round(longitude, 6), round(latitude, 6)) for longitude, latitude in way]


def _corner(corner: Corner, seed: int) -> Point:
    chance = random.Random(f"{seed}/corner/{corner}")  # noqa: S311
    row, column = corner
    return _at(row + chance.uniform(-STRAY, STRAY), column + chance.uniform(-STRAY, STRAY))


def _at(row: float, column: float) -> Point:
    return WEST + column * WIDE, NORTH - row * HIGH
