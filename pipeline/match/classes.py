"""What kind of payee a name says it is: redacted, person, public body, school, practice."""

import functools
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import yaml

CLASSES_PATH = Path(__file__).with_name("classes.yml")


@dataclass(frozen=True)
class PayeeClass:
    """A class of payee with the patterns that say so."""

    name: str
    never_matched: bool
    unless_form: bool
    unless: str | None
    patterns: tuple[str, ...]

    def fits(self, words: pl.Expr, legal_form: pl.Expr) -> pl.Expr:
        """Whether cleaned words are those of this class."""
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
            patterns=tuple(entry["patterns"]),
        )
        for entry in yaml.safe_load(CLASSES_PATH.read_text(encoding="utf-8"))
    )


def payee_class(words: pl.Expr, legal_form: pl.Expr) -> pl.Expr:
    """The class that a name claims, "unknown" where it claims none."""
    return pl.coalesce(
        *(
            pl.when(kind.fits(words, legal_form)).then(pl.lit(kind.name))
            for kind in payee_classes()
        ),
        pl.lit("unknown"),
    )


def is_never_matched(claimed_class: pl.Expr) -> pl.Expr:
    """Whether a name of this class stays unidentified whatever the registers hold."""
    return claimed_class.is_in([kind.name for kind in payee_classes() if kind.never_matched])
