"""What Dagster loads: assets, checks, jobs that collect, build, report and refresh registers."""

import dagster as dg

from pipeline.assets import (
    identify_assets,
    outside_assets,
    payments_assets,
    report_assets,
    sql_assets,
)
from pipeline.register_assets import register_assets
from pipeline.registry.load import load_registry_leniently
from pipeline.run import SQL_ROOT
from pipeline.settings import Settings
from pipeline.sql_models import load_project


def build_defs(settings: Settings) -> dg.Definitions:
    """The whole graph for one warehouse.

    Collect and build are separate jobs: in one job a single publisher's failure would skip every
    mart. Build takes each publisher's last good payments and the registers in use.
    """
    registry, _ = load_registry_leniently(
        settings.registry, built_in=settings.has_built_in_registry
    )
    project = load_project(SQL_ROOT)
    payments = payments_assets(settings, registry)
    registers = register_assets(settings)
    identify = identify_assets(settings, registry)
    models = sql_assets(settings, registry, project)
    report = report_assets(settings, project)

    collect_job = dg.define_asset_job("collect", selection=dg.AssetSelection.assets(payments))
    build_job = dg.define_asset_job(
        "build", selection=dg.AssetSelection.assets(identify, models, report)
    )
    report_job = dg.define_asset_job("report", selection=dg.AssetSelection.assets(report))
    registers_job = dg.define_asset_job("registers", selection=dg.AssetSelection.assets(registers))

    def build_after(status: dg.DagsterRunStatus) -> dg.SensorDefinition:
        @dg.run_status_sensor(
            name=f"build_after_{status.value.lower()}",
            description=f"Builds the database after a collect run that ended in {status.value}.",
            run_status=status,
            monitored_jobs=[collect_job],
            request_job=build_job,
            default_status=dg.DefaultSensorStatus.RUNNING,
        )
        def sensor(context: dg.RunStatusSensorContext) -> dg.RunRequest:
            return dg.RunRequest(run_key=context.dagster_run.run_id)

        return sensor

    ended = (
        dg.DagsterRunStatus.SUCCESS,
        dg.DagsterRunStatus.FAILURE,
        dg.DagsterRunStatus.CANCELED,
    )
    return dg.Definitions(
        assets=[payments, registers, identify, models, report, *outside_assets(project)],
        jobs=[collect_job, build_job, report_job, registers_job],
        schedules=[
            dg.ScheduleDefinition(
                name=name,
                job=job,
                cron_schedule=when,
                execution_timezone="Europe/London",
                default_status=dg.DefaultScheduleStatus.RUNNING,
            )
            for name, job, when in [
                ("nightly", collect_job, settings.nightly),
                ("monthly", registers_job, settings.monthly),
            ]
        ],
        sensors=[build_after(status) for status in ended],
    )


defs = build_defs(Settings.from_environment())
