"""Finds sums that stand among the payments without a word that says so."""

import polars as pl


def sums_below_each_supplier(
    suppliers: pl.Series, amounts: pl.Series, dated: pl.Series
) -> frozenset[int]:
    """Positions of undated rows that name a supplier once more beside the sum of its payments.

    Only where every undated row that repeats the supplier above it is such a sum.
    """
    rows = (
        pl.DataFrame([suppliers.alias("supplier"), amounts.alias("amount"), dated.alias("dated")])
        .with_row_index("position")
        .filter(pl.col("amount").is_not_null())
        .with_columns(
            is_sum=~pl.col("dated")
            & pl.col("supplier").is_not_null()
            & (pl.col("supplier") == pl.col("supplier").shift()).fill_null(value=False)
        )
        .with_columns(group=pl.col("is_sum").cum_sum().shift(fill_value=0))
    )
    groups = (
        rows.group_by("group", maintain_order=True)
        .agg(
            pl.col("is_sum").last().alias("is_closed"),
            pl.col("position").last(),
            pl.col("amount").last().alias("sum"),
            (pl.col("amount").sum() - pl.col("amount").last()).alias("paid"),
            pl.len(),
        )
        .filter("is_closed")
    )
    agree = groups.filter(pl.col("sum") == pl.col("paid"))
    if agree.height < groups.height or agree.filter(pl.col("len") > 2).height < 2:
        return frozenset()
    return frozenset(agree["position"])
