"""One page of a pdf, by pdfium -> runs of text and ruled edges, turned upright."""

import ctypes
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

# pdfium marks a hyphen at a line's end with this character.
_LINE_HYPHEN = "\x02"
# A wider gap within one run of text, in its heights, is a step to another cell: two spaces in type
# of one width are 1.14 wide.
_CELL_GAP = 1.1
# A wider gap is a space that was moved over instead of written.
_SPACE_GAP = 0.15
# Text printed again no further away, in its heights, is the same text.
_HAIR = 0.1
# In quarters of a circle; a watermark slants more.
_MOST_SLANT = 0.1
_LONGEST_PATH = 20_000
_DEEPEST_FORM = 5

Point = tuple[float, float]


@dataclass(frozen=True)
class Run:
    """Text drawn at one go; x rightwards and y downwards in points, size is its height."""

    text: str
    left: float
    right: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        """The height at which the text stands."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Edge:
    """A ruled line, upright or level: its place across, and the stretch that it covers."""

    is_upright: bool
    place: float
    start: float
    end: float


@dataclass(frozen=True)
class Page:
    """What one page shows, the text that most of it is written in being level."""

    runs: list[Run]
    edges: list[Edge]


@dataclass(frozen=True)
class _Glyph:
    text: str
    owner: int
    quarter: int
    box: tuple[float, float, float, float]


def read_page(page: pdfium.PdfPage) -> Page:
    """The page's text and ruling; text at an angle to the rest, as a watermark is, is left out."""
    glyphs = list(_glyphs(page.get_textpage()))
    quarters = Counter(glyph.quarter for glyph in glyphs if glyph.text.strip())
    quarter = quarters.most_common(1)[0][0] if quarters else 0
    upright = [glyph for glyph in glyphs if glyph.quarter == quarter]
    return Page(list(_once(_runs(upright, quarter))), list(_edges(page, quarter)))


def _glyphs(textpage: pdfium.PdfTextPage) -> Iterator[_Glyph]:
    handle = textpage.raw
    box = raw.FS_RECTF()
    for index in range(textpage.count_chars()):
        code = raw.FPDFText_GetUnicode(handle, index)
        owner = raw.FPDFText_GetTextObject(handle, index)
        if not owner or not 0 < code < 0xFFFE:
            continue
        # The loose box spans the font's height and the glyph's advance, whatever the glyph.
        raw.FPDFText_GetLooseCharBox(handle, index, box)
        # pdfium measures clockwise, in radians.
        quarters = -raw.FPDFText_GetCharAngle(handle, index) / (math.pi / 2)
        if abs(quarters - round(quarters)) > _MOST_SLANT:
            continue
        text = "-" if chr(code) == _LINE_HYPHEN else chr(code)
        yield _Glyph(
            text,
            ctypes.addressof(owner.contents),
            round(quarters) % 4,
            (box.left, box.bottom, box.right, box.top),
        )


def _turned(x: float, y: float, quarter: int) -> Point:
    """The point after turning text that runs at `quarter` right angles back to level, y down."""
    return ((x, -y), (y, x), (-x, y), (-y, -x))[quarter]


def _runs(glyphs: list[_Glyph], quarter: int) -> Iterator[Run]:
    """Glyphs of one text object, cut where a gap as wide as a column's lies between two."""
    word: list[tuple[str, float, float, float, float]] = []
    owner = 0
    for glyph in glyphs:
        x0, y0 = _turned(glyph.box[0], glyph.box[1], quarter)
        x1, y1 = _turned(glyph.box[2], glyph.box[3], quarter)
        left, right, top, bottom = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        if word and (glyph.owner != owner or _is_apart(word, left)):
            yield from _run_of(word)
            word = []
        owner = glyph.owner
        if glyph.text.isspace() and not word:
            continue
        if word and not glyph.text.isspace() and not word[-1][0].isspace():
            height = max(part[4] - part[3] for part in word)
            if left - word[-1][2] > _SPACE_GAP * height:
                word.append((" ", word[-1][2], left, top, bottom))
        word.append((glyph.text, left, right, top, bottom))
    yield from _run_of(word)


