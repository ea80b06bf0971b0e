"""Names that a publisher has taken out of a later file, while an earlier one speaks.

The newest version of a publication speaks as a rule, and with it goes every name that it no longer
holds. But the earlier one goes on speaking where the newer is held back, or where another link
(the month beside its year, a twin in another format) has the better right to the month. A row that
is redacted in the later file is then a withdrawn name in the earlier one.
"""

import polars as pl

WITHDRAWN_BY_PUBLISHER = "withdrawn by publisher"

# What the later file says in the place of what may tell the name in other words.
_TOLD = ("description", "department", "category")
_SAME_PAYMENT = ("payment_date", "payment_month", "amount_gbp")
COMPARED = (*_SAME_PAYMENT, *_TOLD, "transaction_id", "supplier_name", "is_redacted")
_ROW = ("file_sha256", "sheet", "row_number")
# What identifies a supplier beside its name; `other` holds columns that nobody has looked at.
_IDENTIFYING = (
    "supplier_postcode",
    "supplier_id_as_published",
    "company_number",
    "charity_number",
    "vat_number",
    "other",
)


def withdrawn_names(
    files: pl.DataFrame, months: pl.DataFrame, payments: pl.LazyFrame
) -> pl.DataFrame:
    """The rows of speaking files whose name a later file of the publisher withholds.

    One row each: file_sha256, sheet, row_number, and description, department and category of the
    later row. `files` is held_files (every version) with `status`, `months` is SELECTED_FILES,
    `payments` has file_sha256, sheet, row_number and COMPARED of all versions.
    """
    silent = months.filter(~pl.col("is_selected"))["file_sha256"].unique()
    readable = files.filter(pl.col("status") == "payments")
    seen = readable.group_by(file_sha256="sha256").agg(seen_at=pl.col("fetched_at").max()).lazy()
    later = payments.filter(pl.col("file_sha256").is_in(silent.implode()))
    redacted = later.filter("is_redacted").join(seen, on="file_sha256").collect()
    if redacted.is_empty():
        return payments.select(*_ROW, *_TOLD).clear().collect()
    named = (
        payments.filter(~pl.col("is_redacted"), pl.col("supplier_name").is_not_null())
        .join(
            months.lazy().filter("is_selected"),
            on=["file_sha256", "payment_month"],
            how="semi",
            nulls_equal=True,
        )
        .join(seen, on="file_sha256")
    )
    has_same_texts = pl.all_horizontal(
        pl.col(name).eq_missing(pl.col(f"{name}_later")) for name in _TOLD
    )
    has_same_number = pl.col("transaction_id") == pl.col("transaction_id_later")
    found = named.join(
        redacted.lazy(), on=_SAME_PAYMENT, how="inner", nulls_equal=True, suffix="_later"
    ).filter(
        pl.col("seen_at_later") > pl.col("seen_at"),
        has_same_texts | has_same_number.fill_null(value=False),
    )
    still_named = later.filter(~pl.col("is_redacted")).select(
        pl.col("file_sha256").alias("file_sha256_later"), *_SAME_PAYMENT, "supplier_name"
    )
    return (
        found.join(
            still_named,
            on=["file_sha256_later", *_SAME_PAYMENT, "supplier_name"],
            how="anti",
            nulls_equal=True,
        )
        .sort("seen_at_later", descending=True)
        .unique(_ROW, keep="first", maintain_order=True)
        .select(*_ROW, *(pl.col(f"{name}_later").alias(name) for name in _TOLD))
        .collect()
    )


def without_withdrawn_names(payments: pl.DataFrame, withdrawn: pl.DataFrame) -> pl.DataFrame:
    """The payments, of which those of withdrawn_names say no longer whom they were made to."""
    if withdrawn.is_empty():
        return payments
    marked = payments.join(
        withdrawn.with_columns(pl.lit(value=True).alias("is_withdrawn")),
        on=_ROW,
        how="left",
        nulls_equal=True,
        maintain_order="left",
        suffix="_later",
    )
    gone = pl.col("is_withdrawn").fill_null(value=False)
    nothing = pl.lit(None, pl.String)
    return marked.with_columns(
        pl.when(gone)
        .then(pl.lit(WITHDRAWN_BY_PUBLISHER))
        .otherwise("supplier_name")
        .alias("supplier_name"),
        pl.col("is_redacted") | gone,
        *(pl.when(gone).then(nothing).otherwise(name).alias(name) for name in _IDENTIFYING),
        *(pl.when(gone).then(f"{name}_later").otherwise(name).alias(name) for name in _TOLD),
    ).select(payments.columns)
