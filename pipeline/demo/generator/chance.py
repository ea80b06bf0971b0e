"""Draws that depend on nothing but the seed and their label: the same world on every machine."""

import hashlib

import polars as pl


def _unsigned(value: int) -> pl.Expr:
    return pl.lit(value, dtype=pl.UInt64)


# SplitMix64 (Steele, Lea and Flood 2014): divide as a shift, multiply; unsigned integers wrap in
# Polars.
_GOLDEN = _unsigned(0x9E3779B97F4A7C15)
_STEPS = tuple(
    (_unsigned(1 << shift), _unsigned(factor))
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1))
)


def draws(count: int, *label: object) -> pl.Series:
    """As many evenly distributed UInt64 as asked for, always the same ones for a label."""
    start = int.from_bytes(hashlib.sha256(repr(label).encode()).digest()[:8], "big")
    number = (pl.int_range(1, count + 1, dtype=pl.UInt64) * _GOLDEN + _unsigned(start)).alias(
        "drawn"
    )
    for shifted, factor in _STEPS:
        number = (number ^ (number // shifted)) * factor
    return pl.select(number).to_series()


def below(drawn: pl.Series, limit: int) -> pl.Series:
    """Each draw brought into 0 .. limit - 1, as Int64."""
    return (drawn % limit).cast(pl.Int64)
