"""Dagster wiring of what follows the publishers: suppliers, SQL models, report."""

from collections.abc import Collection, Iterator

import dagster as dg

from pipeline.asset_keys import (
    ORGANISATIONS,
    REGISTRY,
    SUPPLIER_PLACES,
    SUPPLIERS,
    model_key,
    owners,
    register_key,
)
from pipeline.registers.register_names import REGISTER_NAMES
from pipeline.settings import Settings
from pipeline.sql_models import Parents, SqlProject, model_dependencies

IDENTIFIED = {
    SUPPLIERS: "Every supplier as published, with the matcher's decision.",
    SUPPLIER_PLACES: "The places that each supplier may be at.",
    ORGANISATIONS: "What registers say of those who were paid, by snapshot where they were.",
}


def identify_assets(settings: Settings, payments: Collection[dg.AssetKey]) -> dg.AssetsDefinition:
    """The suppliers, matched and located with the registers in use."""

    @dg.multi_asset(
        name="identify_suppliers",
        specs=[
            dg.AssetSpec(
                key,
                deps=[*(register_key(one) for one in REGISTER_NAMES), *payments],
                group_name="identify",
                kinds={"polars", "parquet"},
                owners=owners(settings),
                description=description,
            )
            for key, description in IDENTIFIED.items()
        ],
        check_specs=[
            dg.AssetCheckSpec(
                "registers_in_use",
                asset=SUPPLIERS,
                description="No register was refused, and there is one of companies.",
            )
        ],
    )
    def identify_suppliers(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        from pipeline.steps.database import identify_suppliers

        yield from identify_suppliers(context, settings)

    return identify_suppliers


def sql_assets(
    settings: Settings, payments: Collection[dg.AssetKey], project: SqlProject
) -> dg.AssetsDefinition:
    """All SQL models in one step on one connection, with their tests as checks.

    Where a test fails its check turns red and nothing is materialised: the database of the last
    sound build stays published.
    """

    @dg.multi_asset(
        name="build_database",
        specs=[
            _model_spec(settings, project, payments, name, parents)
            for name, parents in model_dependencies(project).items()
        ],
        check_specs=[
            dg.AssetCheckSpec(
                test.name, asset=model_key(project, test.table), description=test.description
            )
            for test in project.row_tests
            if test.table in project.models
        ],
    )
    def build_models(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        from pipeline.steps.database import build_models

        yield from build_models(context, settings, project)

    return build_models


def _model_spec(
    settings: Settings,
    project: SqlProject,
    payments: Collection[dg.AssetKey],
    name: str,
    parents: Parents,
) -> dg.AssetSpec:
    model = project.models[name]
    deps = [model_key(project, parent) for parent in (*parents.models, *parents.seeds)]
    for _, source in parents.sources:
        deps += _source_keys(source, payments)
    return dg.AssetSpec(
        model_key(project, name),
        deps=deps,
        group_name=model.schema,
        kinds={"duckdb", "sql"},
        owners=owners(settings),
        description=model.yaml.description,
        skippable=True,
    )


def _source_keys(source: str, payments: Collection[dg.AssetKey]) -> list[dg.AssetKey]:
    """The assets that write the Parquet files behind a source of the SQL."""
    match source:
        case "payments" | "rejected_rows" | "selected_files" | "file_revisions" | "files":
            return list(payments)
        case "suppliers":
            return [SUPPLIERS]
        case "supplier_places":
            return [SUPPLIER_PLACES]
        case "organisations" | "organisation_addresses":
            return [ORGANISATIONS]
        case "boundaries":
            return [REGISTRY, *(register_key(one) for one in ("wards", "districts"))]
        case "build" | "changed_rows":
            return []
        case _:
            return [REGISTRY]


def report_assets(settings: Settings, project: SqlProject) -> dg.AssetsDefinition:
    """The static site of the published database, after every mart."""

    @dg.asset(
        # In Dagster an asset and a job of one name exclude each other.
        key=["site", "report"],
        group_name="report",
        kinds={"html"},
        owners=owners(settings),
        deps=[
            model_key(project, name)
            for name, model in project.models.items()
            if model.schema == "marts"
        ],
        description="A static site for people who look rather than query.",
    )
    def report(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        from pipeline.steps.database import write_report

        return write_report(context, settings)

    return report


def outside_assets(settings: Settings, project: SqlProject) -> list[dg.AssetSpec]:
    """What people write by hand: the registry's YAML and the SQL's seeds."""
    return [
        dg.AssetSpec(
            REGISTRY,
            group_name="registry_and_seeds",
            kinds={"yaml"},
            owners=owners(settings),
            description="Towns, areas and publishers, with evidence.",
        ),
        *(
            dg.AssetSpec(
                model_key(project, name),
                group_name="registry_and_seeds",
                kinds={"csv"},
                owners=owners(settings),
                description=table.yaml.description,
            )
            for name, table in project.tables.items()
            if name not in project.models
        ),
    ]
