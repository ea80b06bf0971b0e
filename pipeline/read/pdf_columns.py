"""Runs of text and ruled edges -> the borders between columns: pure geometry."""

import re
from bisect import bisect_right, insort
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from statistics import median

from pipeline.read.pdf_page import Page, Run

# Runs closer than this, in heights of their text, are words of one cell.
WORD_GAP = 0.3
_SAME_PLACE = 2.5
_MOST_BORDERS = 100
# Less than a letter: the end of one line above the beginning of another.
_NARROWEST_COLUMN = 4.0
NUMBER = re.compile(r"[-(£$€\s]*[\d,]+(?:\.\d+)?[)\s-]*(?:CR|DR)?\s*")
_DAY_OR_AMOUNT = re.compile(
    r"\d{1,4}[-/.](?:\d{1,2}|[A-Za-z]{3,9})[-/.]\d{1,4}|[-(£$€\s]*[\d,]+\.\d\d[)\s-]*(?:CR|DR)?"
)

Line = list[Run]
Span = tuple[float, float]


def columns_of(pages: list[Page]) -> list[list[float]]:
    """For every page the borders between its columns: the shared ones wherever they fit."""
    shared = _borders(pages)
    parted = _part_shared(shared, _tabular(pages))
    borders = []
    for page in pages:
        lines = _tabular([page])
        if not _hold_one_phrase_each(lines, found := shared):
            own = _borders([page])
            choices = (own, parted, _part_shared(own, lines))
            found = next((c for c in choices if _hold_one_phrase_each(lines, c)), shared)
        borders.append(found)
    return borders


def _borders(pages: list[Page]) -> list[float]:
    lines = _tabular(pages)
    drawn = _drawn_borders(pages)
    if len(drawn) > 1 and _hold_one_phrase_each(lines, drawn):
        return drawn
    return _borders_in_gaps(lines)


def _tabular(pages: list[Page]) -> list[Line]:
    """The lines of two phrases and more, as phrases."""
    lines = [line for page in pages for line in lines_of(page.runs)]
    starts = _column_starts(lines)
    return [cut for line in lines if len(cut := phrases(line, starts)) > 1]


def _column_starts(lines: list[Line]) -> frozenset[int]:
    """Half points at which half of the lines begin a run beside another that is no word before it.

    Text that reaches up to the next column, and dates at the right of theirs, stand as close to
    the next as words of one cell do. Words stand beside words, and at one place only if those are
    of one width.
    """
    beside: dict[int, list[Run]] = {}
    for line in lines:
        for before, run in pairwise(line):
            beside.setdefault(_half_points(run.left), []).append(before)
    several = sum(len(line) > 2 for line in lines)
    return frozenset(
        start
        for start, runs in beside.items()
        if len(runs) >= max(0.5 * several, 4) and _are_cells(runs)
    )


def _are_cells(runs: list[Run]) -> bool:
    """Whether most are whole days or amounts, or they change their extent from line to line."""
    values = sum(_DAY_OR_AMOUNT.fullmatch(run.text.strip()) is not None for run in runs)
    extents = Counter((_half_points(run.left), _half_points(run.right)) for run in runs)
    return 2 * values > len(runs) or 2 * extents.most_common(1)[0][1] <= len(runs)


def _half_points(place: float) -> int:
    return round(place * 2)


def _part_shared(borders: list[float], lines: list[Line]) -> list[float]:
    """The borders, and more in each column where many lines have phrases side by side."""
    parted = list(borders)
    column = 0
    while column <= len(parted) < _MOST_BORDERS:
        place = _place_between_phrases(parted, column, lines)
        if place is None:
            column += 1
        else:
            insort(parted, place)
    return parted


