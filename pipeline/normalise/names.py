"""Finds the few supplier names that may say more than a name, so that only those are looked at."""

import re
from collections.abc import Callable

import polars as pl

from pipeline.normalise.redactions import REDACTION_HINTS
from pipeline.read.labels import LABEL_HINTS

# One expression over all takes less time than Polars' search for many words at once.
_HINTS = "|".join(map(re.escape, (*LABEL_HINTS, *REDACTION_HINTS)))
_UNUSUAL = rf"(?i){_HINTS}|\s\s|[^\S ]"


def unusual(names: pl.Series) -> pl.Series:
    """Which names may be the label of a sum, or withheld, or hold white space beyond one blank."""
    found = pl.col(names.name).str.contains(_UNUSUAL).fill_null(value=False)
    return names.to_frame().select(found).to_series()


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
