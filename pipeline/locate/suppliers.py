"""Where each supplier's organisations are, with the evidence and its date."""

from pathlib import Path

import polars as pl

from pipeline.registers.postcodes import clean_postcode, outward_code
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


# These registers hold sites: where a practice, a school or a trust is, not where it is registered.
SITE_REGISTERS = ("gias", "ods", "lad", "pub")
PLACE_KEY = ("supplier_id", "register", "number")


def every_place(
    suppliers: pl.DataFrame,
    decisions: pl.DataFrame,
    candidates: pl.DataFrame,
    registers_dir: Path,
) -> pl.DataFrame:
    """All places of suppliers (SUPPLIER_PLACES), sorted; several rows of a kind are a set.

    Of every possible organisation the `registered` address (evidence registered_address or
    charity_contact), the `site` of a public body (public_body_site; public_body_area is one row per
    district that a council or force serves) and the `trading` place that a postcode on the payment
    names (payment_postcode; payment_outward_code is one row per district that "TQ1" lies in).
    Unidentified suppliers have their trading places alone. An organisation of unknown place has one
    row without lad_code.
    """
    asked = suppliers.join(decisions.select("supplier_id"), on="supplier_id", how="semi")
    traded_at = _trading_places(asked, registers_dir)
    held = _held_places(candidates, registers_dir)
    return (
        pl.concat(
            [
                held,
                candidates.join(traded_at, on="supplier_id"),
                traded_at.join(candidates, on="supplier_id", how="anti"),
            ],
            how="diagonal",
        )
        .match_to_schema(SUPPLIER_PLACES, missing_columns="insert", extra_columns="ignore")
        .sort(*PLACE_KEY, "place_kind", "lad_code")
    )


def _trading_places(suppliers: pl.DataFrame, registers_dir: Path) -> pl.DataFrame:
    """Where the postcodes on payments are; an outward code alone is a set of districts."""
    written = suppliers.select(
        "supplier_id",
        postcode=clean_postcode(pl.col("supplier_postcode")),
        outward=outward_code(pl.col("supplier_postcode")),
    )
    whole = (
        with_areas(written.select("supplier_id", "postcode"), registers_dir)
        .filter(pl.col("lad_code").is_not_null())
        .with_columns(place_kind=pl.lit("trading"), evidence=pl.lit("payment_postcode"))
    )
    outward = written.filter(pl.col("outward").is_not_null())
    districts = (
        scan_table(registers_dir, "postcodes")
        .filter(pl.col("lad_code").is_not_null())
        .with_columns(outward=pl.col("postcode").str.split(" ").list.first())
        .join(outward.lazy().select("outward").unique(), on="outward", how="semi")
        .group_by("outward", "lad_code")
        .agg(pl.col("county_code", "region_code", "country_code").min())
        .collect(engine="streaming")
    )
    some = (
        outward.drop("postcode")
        .join(districts, on="outward")
        .rename({"outward": "postcode"})
        .with_columns(place_kind=pl.lit("trading"), evidence=pl.lit("payment_outward_code"))
    )
    return pl.concat([whole, some], how="diagonal")


def _held_places(candidates: pl.DataFrame, registers_dir: Path) -> pl.DataFrame:
    """The places that registers hold of each possible organisation, one row without where none."""
    found = _registered_places(candidates, registers_dir)
    by_area = found.filter(pl.col("postcode").is_null() & (pl.col("lad_codes").list.len() > 0))
    by_postcode = found.join(by_area, on=PLACE_KEY, how="anti").drop("lad_codes")
    served = (
        by_area.drop("postcode")
        .explode("lad_codes")
        .rename({"lad_codes": "lad_code"})
        .with_columns(place_kind=pl.lit("site"), evidence=pl.lit("public_body_area"))
    )
    codes = (
        scan_table(registers_dir, "postcodes")
        .join(served.lazy().select("lad_code").unique(), on="lad_code", how="semi")
        .group_by("lad_code")
        .agg(pl.col("county_code", "region_code", "country_code").min())
        .collect(engine="streaming")
    )
    return pl.concat(
        [
            with_areas(by_postcode, registers_dir),
            served.join(codes, on="lad_code", how="left"),
        ],
        how="diagonal",
    )


def with_areas(places: pl.DataFrame, registers_dir: Path) -> pl.DataFrame:
    """Adds coordinates and area codes of the column `postcode` (canonical), null where unknown."""
    directory = (
        scan_table(registers_dir, "postcodes")
        # Read first, so that of other postcodes nothing else is.
        .filter(pl.col("postcode").is_in(places["postcode"].drop_nulls().unique().implode()))
        .drop("introduced", "terminated")
        .rename({"lat": "latitude", "long": "longitude"})
        .collect()
    )
    return places.join(directory, on="postcode", how="left", maintain_order="left")


def _registered_places(candidates: pl.DataFrame, registers_dir: Path) -> pl.DataFrame:
    """One row per possible organisation; a charity without an address has its company's."""
    addresses = scan_table(registers_dir, "organisations").select(
        "register",
        "number",
        "postcode",
        "lad_codes",
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
        addresses.drop("other_register", "other_number", "lad_codes")
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
    is_site = found_in.is_in(SITE_REGISTERS)
    return (
        candidates.join(own, on=["register", "number"], how="left")
        .join(other, on=["other_register", "other_number"], how="left")
        .select(
            "supplier_id",
            "register",
            "number",
            "lad_codes",
            place_kind=pl.when(is_site).then(pl.lit("site")).otherwise(pl.lit("registered")),
            postcode=pl.coalesce("postcode", "other_postcode"),
            evidence=pl.when(found_in == "chc")
            .then(pl.lit("charity_contact"))
            .when(is_site)
            .then(pl.lit("public_body_site"))
            .otherwise(pl.lit("registered_address")),
            as_of_date=pl.when(takes_other).then("other_snapshot_date").otherwise("snapshot_date"),
        )
    )