def _place_between_phrases(borders: list[float], column: int, lines: list[Line]) -> float | None:
    filled = 0
    clear: Counter[int] = Counter()
    for line in lines:
        inside = [run for run in line if column_of(run, borders) == column]
        filled += bool(inside)
        for before, run in pairwise(inside):
            last = _half_points(run.left) - 1
            clear.update(range(min(_half_points(before.right), last), last + 1))
    place, count = max(clear.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    found = place / 2
    return found if count >= max(0.3 * filled, 3) and found not in borders else None


def _hold_one_phrase_each(lines: list[Line], borders: list[float]) -> bool:
    """Whether the borders are all that there are: few lines have two phrases between two."""
    shared = sum(len({column_of(run, borders) for run in line}) < len(line) for line in lines)
    return shared <= 0.1 * len(lines)


def lines_of(runs: list[Run]) -> list[Line]:
    """Runs that stand level with one another, from top to bottom, each from left to right."""
    lines: list[Line] = []
    for run in sorted(runs, key=lambda run: run.middle):
        if lines:
            level = median(other.middle for other in lines[-1])
            height = min(run.bottom - run.top, lines[-1][0].bottom - lines[-1][0].top)
            if run.middle - level < 0.4 * height:
                lines[-1].append(run)
                continue
        lines.append([run])
    return [sorted(line, key=lambda run: run.left) for line in lines]


def phrases(line: Line, column_starts: frozenset[int] = frozenset()) -> Line:
    """The line's runs with words of one cell joined."""
    joined: Line = []
    for run in line:
        height = run.bottom - run.top
        is_near = joined and -0.5 * height < run.left - joined[-1].right < WORD_GAP * height
        if is_near and _half_points(run.left) not in column_starts:
            joined[-1] = join_runs(joined[-1], run)
        else:
            joined.append(run)
    return joined


def join_runs(first: Run, second: Run) -> Run:
    """Two runs of one cell as one, with a space where they stand apart."""
    apart = second.left - first.right > 0.12 * (second.bottom - second.top)
    space = " " if apart and not first.text.endswith(" ") else ""
    return replace(
        first,
        text=f"{first.text}{space}{second.text}",
        right=max(first.right, second.right),
        top=min(first.top, second.top),
        bottom=max(first.bottom, second.bottom),
    )


def _drawn_borders(pages: list[Page]) -> list[float]:
    """The upright edges that text keeps clear of, the outermost two left out."""
    lines = [line for page in pages for line in lines_of(page.runs) if len(phrases(line)) > 1]
    places = sorted(edge.place for page in pages for edge in page.edges if edge.is_upright)
    groups: list[list[float]] = []
    for place in places:
        if groups and place - groups[-1][-1] < _SAME_PLACE:
            groups[-1].append(place)
        else:
            groups.append([place])
    # A border is drawn on every page that has the table, or at least beside its header.
    borders = [median(group) for group in groups]
    kept = [border for border in borders if _is_clear(border, lines)]
    if not kept:
        return []
    left = min((run.left for line in lines for run in line), default=0.0)
    right = max((run.right for line in lines for run in line), default=0.0)
    return [border for border in kept if left + 1 < border < right - 1]


def _is_clear(border: float, lines: list[Line]) -> bool:
    crossing = sum(
        any(run.left < border - 1.5 and run.right > border + 1.5 for run in line) for line in lines
    )
    return crossing <= 0.2 * len(lines)


def _borders_in_gaps(lines: list[Line]) -> list[float]:
    """Places that nearly no line's text covers, one in every gap between columns."""
    if not lines:
        return []
    usual = median(len(line) for line in lines)
    full = [line for line in lines if len(line) >= 0.6 * usual]
    gaps = _gaps(full)
    ends = [float("-inf"), *(end for _, end in gaps)]
    starts = [*(start for start, _ in gaps), float("inf")]
    columns = list(zip(ends, starts, strict=True))
    borders: list[float] = []
    for left, right in pairwise(columns):
        borders.extend(_borders_between(left, right, full))
    return borders


def _gaps(lines: list[Line]) -> list[tuple[float, float]]:
    """The stretches that one line or at most 3% cover, between others that more do."""
    left = min(run.left for line in lines for run in line)
    change: Counter[int] = Counter()
    for run in (run for line in lines for run in line):
        # Half-point steps.
        change[int((run.left - left) * 2)] += 1
        change[int((run.right - left) * 2) + 1] -= 1
    gaps: list[tuple[float, float]] = []
    tolerated = max(len(lines) // 33, len(lines) > 3)
    level = 0
    start: int | None = None
    for step in sorted(change):
        level += change[step]
        if level > tolerated:
            # Left of the first column there are only headings that begin before their numbers.
            if start and step - start >= 2:
                if gaps and left + start / 2 - gaps[-1][1] < _NARROWEST_COLUMN:
                    start = round((gaps.pop()[0] - left) * 2)
                gaps.append((left + start / 2, left + step / 2))
            start = None
        elif start is None:
            start = step
    return gaps


def _borders_between(left: Span, right: Span, lines: list[Line]) -> list[float]:
    """The border left of all that begins in the gap and belongs to the right column.

    Headings or numbers in the gap beside texts in both columns are a column of their own.
    """
    start, end = left[1], right[0]
    border = end
    inside: list[Run] = []
    for line in lines:
        for run in (run for run in line if start < run.left < end):
            if run.right > end or not _reaches(line, right):
                border = min(border, run.left)
            elif _reaches(line, left) and (NUMBER.fullmatch(run.text) or _is_heading(line)):
                inside.append(run)
    inside = [run for run in inside if run.right <= border]
    if not inside:
        return [border - 1.0]
    return [min(run.left for run in inside) - 1.0, max(run.right for run in inside) + 0.5]


def _reaches(line: Line, column: Span) -> bool:
    return any(run.left < column[1] and run.right > column[0] for run in line)


def _is_heading(line: Line) -> bool:
    return not any(character.isdigit() for run in line for character in run.text)


def column_of(run: Run, borders: list[float]) -> int:
    """The column that a run stands in, counted from 0."""
    first = bisect_right(borders, run.left + 1.5)
    last = bisect_right(borders, run.right - 1.5)
    if first >= last:
        return first
    # Numbers stand at the right of their column, and spill to the left; text to the right.
    return last if NUMBER.fullmatch(run.text) else first
