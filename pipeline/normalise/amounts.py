"""Reads the ways publishers write an amount of pounds."""

import re
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation

import polars as pl

GBP = pl.Decimal(18, 4)

# £ as published: "£", cp850's 0x9C read as cp1252 ("œ", Hyndburn 2017-03, Bexley, Havering) or left
# as a control character, 0xA3 read as cp437 ("ú"), UTF-8 read as cp1252 ("Â£"), and the replacement
# character of a file that was decoded wrongly before it was published.
POUND_SIGNS = "£œú\x9c\ufffd"
_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d\x96\x97"), "-")
_SIGNS = {**_HYPHENS, ord("\u2019"): "'", ord("\u00b7"): "."}
_MISPLACED_COMMA = r",(?:\d{0,2}(?:\D|$)|\d{4})"
_TEXT = pl.col("text")
_PLAIN_AMOUNT = pl.when(~_TEXT.str.contains(_MISPLACED_COMMA)).then(
    _TEXT.str.replace_all(",", "", literal=True).str.strip_chars_start("£ ").cast(GBP, strict=False)
)

_LONGEST = 200
_CURRENCY = re.compile(rf"Â?[{POUND_SIGNS}]|\bGBP\b|^[?#]", re.IGNORECASE)
_CREDIT_MARK = re.compile(
    r"(?<=[\d)])\s*\(?(CR|DR|CREDIT|DEBIT)\.?\)?$|^(CR|DR|CREDIT|DEBIT)\.?\s*(?=\d)", re.IGNORECASE
)
_BRACKETS = ("()", "[]", "<>")
# "£12.50p" says it twice.
_ENDS_IN_P = re.compile(r"(?<=\d\.\d\d) ?p$")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d{1,3}(?:'\d{3})+(?:\.\d*)?")
_PLAIN = re.compile(r"\d+(?:\.\d*)?(?:E[+-]?\d{1,2})?|\.\d+", re.IGNORECASE)
_CONTINENTAL = re.compile(r"\d{1,3}(?:\.\d{3})+,\d{2}")
_SPACED_THOUSANDS = re.compile(r"\d{1,3}(?: \d{3})+(?:\.\d*)?")


def parse_amounts(texts: pl.Series) -> pl.Series:
    """Parse '£1,234.50', '(1,234.50)', '1234.5-' and '5 CR' as pounds; null where it is no amount.

    DECIMAL(18,4). Brackets, a minus on either side and CR mean a credit, ' - ' means zero.
    """
    amounts = texts.alias("text").to_frame().select(_PLAIN_AMOUNT).to_series().alias(texts.name)
    if amounts.null_count() == texts.null_count():
        return amounts
    odd = set(texts.filter(amounts.is_null()).to_list()) - {None}
    read = {text: amount_from_text(text) for text in odd}
    known = {text: amount for text, amount in read.items() if amount is not None}
    if not known:
        return amounts
    found = texts.replace_strict(
        pl.Series(list(known), dtype=pl.String),
        pl.Series(list(known.values()), dtype=GBP),
        default=None,
        return_dtype=GBP,
    )
    return amounts.zip_with(amounts.is_not_null(), found)


def sum_gbp(amounts: pl.Series) -> Decimal:
    """The exact sum of a series of pounds."""
    total = amounts.sum()
    return total if isinstance(total, Decimal) else Decimal(0)


def in_pence(amount: Decimal) -> Decimal:
    """Pounds rounded half-up to pence, for show."""
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def amount_from_text(text: str) -> Decimal | None:
    """One amount in pounds, rounded to four places as Polars does; None where it is no amount."""
    if len(text) > _LONGEST:
        return None
    # A star refers to a note; "12·50" is how pounds and pence were once printed.
    bare = text.translate(_SIGNS).strip(" \t\r\n\xa0'\"=*")
    bare = _ENDS_IN_P.sub("", _CURRENCY.sub("", bare).strip())
    if bare in ("-", "(-)"):
        return Decimal(0)
    bare, credit = _without_credit_marks(bare)
    digits = _digits(bare)
    if digits is None:
        return None
    try:
        amount = Decimal(digits).quantize(Decimal("0.0001"), rounding=ROUND_HALF_EVEN)
    except InvalidOperation:
        return None
    if abs(amount) >= Decimal(10) ** 14:
        return None
    return -amount if credit else amount


def _without_credit_marks(bare: str) -> tuple[str, bool]:
    """The text without brackets, signs and CR or DR, and whether they make it a credit."""
    credit = False
    mark = _CREDIT_MARK.search(bare)
    if mark:
        credit = (mark.group(1) or mark.group(2)).upper().startswith("C")
        bare = _CREDIT_MARK.sub("", bare).strip()
    if f"{bare[:1]}{bare[-1:]}" in _BRACKETS:
        # "(-5.00)" and "(5.00) CR" say the same thing twice: still one credit.
        credit = True
        bare = bare[1:-1].strip()
    if bare.startswith("-") or (bare.endswith("-") and len(bare) > 1):
        credit = True
        bare = bare.removeprefix("-") if bare.startswith("-") else bare.removesuffix("-")
    elif bare.startswith("+"):
        bare = bare[1:]
    return bare.strip(), credit


def _digits(bare: str) -> str | None:
    bare = bare.replace("\xa0", " ").replace("\u2009", " ").replace("\u202f", " ")
    if _SPACED_THOUSANDS.fullmatch(bare):
        return bare.replace(" ", "")
    if " " in bare:
        # "1 ,234.50" and "4 1,299.58" come out of pdf: only the commas prove what belongs together.
        bare = bare.replace(" ", "")
        return bare.replace(",", "") if _GROUPED.fullmatch(bare) else None
    if _PLAIN.fullmatch(bare):
        return bare
    if _GROUPED.fullmatch(bare):
        return bare.replace(",", "").replace("'", "")
    if _CONTINENTAL.fullmatch(bare):
        return bare.replace(".", "").replace(",", ".")
    return None
