"""Runs of text and borders of columns -> rows of cells: pure geometry."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from pipeline.read.pdf_columns import NUMBER, WORD_GAP, Line, column_of, join_runs, lines_of
from pipeline.read.pdf_page import Edge, Page, Run

Row = list[str]


def rows_of(page: Page, borders: list[float]) -> list[Row]:
    """The page's rows from top to bottom, one text per column."""
    lines = lines_of(page.runs)
    cells = [(line, _cells(line, borders)) for line in lines]
    bands = _bands(page.edges, lines)
    if bands:
        return _join_within_bands(cells, bands)
    return _join_wrapped(cells)


def _cells(line: Line, borders: list[float]) -> dict[int, Run]:
    cells: dict[int, Run] = {}
    for at, run in enumerate(line):
        column = column_of(run, borders)
        if column in cells and _reaches_over(run, cells[column], borders[column:]):
            # So do headings above numbers at the right of their column.
            is_free = all(column_of(other, borders) != column + 1 for other in line[at + 1 :])
            column += is_free
        cells[column] = join_runs(cells[column], run) if column in cells else run
    return cells


def _reaches_over(run: Run, before: Run, borders: list[float]) -> bool:
    """Whether a text apart from the one before it ends beyond the first of the borders."""
    is_apart = run.left - before.right >= WORD_GAP * (run.bottom - run.top)
    return is_apart and bool(borders) and run.right > borders[0] + 1.5


@dataclass(frozen=True)
class _Band:
    top: float
    bottom: float


def _bands(edges: list[Edge], lines: list[Line]) -> list[_Band]:
    """The stretches between level edges, where they rule off row from row."""
    places: dict[int, float] = {}
    for edge in edges:
        if not edge.is_upright:
            places[round(edge.place)] = places.get(round(edge.place), 0.0) + edge.end - edge.start
    width = max(places.values(), default=0.0)
    levels: list[int] = []
    for place in sorted(places):
        if places[place] >= 0.3 * width and not (levels and place - levels[-1] < 3):
            levels.append(place)
    bands = [_Band(top, bottom) for top, bottom in pairwise(levels)]
    filled = [sum(band.top < line[0].middle < band.bottom for line in lines) for band in bands]
    used = [count for count in filled if count]
    if len(used) < 2 or median(used) > 3 or max(used) > 12:
        return []
    return bands


def _join_within_bands(cells: list[tuple[Line, dict[int, Run]]], bands: list[_Band]) -> list[Row]:
    tops = [band.top for band in bands]
    rows: list[dict[int, Run]] = []
    last_band = -1
    for line, parts in cells:
        middle = median(run.middle for run in line)
        band = bisect_right(tops, middle) - 1
        inside = band >= 0 and middle < bands[band].bottom
        if inside and band == last_band:
            _add_below(rows[-1], parts)
        else:
            rows.append(dict(parts))
        last_band = band if inside else -1
    return _texts(rows)


def _join_wrapped(cells: list[tuple[Line, dict[int, Run]]]) -> list[Row]:
    """Rows without ruling: a line with few cells, close to another, is a wrapped part of it.

    Where wrapped lines stand as far apart as rows do, those that go on right of the first column
    are parts of the row above; in the first column the names of departments stand alone as well.
    """
    middles = [median(run.middle for run in line) for line, _ in cells]
    widest = max((len(parts) for _, parts in cells), default=0)
    anchors = [at for at, (_, parts) in enumerate(cells) if len(parts) > 0.5 * widest]
    steps = [middles[b] - middles[a] for a, b in pairwise(anchors)]
    usual = median(steps) if steps else 0.0
    is_anchor = set(anchors)
    rows: list[dict[int, Run]] = []
    waiting: list[dict[int, Run]] = []
    for at, (_, parts) in enumerate(cells):
        before = middles[at] - middles[at - 1] if at else float("inf")
        after = middles[at + 1] - middles[at] if at + 1 < len(cells) else float("inf")
        if at in is_anchor or not rows or min(before, after) > 0.9 * usual:
            is_below_row = rows and len(rows[-1]) > 0.5 * widest and before < 1.1 * usual
            if at not in is_anchor and is_below_row and _goes_on(parts, rows[-1]):
                _add_below(rows[-1], parts)
                continue
            rows.append({})
            for wrapped in waiting:
                _add_below(rows[-1], wrapped)
            waiting = []
            _add_below(rows[-1], parts)
        elif before <= after and not waiting:
            _add_below(rows[-1], parts)
        else:
            waiting.append(parts)
    rows.extend(waiting)
    return _texts(rows)


def _goes_on(parts: dict[int, Run], row: dict[int, Run]) -> bool:
    """Whether the line is no more than text that goes on below text of the row."""
    (column, run), *others = parts.items()
    return not others and column > 0 and column in row and not NUMBER.fullmatch(run.text)


def _add_below(row: dict[int, Run], parts: dict[int, Run]) -> None:
    for column, run in parts.items():
        if column in row:
            text = f"{row[column].text.rstrip()} {run.text}"
            row[column] = replace(row[column], text=text)
        else:
            row[column] = run


def _texts(rows: list[dict[int, Run]]) -> list[Row]:
    width = max((max(row, default=0) for row in rows), default=0) + 1
    return [[row[at].text if at in row else "" for at in range(width)] for row in rows]
