"""Identifies suppliers, builds the database and writes the report."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipeline import run as night
from pipeline.asset_keys import ORGANISATIONS, SUPPLIER_PLACES, SUPPLIERS, model_key
from pipeline.changed_rows import MartChange
from pipeline.identifying import identify
from pipeline.locking import warehouse_lock
from pipeline.report.site import build_report
from pipeline.settings import Settings
from pipeline.sql_models import SqlModel, SqlProject, TestResult
from pipeline.sql_models.lineage import column_lineage
from pipeline.steps.registers import registers_in_use
from pipeline.warehouse import BrokenBuildError, PublishedTable


def identify_suppliers(
    context: dg.AssetExecutionContext, settings: Settings
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Identify and locate every supplier with the registers in use."""
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


def build_models(
    context: dg.AssetExecutionContext, settings: Settings, project: SqlProject
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Build and test all models; dg.Failure where a test fails, after the results of those."""
    with warehouse_lock(settings.warehouse):
        night.write_registry(settings)
        try:
            report = night.build(settings)
        except BrokenBuildError as error:
            yield from (_test_result(project, test) for test in error.broken if test.model)
            raise dg.Failure(str(error)) from error
    if report.skipped:
        context.log.info("nothing has changed since the database was built")
        rows = night.published_rows(settings)
    else:
        rows = {model.name: model.rows for model in report.models}
    tables = {table.name: table for table in night.published_tables(settings)}
    changes = {change.mart_name: change for change in report.changes}
    for name, model in project.models.items():
        yield dg.MaterializeResult(
            asset_key=model_key(project, name),
            metadata={"dagster/row_count": rows[name]}
            | _column_metadata(tables[name])
            | {"dagster/column_lineage": _lineage(project, model)}
            | _change_metadata(changes.get(name)),
        )
    tests = night.test_published(settings) if report.skipped else report.tests
    yield from (_test_result(project, test) for test in tests if test.model in project.models)


def write_report(
    context: dg.AssetExecutionContext, settings: Settings
) -> dg.MaterializeResult[None]:
    """Write the pages of the published database, where it changed."""
    with warehouse_lock(settings.warehouse):
        site = build_report(settings)
    if site.skipped:
        context.log.info("nothing has changed since the report was written")
    return dg.MaterializeResult(metadata={"pages": site.pages, "path": str(site.index)})


def _column_metadata(table: PublishedTable) -> dict[str, Any]:
    return {
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
    return dg.TableColumnLineage(
        {
            column: [dg.TableColumnDep(model_key(project, parent), of) for parent, of in origins]
            for column, origins in column_lineage(project, model).items()
        }
    )


def _test_result(project: SqlProject, test: TestResult) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=model_key(project, str(test.model)),
        check_name=test.test_name,
        passed=not test.failures,
        severity=dg.AssetCheckSeverity(test.severity.upper()),
        metadata={
            "offending_rows": test.failures,
            "first_offending_rows": "\n".join(str(row) for row in test.sample),
            "sql": dg.MetadataValue.md(f"```sql\n{test.sql}\n```"),
        },
    )
