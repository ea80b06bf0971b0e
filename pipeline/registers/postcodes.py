"""Postcodes as people write them, made canonical."""

import polars as pl

# Letters that a postcode can hold after the district digits (never I, L, O, Q or Z) and in the
# inward code (never C, I, K, M, O or V). NPT (Newport until 1984) and GIR stand in the directory
# of May 2025 as the only outward codes without a digit.
OUTWARD = r"(?:[A-Z]{1,2}[0-9]{1,2}|[A-Z]{1,2}[0-9][A-HJKMNPR-Y]|GIR|NPT)"
INWARD = r"[0-9][ABD-HJLNP-UW-Z]{2}"


def clean_postcode(text: pl.Expr) -> pl.Expr:
    """The postcode as "PR1 2HE", with O/0 and I/1 put right; null where it is not a whole one."""
    squeezed = text.str.to_uppercase().str.replace_all(r"[^A-Z0-9]+", "")
    outward = squeezed.str.head(-3)
    mended = pl.when(outward.is_in(["GIR", "NPT"])).then(outward).otherwise(_mended(outward))
    inward = squeezed.str.tail(3).str.replace("^O", "0").str.replace("^I", "1")
    whole = pl.concat_str(mended, pl.lit(" "), inward)
    return whole.str.extract(rf"^({OUTWARD} {INWARD})$")


def outward_code(text: pl.Expr) -> pl.Expr:
    """The outward code where only that is written ("TQ1"), or where the rest is masked ("TQ1 ***").

    Null for a whole postcode and for anything else.
    """
    # "B1 1" is a part of the inward code too, not B11.
    bare = text.str.to_uppercase().str.replace(r"[^A-Z0-9]+$", "").str.strip_chars()
    alone = pl.when(bare.str.contains(r"^[A-Z0-9]{2,4}$")).then(_mended(bare))
    return pl.when(alone.str.contains(rf"^{OUTWARD}$")).then(alone)


def _mended(outward: pl.Expr) -> pl.Expr:
    """O/0 and I/1 exchanged where their place in the outward code leaves no other reading."""
    return (
        outward.str.replace("^0", "O")
        .str.replace("^1", "I")
        .str.replace("^([A-Z])0([0-9OI]{1,2})$", "${1}O$2")
        .str.replace("^([A-Z])I(.?)$", "${1}1$2")
        .str.replace("^([A-Z]{2})I", "${1}1")
        .str.replace("^([A-Z]{1,2})O$", "${1}0")
        .str.replace("^([A-Z]{2})O", "${1}0")
        .str.replace("([0-9])O$", "${1}0")
        .str.replace("([0-9])I$", "${1}1")
    )
