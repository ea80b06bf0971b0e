"""The one normalised key of a name, the same for suppliers and for registers."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.knowledge import read_knowledge

FORMS_PATH = Path(__file__).with_name("legal_forms.yml")


@dataclass(frozen=True)
class LegalForms:
    """How legal forms are written, by class, and which spellings of a word are one word."""

    classes: Mapping[str, str]
    category_forms: Mapping[str, str]
    words: Mapping[str, str]

    @property
    def alternation(self) -> str:
        """The forms as one regular expression, longest first."""
        longest_first = sorted(self.classes, key=lambda form: (-len(form), form))
        return "|".join(re.escape(form) for form in longest_first)


@functools.cache
def legal_forms() -> LegalForms:
    """The knowledge of legal_forms.yml."""
    document = read_knowledge(FORMS_PATH)
    classes = {form: name for name, forms in document["forms"].items() for form in forms}
    return LegalForms(classes, document["category_forms"], document["words"])


def clean_words(name: pl.Expr) -> pl.Expr:
    """Capital letters and digits, words parted by one blank, "The" at either end dropped.

    Dots and apostrophes vanish ("B.T. PLC" is BT PLC, "ST JOHN'S" is ST JOHNS); every other mark
    parts words; "&" is AND.
    """
    return (
        name.str.to_uppercase()
        .str.normalize("NFKD")
        .str.replace_many(["&", "+", "'", "’", "‘", "`", "´", "."], [" AND ", " AND ", *[""] * 6])
        .str.replace_all(r"\p{M}+", "")
        .str.replace_all(r"[^A-Z0-9]+", " ")
        .str.strip_chars(" ")
        .str.replace(r"^THE (.)", "$1")
        .str.replace(r"(.) THE$", "$1")
    )


def form_of(words: pl.Expr) -> pl.Expr:
    """The class of the legal form that cleaned words end with (LTD, PLC, LLP, CIC ...), or null."""
    forms = legal_forms()
    return words.str.extract(rf". ({forms.alternation})$").replace_strict(
        forms.classes, default=None, return_dtype=pl.String
    )


def without_form(words: pl.Expr) -> pl.Expr:
    """Cleaned words without the legal form that they end with."""
    return words.str.replace(rf"(.) (?:{legal_forms().alternation})$", "$1")


def key_words(words: pl.Expr) -> pl.Expr:
    """Cleaned words without legal form, the spellings of one word made equal."""
    spellings = legal_forms().words
    return (
        pl.concat_str(
            pl.lit(" "),
            # Each word gets blanks of its own, so that neighbours can both be replaced.
            without_form(words).str.replace_all(" ", "  "),
            pl.lit(" "),
        )
        .str.replace_many(
            [f" {words.replace(' ', '  ')} " for words in spellings],
            [f" {word} " for word in spellings.values()],
            leftmost=True,
        )
        .str.replace_all(r" +", " ")
        .str.strip_chars(" ")
    )


def with_name_key(frame: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """Adds `words`, `legal_form`, `name_words`, `name_key`, `sorted_words` of a column of names.

    The key is the space-free name_words, sorted_words the same words in order of the alphabet; a
    name without letters and figures has none of the three.
    """
    return (
        frame.with_columns(words=clean_words(pl.col(name)))
        .with_columns(
            legal_form=form_of(pl.col("words")),
            name_words=pl.when(pl.col("words") != "").then(key_words(pl.col("words"))),
        )
        .with_columns(
            name_key=pl.col("name_words").str.replace_all(" ", "", literal=True),
            sorted_words=pl.col("name_words").str.split(" ").list.sort().list.join(" "),
        )
    )
