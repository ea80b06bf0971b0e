"""What kind of payee a name says it is: redacted, person, public body, school, practice."""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from pipeline.knowledge import read_knowledge
from pipeline.registers.names import clean_words

CLASSES_PATH = Path(__file__).with_name("classes.yml")
# "Mr Philip Robson (Kings Chambers)", "MRS THAO DO T/A KENT DALE TRANSPORT"; but "SAINT-JEAN" and
# "AM/MRS" go on.
BEHIND_HEAD = "|".join(
    [
        r"(?i)(?:\s*[(\[{,;:]",
        r"\s+[-–—/]\s*",
        r"\s+(?:T\s?[/\\]\s?AS?|TRADING AS|T\.A\.?|TA|C/O|CARE OF)\b).*$",
    ]
)


@dataclass(frozen=True)
class PayeeClass:
    """A class of payee with the patterns that say so."""

    name: str
    never_matched: bool
    unless_form: bool
    unless: str | None
    of: Literal["words", "head"]
    patterns: tuple[str, ...]

    def fits(self) -> pl.Expr:
        """Whether the columns `words`, `head` and `legal_form` are those of this class."""
        words, legal_form = pl.col(self.of), pl.col("legal_form")
        named = pl.any_horizontal(*(words.str.contains(pattern) for pattern in self.patterns))
        if self.unless_form:
            named &= legal_form.is_null()
        if self.unless:
            named &= ~words.str.contains(self.unless)
        return named


@functools.cache
def payee_classes() -> tuple[PayeeClass, ...]:
    """The classes of classes.yml, in the order in which they are tried."""
    return tuple(
        PayeeClass(
            name=entry["class"],
            never_matched=entry["never_matched"],
            unless_form=entry["unless_form"],
            unless=entry.get("unless"),
            of=entry.get("of", "words"),
            patterns=tuple(entry["patterns"]),
        )
        for entry in read_knowledge(CLASSES_PATH)
    )


def with_payee_class(named: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """Adds `claimed`: the class that a name claims, "unknown" where it claims none.

    `named` has the columns that `with_name_key` adds for the same column of names.
    """
    claimed = pl.coalesce(
        *(pl.when(kind.fits()).then(pl.lit(kind.name)) for kind in payee_classes()),
        pl.lit("unknown"),
    )
    return (
        named.with_columns(head=clean_words(pl.col(name).str.replace(BEHIND_HEAD, "")))
        .with_columns(claimed=claimed)
        .drop("head")
    )


def is_never_matched(claimed_class: pl.Expr) -> pl.Expr:
    """Whether a name of this class stays unidentified whatever the registers hold."""
    return claimed_class.is_in([kind.name for kind in payee_classes() if kind.never_matched])
