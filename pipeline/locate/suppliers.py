"""Where each supplier's organisations are, with the evidence and its date."""

from pathlib import Path

import polars as pl

from pipeline.registers.postcodes import clean_postcode
from pipeline.registers.schema import scan_table

SUPPLIER_PLACES = pl.Schema(
    {
        "supplier_id": pl.String,
        "register": pl.String,
        "number": pl.String,
        "place_kind": pl.String,
        "postcode": pl.String,
        "latitude": pl.Float64,
        "longitude": pl.Float64,
        "ward_code": pl.String,
        "lsoa_code": pl.String,
        "lad_code": pl.String,
        "county_code": pl.String,
        "region_code": pl.String,
        "country_code": pl.String,
        "evidence": pl.String,
        "as_of_date": pl.Date,
    }
)


def locate_suppliers(
    suppliers: pl.DataFrame,
    decisions: pl.DataFrame,
    candidates: pl.DataFrame,
    registers_dir: Path,
) -> pl.DataFrame:
    """The places of suppliers (SUPPLIER_PLACES), sorted by supplier, register and number.

    One row per possible organisation, at its registered address; of a supplier that could be
    several organisations, several. Where the registers know no place, the postcode on the payment
    gives a `trading` one, for unidentified suppliers too; else lad_code is null.
    """
    paid_at = with_areas(
        suppliers.join(decisions.select("supplier_id"), on="supplier_id", how="semi").select(
            "supplier_id", postcode=clean_postcode(pl.col("supplier_postcode"))
        ),
        registers_dir,
    ).filter(pl.col("lad_code").is_not_null())
    traded_at = paid_at.with_columns(
        place_kind=pl.lit("trading"), evidence=pl.lit("payment_postcode")
    )
    registered = with_areas(_registered_places(candidates, registers_dir), registers_dir)
    unplaced = registered.filter(pl.col("lad_code").is_null())
    unidentified = traded_at.join(candidates, on="supplier_id", how="anti")
    return (
        pl.concat(
            [
                registered.filter(pl.col("lad_code").is_not_null()),
                unplaced.join(traded_at, on="supplier_id", how="anti"),
                unplaced.select("supplier_id", "register", "number").join(
                    traded_at, on="supplier_id"
                ),
                unidentified,
            ],
            how="diagonal",
        )
        .match_to_schema(SUPPLIER_PLACES, missing_columns="insert", extra_columns="ignore")
        .sort("supplier_id", "register", "number")
    )


def with_areas(places: pl.DataFrame, registers_dir: Path) -> pl.DataFrame:
    """Adds coordinates and area codes of the column `postcode` (canonical), null where unknown."""
    directory = (
        scan_table(registers_dir, "postcodes")
        .join(places.lazy().select("postcode").unique(), on="postcode", how="semi")
        .drop("introduced", "terminated")
        .rename({"lat": "latitude", "long": "longitude"})
        .collect(engine="streaming")
    )
    return places.join(directory, on="postcode", how="left", maintain_order="left")


def _registered_places(candidates: pl.DataFrame, registers_dir: Path) -> pl.DataFrame:
    """One row per possible organisation; a charity without an address has its company's."""
    addresses = scan_table(registers_dir, "organisations").select(
        "register",
        "number",
        "postcode",
        "other_register",
        "other_number",
        "snapshot_date",
    )
    own = addresses.join(
        candidates.lazy().select("register", "number").unique(),
        on=["register", "number"],
        how="semi",
    ).collect(engine="streaming")
    other = (
        addresses.drop("other_register", "other_number")
        .join(
            own.lazy().select(register="other_register", number="other_number").unique(),
            on=["register", "number"],
            how="semi",
        )
        .rename(
            {
                "register": "other_register",
                "number": "other_number",
                "postcode": "other_postcode",
                "snapshot_date": "other_snapshot_date",
            }
        )
        .collect(engine="streaming")
    )
    takes_other = pl.col("postcode").is_null() & pl.col("other_postcode").is_not_null()
    found_in = pl.when(takes_other).then("other_register").otherwise("register")
    return (
        candidates.join(own, on=["register", "number"], how="left")
        .join(other, on=["other_register", "other_number"], how="left")
        .select(
            "supplier_id",
            "register",
            "number",
            place_kind=pl.lit("registered"),
            postcode=pl.coalesce("postcode", "other_postcode"),
            evidence=pl.when(found_in == "chc")
            .then(pl.lit("charity_contact"))
            .otherwise(pl.lit("registered_address")),
            as_of_date=pl.when(takes_other).then("other_snapshot_date").otherwise("snapshot_date"),
        )
    )
