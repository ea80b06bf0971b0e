"""Dagster wiring of the registers: one asset for each, refreshed together once a month."""

from collections.abc import Iterator

import dagster as dg

from pipeline.asset_keys import owners, register_key
from pipeline.settings import Settings

DESCRIPTIONS = {
    "coh": "Live companies of Companies House, with previous names.",
    "chc": "Charities of England and Wales, with other names.",
    "mpr": "Societies of the Mutuals Public Register.",
    "gias": "Schools of Get Information about Schools.",
    "ods": "NHS trusts, commissioners and practices of the Organisation Data Service.",
    "lad": "Councils since 2012 and their districts, from the built-in registry.",
    "pub": "Central bodies, police, fire, funds and known payees, from the built-in registry.",
    "postcodes": "Postcodes with coordinates, wards, districts and regions (NSPL or ONSPD).",
    "wards": "Boundaries of wards, generalised to 20 m (Office for National Statistics).",
    "districts": "Boundaries of local authority districts, likewise.",
}
# Companies House and the charities publish monthly or oftener, the ONS quarterly.
OLDEST_DAYS = {"coh": 75, "chc": 75, "postcodes": 240}


def register_assets(settings: Settings) -> dg.AssetsDefinition:
    """Every register as an optional output of one subsettable asset, as publishers are.

    One that cannot be had or is refused turns its check red and is left unmaterialised: the last
    good one stays in use. The run fails at its end, naming those.
    """

    @dg.multi_asset(
        name="refresh_registers",
        can_subset=True,
        specs=[
            dg.AssetSpec(
                register_key(register),
                group_name="registers",
                kinds={"duckdb", "parquet"},
                owners=owners(settings),
                description=description,
                skippable=True,
            )
            for register, description in DESCRIPTIONS.items()
        ],
        check_specs=[
            dg.AssetCheckSpec(
                "refreshed",
                asset=register_key(register),
                description="The published file was found, is whole, has the columns it should, "
                "and is not older or much smaller than the one in use.",
            )
            for register in DESCRIPTIONS
        ]
        + [
            dg.AssetCheckSpec(
                "age",
                asset=register_key(register),
                description=f"The register in use is at most {days} days old.",
            )
            for register, days in OLDEST_DAYS.items()
        ],
    )
    def refresh(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        from pipeline.steps.registers import refresh

        yield from refresh(context, settings, OLDEST_DAYS)

    return refresh
