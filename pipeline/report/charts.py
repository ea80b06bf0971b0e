"""Charts as geometry: parts.html draws it as SVG, with every mark's words beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

LEFT, RIGHT, TOP, BOTTOM = 44.0, 374.0, 14.0, 206.0
TREND_BOX = (100, 24)
# A label such as 2012/13 takes 50 of the 330 units at the size of the stylesheet.
_LABELS_THAT_FIT = 6


@dataclass(frozen=True)
class YearRange:
    """From low to high, 0 to 1, in one year; pale where no sentence may rest on it."""

    year: str
    low: float
    high: float
    is_pale: bool
    text: str


@dataclass(frozen=True)
class YearMark:
    """A figure that someone else published for one year."""

    year: str
    value: float
    text: str


@dataclass(frozen=True)
class Panel:
    """Ranges over years, joined where the years follow each other, and marks that never are."""

    title: str
    alt: str
    ticks: list[tuple[float, str]]
    labels: list[tuple[float, str]]
    bands: list[tuple[str, str, str, bool]]
    ranges: list[tuple[float, float, float, bool, str]]
    marks: list[tuple[float, float, str]]


@dataclass(frozen=True)
class Bar:
    """One bar of a list; start and width are per cent of the whole width."""

    label: str
    parts: list[tuple[str, float, float, str]]
    alt: str


@dataclass(frozen=True)
class Trend:
    """Pounds by year as columns (class, x, y, width, height, words) in a box of TREND_BOX."""

    alt: str
    columns: list[tuple[str, float, float, float, float, str]]


def years_between(first: str, last: str) -> list[str]:
    """Every financial year from first to last, written 2012/13."""
    return [f"{year}/{(year + 1) % 100:02}" for year in range(int(first[:4]), int(last[:4]) + 1)]


def highest_tick(values: Sequence[float]) -> float:
    """The top of an axis: the next fifth above every value, at most the whole."""
    return next(tick / 5 for tick in range(1, 6) if tick == 5 or tick / 5 >= max(values, default=0))


def band_panel(
    title: str, ranges: Sequence[YearRange], marks: Sequence[YearMark], years: list[str], top: float
) -> Panel:
    """One small chart; panels that stand side by side share years and top."""
    step = (RIGHT - LEFT) / len(years)
    places = {year: LEFT + step * (index + 0.5) for index, year in enumerate(years)}

    def height(share: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * min(share, top) / top, 1)

    ordered = sorted(ranges, key=lambda one: one.year)
    bands = []
    for before, after in pairwise(ordered):
        if int(after.year[:4]) == int(before.year[:4]) + 1:
            x0, x1 = round(places[before.year], 1), round(places[after.year], 1)
            bottom = [f"{x0},{height(before.low)}", f"{x1},{height(after.low)}"]
            over = [f"{x0},{height(before.high)}", f"{x1},{height(after.high)}"]
            bands.append(
                (
                    " ".join([*over, *reversed(bottom)]),
                    " ".join(over),
                    " ".join(bottom),
                    before.is_pale or after.is_pale,
                )
            )
    every = -(-len(years) // _LABELS_THAT_FIT)
    return Panel(
        title=title,
        alt=". ".join([title, *(one.text for one in ordered), *(mark.text for mark in marks)]),
        ticks=[
            (height(top * part / 4), f"{round(top * 100 * part / 4, 1):g}%") for part in range(5)
        ],
        labels=[
            (round(places[year], 1), year)
            for index, year in enumerate(years)
            if (len(years) - 1 - index) % every == 0
        ],
        bands=bands,
        ranges=[
            (round(places[one.year], 1), height(one.low), height(one.high), one.is_pale, one.text)
            for one in ordered
        ],
        marks=[(round(places[one.year], 1), height(one.value), one.text) for one in marks],
    )


def stacked_bar(label: str, parts: Sequence[tuple[str, str, Decimal, str]]) -> Bar | None:
    """Parts of a whole as (class, name, pounds, words); None where a part is below zero."""
    whole = sum(pounds for _, _, pounds, _ in parts)
    if whole <= 0 or any(pounds < 0 for _, _, pounds, _ in parts):
        return None
    placed, start = [], 0.0
    for kind, name, pounds, words in parts:
        width = float(100 * pounds / whole)
        placed.append((kind, round(start, 2), round(width, 2), f"{name}: {words}"))
        start += width
    return Bar(label, placed, f"{label}. " + ". ".join(words for *_, words in placed))


def bars(rows: Sequence[tuple[str, str, Decimal, str]]) -> list[Bar]:
    """Bars from one zero line, as (label, class, pounds, words), to the scale of the longest."""
    return floating_bars(
        [(label, kind, min(pounds, Decimal(0)), max(pounds, Decimal(0)), words)
         for label, kind, pounds, words in rows]
    )  # fmt: skip


def floating_bars(rows: Sequence[tuple[str, str, Decimal, Decimal, str]]) -> list[Bar]:
    """Bars from one value to another, as (label, class, from, to, words), on one scale."""
    ends = [Decimal(0), *(end for _, _, start, stop, _ in rows for end in (start, stop))]
    least, span = min(ends), max(ends) - min(ends)
    return [
        Bar(
            label,
            [
                (
                    kind,
                    round(float(100 * (min(start, stop) - least) / span), 2),
                    max(round(float(100 * abs(stop - start) / span), 2), 0.3),
                    words,
                )
            ]
            if span
            else [],
            f"{label}: {words}",
        )
        for label, kind, start, stop, words in rows
    ]


def trend(years: Sequence[str], pounds: Mapping[str, tuple[Decimal, str]]) -> Trend:
    """A column from one zero line for each year with (pounds, words); the others are gaps."""
    width, height = TREND_BOX
    ends = [Decimal(0), *(amount for amount, _ in pounds.values())]
    span = max(ends) - min(ends)
    step = width / max(len(years), 1)
    columns = []
    for index, year in enumerate(years):
        if year in pounds and span:
            amount, words = pounds[year]
            top = float((max(ends) - max(amount, Decimal(0))) / span) * height
            tall = max(float(abs(amount) / span) * height, 0.5)
            kind = "town" if amount >= 0 else "out"
            columns.append((kind, round(index * step, 2), round(min(top, height - 0.5), 2),
                            round(step * 0.8, 2), round(tall, 2), f"{year}: {words}"))  # fmt: skip
    said = [f"{year}: {pounds[year][1] if year in pounds else 'none listed'}" for year in years]
    return Trend(". ".join(said), columns)
