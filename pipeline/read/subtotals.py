"""Finds sums that stand among the payments without a word that says so."""

import polars as pl

_FEWEST_SUMMED = 4


def sums_without_words(
    cells: pl.DataFrame, amounts: pl.Series, supplier_column: int, dated: pl.Series | None
) -> frozenset[int]:
    """Positions of the undated rows, or bare ones where there are no dates, that are all sums."""
    suppliers = cells.to_series(supplier_column)
    if dated is None:
        return _if_all_are_sums(amounts, _are_bare(cells, suppliers, amounts))
    undated = ~dated & amounts.is_not_null()
    if undated.sum() < 2:
        return frozenset()
    repeats = (suppliers == suppliers.shift()).fill_null(value=False)
    return _if_all_are_sums(amounts, undated) or _if_all_are_sums(amounts, undated & repeats)


def _are_bare(cells: pl.DataFrame, suppliers: pl.Series, amounts: pl.Series) -> pl.Series:
    """Which rows hold a name and an amount alone where most hold more."""
    filled = cells.select(pl.sum_horizontal(pl.all().is_not_null())).to_series()
    usual = filled.filter(amounts.is_not_null()).median()
    return (filled == 2) & (usual != 2) & suppliers.is_not_null() & amounts.is_not_null()


def _if_all_are_sums(amounts: pl.Series, may_be_sum: pl.Series) -> frozenset[int]:
    """Positions of the rows that may be sums, where every one of them is a sum to the penny.

    Each is the sum of the payments since the one before it, or of all payments so far.
    """
    if not may_be_sum.any():
        return frozenset()
    rows = (
        pl.DataFrame([amounts.alias("amount"), may_be_sum.alias("may_be_sum")])
        .with_row_index("position")
        .filter(pl.col("amount").is_not_null())
        .with_columns(paid=pl.when("may_be_sum").then(0).otherwise("amount"))
        .with_columns(
            pl.col("paid").cum_sum().alias("sum"), (~pl.col("may_be_sum")).cum_sum().alias("count")
        )
    )
    found = rows.filter("may_be_sum").with_columns(
        since=pl.col("sum") - pl.col("sum").shift(fill_value=0),
        summed=pl.col("count") - pl.col("count").shift(fill_value=0),
    )
    is_sum = (pl.col("amount") == pl.col("since")) | (pl.col("amount") == pl.col("sum"))
    if found.is_empty() or not found.select(is_sum.all()).item():
        return frozenset()
    groups = found.filter(pl.col("summed") > 1).height
    closes_all = found.height == 1 and found["count"][0] == rows["count"][-1] >= _FEWEST_SUMMED
    return frozenset(found["position"]) if groups > 1 or closes_all else frozenset()