def _is_apart(word: list[tuple[str, float, float, float, float]], left: float) -> bool:
    seen = [part for part in word if not part[0].isspace()]
    height = max((part[4] - part[3] for part in seen), default=0.0)
    return bool(seen) and left - seen[-1][2] > _CELL_GAP * max(height, 1.0)


def _once(runs: Iterable[Run]) -> Iterator[Run]:
    """The runs without those printed again where they stand, a hair apart, to look bold.

    pdfium leaves such text out itself, but only where both printings follow close on one another.
    """
    seen: set[tuple[str, int, int]] = set()
    for run in runs:
        hair = _HAIR * max(run.bottom - run.top, 1.0)
        x, y = round(run.left / hair), round(run.middle / hair)
        near = [(run.text, x + right, y + down) for right in (-1, 0, 1) for down in (-1, 0, 1)]
        if seen.isdisjoint(near):
            yield run
        seen.add((run.text, x, y))


def _run_of(word: list[tuple[str, float, float, float, float]]) -> Iterator[Run]:
    text = "".join(part[0] for part in word)
    seen = [part for part in word if not part[0].isspace()]
    if seen:
        yield Run(
            text.rstrip() + (" " if text[-1:].isspace() else ""),
            seen[0][1],
            max(part[2] for part in seen),
            min(part[3] for part in seen),
            max(part[4] for part in seen),
        )


def _edges(page: pdfium.PdfPage, quarter: int) -> Iterator[Edge]:
    matrix = raw.FS_MATRIX(1, 0, 0, 1, 0, 0)
    count = raw.FPDFPage_CountObjects(page.raw)
    for index in range(count):
        yield from _edges_of(raw.FPDFPage_GetObject(page.raw, index), matrix, quarter, 0)


def _edges_of(thing: object, outer: raw.FS_MATRIX, quarter: int, depth: int) -> Iterator[Edge]:
    kind = raw.FPDFPageObj_GetType(thing)
    if kind not in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_FORM):
        return
    own = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(thing, own)
    matrix = _product(own, outer)
    if kind == raw.FPDF_PAGEOBJ_FORM:
        for index in range(raw.FPDFFormObj_CountObjects(thing) if depth < _DEEPEST_FORM else 0):
            yield from _edges_of(
                raw.FPDFFormObj_GetObject(thing, index), matrix, quarter, depth + 1
            )
        return
    yield from _edges_of_path(thing, matrix, quarter)


def _product(first: raw.FS_MATRIX, then: raw.FS_MATRIX) -> raw.FS_MATRIX:
    return raw.FS_MATRIX(
        first.a * then.a + first.b * then.c,
        first.a * then.b + first.b * then.d,
        first.c * then.a + first.d * then.c,
        first.c * then.b + first.d * then.d,
        first.e * then.a + first.f * then.c + then.e,
        first.e * then.b + first.f * then.d + then.f,
    )


def _edges_of_path(path: object, matrix: raw.FS_MATRIX, quarter: int) -> Iterator[Edge]:
    x, y = ctypes.c_float(), ctypes.c_float()
    start: Point | None = None
    last: Point | None = None
    for index in range(min(raw.FPDFPath_CountSegments(path), _LONGEST_PATH)):
        segment = raw.FPDFPath_GetPathSegment(path, index)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = _turned(
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
            quarter,
        )
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == raw.FPDF_SEGMENT_LINETO and last:
            yield from _edge_between(last, point)
        last = point
        if raw.FPDFPathSegment_GetClose(segment) and start:
            yield from _edge_between(last, start)
            last = start


def _edge_between(one: Point, other: Point) -> Iterator[Edge]:
    across, down = abs(one[0] - other[0]), abs(one[1] - other[1])
    if across < 1.0 and down > 3.0:
        yield Edge(True, (one[0] + other[0]) / 2, min(one[1], other[1]), max(one[1], other[1]))
    elif down < 1.0 and across > 3.0:
        yield Edge(False, (one[1] + other[1]) / 2, min(one[0], other[0]), max(one[0], other[0]))
