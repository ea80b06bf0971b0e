"""Spellings that one publisher links by its supplier id or a VAT number, decided together."""

import polars as pl

from pipeline.match.near import near_words
from pipeline.registers.names import with_name_key

LINK_COLUMNS = ("supplier_id_as_published", "vat_number")
# An id that stands beside more names than this is one for sundry suppliers, a VAT number that of a
# group: in the published files 3 of 20,561 ids and 36 of 6,896 VAT numbers do.
MOST_NAMES = 4
SHORTEST_SHARED_WORD = 4


def clusters(suppliers: pl.DataFrame) -> pl.DataFrame:
    """Which suppliers of one publisher are one: supplier_id, cluster (the least supplier_id).

    Only suppliers that are linked to another; ids and VAT numbers link across each other.
    """
    known = [column for column in LINK_COLUMNS if column in suppliers.columns]
    if not known or "publisher_id" not in suppliers.columns:
        return pl.DataFrame(schema={"supplier_id": pl.String, "cluster": pl.String})
    edges = pl.concat([_links(suppliers, column) for column in known])
    found = edges.group_by("supplier_id").agg(cluster=pl.col("supplier_id").first())
    while True:
        least_of_link = (
            edges.join(found, on="supplier_id").group_by("link").agg(pl.col("cluster").min())
        )
        nearer = (
            edges.join(least_of_link, on="link")
            .group_by("supplier_id")
            .agg(pl.col("cluster").min())
        )
        if nearer.sort("supplier_id").equals(found.sort("supplier_id")):
            return nearer.sort("supplier_id")
        found = nearer


def _links(suppliers: pl.DataFrame, column: str) -> pl.DataFrame:
    value = pl.col(column).cast(pl.String).str.to_uppercase().str.replace_all(r"[^A-Z0-9]+", "")
    return (
        with_name_key(suppliers.lazy(), "supplier_name")
        .filter(
            ~pl.col("is_redacted").fill_null(value=False)
            & pl.col("name_key").is_not_null()
            & value.str.contains(r"[1-9A-Z].*\d|\d.*[1-9]")
            & pl.col("publisher_id").is_not_null()
        )
        .select(
            "supplier_id",
            "name_key",
            link=pl.concat_str("publisher_id", pl.lit(f" {column} "), value),
        )
        .filter(pl.col("name_key").n_unique().over("link").is_between(2, MOST_NAMES))
        .select("supplier_id", "link")
        .collect()
    )


def link_spellings(
    suppliers: pl.DataFrame, decisions: pl.DataFrame, candidates: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Decisions and candidates with each cluster decided as a whole.

    Where all of a cluster's matched spellings are one organisation, the undecided ones are it too,
    if they could be, have the same words in another order, or state no legal form and share most
    of their words with a spelling that is: XEROX FINANCE LTD stands beside XEROX (UK) LIMITED under
    the VAT number of their group. Where they are several, only those
    that bear a registered name to the letter stay. Overrides, persons and withheld names are left
    alone.
    """
    of_cluster = clusters(suppliers)
    members = (
        of_cluster.join(decisions, on="supplier_id")
        .join(suppliers.select("supplier_id", "supplier_name"), on="supplier_id")
        .filter(
            ~pl.col("class").is_in(["person", "redacted"])
            & ~pl.col("method").eq("override").fill_null(value=False)
        )
    )
    matched = members.filter(pl.col("decision") == "matched").with_columns(
        organisation=pl.concat_str("register", pl.lit(":"), "number")
    )
    agreed = (
        matched.sort("cluster", pl.col("score"), "supplier_id", descending=[False, True, False])
        .filter(pl.col("organisation").n_unique().over("cluster") == 1)
        .unique("cluster", keep="first", maintain_order=True)
    )
    taken = _taken(members, matched, agreed, candidates)
    doubtful = matched.filter(
        (pl.col("organisation").n_unique().over("cluster") > 1)
        & pl.col("method").str.contains("^(?:near|branch)_")
    ).select("supplier_id")
    decided = (
        decisions.join(taken.select("supplier_id"), on="supplier_id", how="anti")
        .with_columns(
            decision=pl.when(pl.col("supplier_id").is_in(doubtful["supplier_id"].implode()))
            .then(pl.lit("ambiguous"))
            .otherwise("decision")
        )
        .vstack(taken.select(decisions.columns))
        .sort("supplier_id")
    )
    possible = (
        pl.concat(
            [
                candidates.join(taken.select("supplier_id"), on="supplier_id", how="anti"),
                taken.select(candidates.columns),
            ]
        )
        .unique()
        .sort("supplier_id", "register", "number")
    )
    return decided, possible


def _taken(
    members: pl.DataFrame, matched: pl.DataFrame, agreed: pl.DataFrame, candidates: pl.DataFrame
) -> pl.DataFrame:
    """The decisions that undecided members take over from the one organisation of their cluster."""
    undecided = members.filter(pl.col("decision") != "matched").select(
        "supplier_id", "cluster", "supplier_name"
    )
    words = _telling_words(undecided)
    of_matched = _telling_words(matched).join(agreed.select("cluster"), on="cluster")
    shared = (
        words.with_columns(asked=pl.len().over("supplier_id"))
        .join(of_matched, on=["cluster", "word"], suffix="_matched")
        .group_by("supplier_id", "supplier_id_matched")
        .agg(
            pl.len().alias("common"),
            pl.col("asked", "has_form").first(),
            same_words=(pl.len() == pl.col("asked").first())
            & (pl.len() == pl.col("words_of_name_matched").first()),
        )
        .filter(
            pl.when("has_form")
            .then(pl.col("same_words"))
            .otherwise(pl.col("common") * 2 > pl.col("asked"))
        )
        .select("supplier_id")
        .unique()
    )
    can_be = candidates.join(
        undecided.join(agreed.select("cluster", "register", "number"), on="cluster"),
        on=["supplier_id", "register", "number"],
    ).select("supplier_id")
    return (
        undecided.select("supplier_id", "cluster")
        .join(pl.concat([shared, can_be]).unique(), on="supplier_id")
        .join(agreed.drop("supplier_id"), on="cluster")
        .with_columns(
            method=pl.lit("linked"),
            score=(pl.col("score") - 0.05).round(4),
            runner_up_number=pl.lit(None, pl.String),
        )
    )


def _telling_words(suppliers: pl.DataFrame) -> pl.DataFrame:
    """The words of names that tell bodies apart, with how many each name has and its form."""
    common = near_words().other_body_words
    return (
        with_name_key(suppliers.lazy(), "supplier_name")
        .select(
            "supplier_id",
            "cluster",
            word=pl.col("name_words").str.split(" "),
            has_form=pl.col("legal_form").is_not_null(),
        )
        .explode("word")
        .filter(
            (pl.col("word").str.len_chars() >= SHORTEST_SHARED_WORD) & ~pl.col("word").is_in(common)
        )
        .unique()
        .with_columns(words_of_name=pl.len().over("supplier_id"))
        .collect()
    )
