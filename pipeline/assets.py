"""Dagster wiring only: each asset calls one function of pipeline.run, and reports."""

from collections.abc import Collection, Iterator
from typing import Any

import dagster as dg

from pipeline import run as night
from pipeline.changed_rows import MartChange
from pipeline.identifying import identify
from pipeline.locking import warehouse_lock
from pipeline.publisher_assets import SEVERITIES
from pipeline.register_assets import REGISTER_KEYS, register_key, registers_in_use
from pipeline.report.site import build_report
from pipeline.settings import Settings
from pipeline.sql_models import Parents, SqlModel, SqlProject, TestResult, model_dependencies
from pipeline.warehouse import BrokenBuildError, PublishedTable

SUPPLIERS = dg.AssetKey(["identified", "suppliers"])
SUPPLIER_PLACES = dg.AssetKey(["identified", "supplier_places"])
ORGANISATIONS = dg.AssetKey(["identified", "organisations"])
REGISTRY = dg.AssetKey(["registry"])
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
                deps=[*REGISTER_KEYS, *payments],
                group_name="identify",
                kinds={"polars", "parquet"},
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
        with warehouse_lock(settings.warehouse):
            in_use = registers_in_use(settings, SUPPLIERS)
            identified = identify(settings)
        for sentence in identified.sentences():
            context.log.info(sentence)
        decided = identified.decided
        yield dg.MaterializeResult(
            asset_key=SUPPLIERS,
            metadata={
                "dagster/row_count": decided.height,
                "matched_anew": identified.matched_anew,
                "changed": identified.changes,
                **dict(decided["decision"].value_counts().iter_rows()),
            },
        )
        yield dg.MaterializeResult(asset_key=SUPPLIER_PLACES)
        yield dg.MaterializeResult(asset_key=ORGANISATIONS)
        yield in_use

    return identify_suppliers


def model_key(project: SqlProject, name: str) -> dg.AssetKey:
    """The asset of one SQL model or seed: its schema and its name."""
    return dg.AssetKey([project.tables[name].schema, name])


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
            _model_spec(project, payments, name, parents)
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
        with warehouse_lock(settings.warehouse):
            night.write_registry(settings)
            try:
                report = night.build(settings)
            except BrokenBuildError as error:
                yield from (_test_result(project, test) for test in error.broken if test.model)
                raise dg.Failure(str(error)) from error
        if report.skipped:
            context.log.info("nothing has changed since the database was built")
        tables = {table.name: table for table in night.published_tables(settings)}
        changes = {change.mart_name: change for change in report.changes}
        for name, model in project.models.items():
            yield dg.MaterializeResult(
                asset_key=model_key(project, name),
                metadata=_table_metadata(tables[name])
                | {"dagster/column_lineage": _lineage(project, model)}
                | _change_metadata(changes.get(name)),
            )
        tests = night.test_published(settings) if report.skipped else report.tests
        yield from (_test_result(project, test) for test in tests if test.model in project.models)

    return build_models


def _model_spec(
    project: SqlProject, payments: Collection[dg.AssetKey], name: str, parents: Parents
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
        description=model.yaml.description,
        skippable=True,
    )


def _table_metadata(table: PublishedTable) -> dict[str, Any]:
    return {
        "dagster/row_count": table.rows,
        "dagster/column_schema": dg.TableSchema(
            columns=[
                dg.TableColumn(name, type_, description)
                for name, type_, description in table.columns
            ]
        ),
    }


def _change_metadata(change: MartChange | None) -> dict[str, Any]:
    """Nothing where there is no mart before to compare with."""
    if change is None or change.not_compared_reason:
        return {}
    return {
        "rows_added": change.rows_added,
        "rows_removed": change.rows_removed,
        "rows_changed": change.rows_changed,
    }


def _lineage(project: SqlProject, model: SqlModel) -> dg.TableColumnLineage:
    # A tenth of the time that definitions take to load, and for builds alone.
    from pipeline.sql_models.lineage import column_lineage

    return dg.TableColumnLineage(
        {
            column: [dg.TableColumnDep(model_key(project, parent), of) for parent, of in origins]
            for column, origins in column_lineage(project, model).items()
        }
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
        deps=[
            model_key(project, name)
            for name, model in project.models.items()
            if model.schema == "marts"
        ],
        description="A static site for people who look rather than query.",
    )
    def report(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with warehouse_lock(settings.warehouse):
            site = build_report(settings)
        if site.skipped:
            context.log.info("nothing has changed since the report was written")
        return dg.MaterializeResult(metadata={"pages": site.pages, "path": str(site.index)})

    return report


def outside_assets(project: SqlProject) -> list[dg.AssetSpec]:
    """What people write by hand: the registry's YAML and the SQL's seeds."""
    return [
        dg.AssetSpec(
            REGISTRY,
            group_name="registry_and_seeds",
            kinds={"yaml"},
            description="Towns, areas and publishers, with evidence.",
        ),
        *(
            dg.AssetSpec(
                model_key(project, name),
                group_name="registry_and_seeds",
                kinds={"csv"},
                description=table.yaml.description,
            )
            for name, table in project.tables.items()
            if name not in project.models
        ),
    ]


def _test_result(project: SqlProject, test: TestResult) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=model_key(project, str(test.model)),
        check_name=test.test_name,
        passed=not test.failures,
        severity=SEVERITIES[test.severity],
        metadata={
            "offending_rows": test.failures,
            "first_offending_rows": "\n".join(str(row) for row in test.sample),
            "sql": dg.MetadataValue.md(f"```sql\n{test.sql}\n```"),
        },
    )
