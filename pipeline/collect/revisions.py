"""What publishers changed after the fact: rows added, removed and edited between two versions.

Nothing of the rows themselves is told but how many and how much: a name that a newer version has
taken out must not come back here.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

import polars as pl

_MONEY = pl.Decimal(18, 4)

FILE_REVISIONS: dict[str, pl.DataType] = {
    "publisher_id": pl.String(),
    "publication_id": pl.String(),
    "sha256_before": pl.String(),
    "sha256_after": pl.String(),
    "seen_at": pl.Datetime("us", "UTC"),
    "rows_before": pl.Int64(),
    "rows_after": pl.Int64(),
    "rows_added": pl.Int64(),
    "rows_removed": pl.Int64(),
    "rows_edited": pl.Int64(),
    "names_withdrawn": pl.Int64(),
    "added_gbp": _MONEY,
    "removed_gbp": _MONEY,
    "moved_gbp": _MONEY,
}
# Two payments that agree in all of these are the same payment.
_CONTENT = (
    "payment_date",
    "payment_month",
    "supplier_name",
    "amount_gbp",
    "description",
    "department",
    "category",
    "transaction_id",
)
# Of what is in one version only, a row removed and a row added that agree in one of these are one
# row edited; each is tried on what the ones before have left.
_EDITED = (
    ("transaction_id", "amount_gbp"),
    ("transaction_id",),
    ("payment_month", "supplier_name", "amount_gbp"),
    ("payment_date", "supplier_name"),
    ("payment_date", "amount_gbp"),
)
REVISION_COLUMNS = (*_CONTENT, "is_redacted")


def file_revisions(files: pl.DataFrame, payments_of: Callable[[str], pl.LazyFrame]) -> pl.DataFrame:
    """One row of FILE_REVISIONS for every two readable versions that followed one another.

    `files` is held_files (every version) with `status`; `payments_of` a sha256 has
    REVISION_COLUMNS.
    `seen_at` is when the newer version was fetched. `names_withdrawn` counts edited rows whose
    supplier is redacted now and was not before. `added_gbp` and `removed_gbp` are sums, edited
    rows apart; `moved_gbp` adds up by how much the amounts of edited rows changed, up or down.
    """
    rows = [
        {
            "publisher_id": publisher_id,
            "publication_id": publication_id,
            "sha256_before": before,
            "sha256_after": after,
            "seen_at": seen_at,
        }
        | _compared(payments_of(before), payments_of(after))
        for publisher_id, publication_id, before, after, seen_at in _followed(files)
    ]
    return pl.DataFrame(rows, schema=FILE_REVISIONS)


def _followed(files: pl.DataFrame) -> Iterator[tuple[str, str, str, str, datetime]]:
    readable = files.filter(pl.col("status") == "payments").sort("fetched_at", maintain_order=True)
    for of_publication in readable.partition_by(
        "publisher_id", "publication_id", maintain_order=True
    ):
        for before, after in pairwise(of_publication.iter_rows(named=True)):
            yield (
                after["publisher_id"],
                after["publication_id"],
                before["sha256"],
                after["sha256"],
                after["fetched_at"],
            )


def _compared(before: pl.LazyFrame, after: pl.LazyFrame) -> dict[str, int | Decimal]:
    old, new = pl.collect_all(
        [one.select(REVISION_COLUMNS).with_row_index("place") for one in (before, after)]
    )
    removed, added = _unmatched(old, new, _CONTENT), _unmatched(new, old, _CONTENT)
    edits = []
    for key in _EDITED:
        pairs = _paired(removed, added, key)
        edits.append(pairs.select("amount_gbp", "new_amount_gbp", "is_redacted", "new_is_redacted"))
        removed = removed.join(pairs.select("place"), on="place", how="anti")
        added = added.join(pairs.select(place="new_place"), on="place", how="anti")
        if removed.is_empty() or added.is_empty():
            break
    edited = pl.concat(edits)
    change = (pl.col("new_amount_gbp") - pl.col("amount_gbp")).abs()
    return {
        "rows_before": old.height,
        "rows_after": new.height,
        "rows_added": added.height,
        "rows_removed": removed.height,
        "rows_edited": edited.height,
        "names_withdrawn": edited.filter(pl.col("new_is_redacted"), ~pl.col("is_redacted")).height,
        "added_gbp": added["amount_gbp"].sum(),
        "removed_gbp": removed["amount_gbp"].sum(),
        "moved_gbp": edited.select(change.sum()).item(),
    }


def _numbered(frame: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The rows numbered among those that are equal in the key."""
    return frame.with_columns(pl.int_range(pl.len()).over(*key).alias("number"))


def _unmatched(frame: pl.DataFrame, other: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The rows that the other has not got, as often as it lacks them."""
    return (
        _numbered(frame, key)
        .join(_numbered(other, key), on=[*key, "number"], how="anti", nulls_equal=True)
        .drop("number")
    )


def _paired(removed: pl.DataFrame, added: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """Rows of both that agree in the key, each once; a missing value agrees with nothing."""
    new = _numbered(added, key).select(
        *key,
        "number",
        pl.col("place").alias("new_place"),
        pl.col("amount_gbp").alias("new_amount"),
        pl.col("is_redacted").alias("new_is_redacted"),
    )
    return (
        _numbered(removed, key)
        .join(new, on=[*key, "number"], how="inner")
        .rename({"new_amount": "new_amount_gbp"})
    )
