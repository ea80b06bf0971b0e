"""Finds the few supplier names that may say more than a name, so that only those are looked at."""

from collections.abc import Callable

import polars as pl

from pipeline.normalise.redactions import REDACTION_HINTS
from pipeline.read.labels import LABEL_HINTS

_WHITE_SPACE = [
    "  ",
    *map(chr, (*range(9, 14), *range(28, 32), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B))),
    *map(chr, (0x2028, 0x2029, 0x202F, 0x205F, 0x3000)),
]


def unusual(names: pl.Series) -> pl.Series:
    """Which names may be the label of a sum, or withheld, or hold white space beyond one blank."""
    hints = [*LABEL_HINTS, *REDACTION_HINTS, *_WHITE_SPACE]
    return names.str.contains_any(hints, ascii_case_insensitive=True).eq_missing(other=True)


def where(marked: pl.Series, names: pl.Series, says: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """What `says` finds of the marked names, in a series of booleans; false for all others."""
    if not marked.any():
        return marked
    return marked.clone().scatter(marked.arg_true(), says(names.filter(marked)))


def squeezed(names: pl.Series, marked: pl.Series) -> pl.Series:
    """The names with inner white space collapsed in those that are marked."""
    if not marked.any():
        return names
    tight = names.filter(marked).str.replace_all(r"\s+", " ")
    return names.clone().scatter(marked.arg_true(), tight)
