"""What Dagster loads: assets, checks, jobs, schedules and sensors."""

import gc

import dagster as dg

from pipeline.assets import identify_assets, outside_assets, report_assets, sql_assets
from pipeline.old_runs import old_runs_job
from pipeline.publisher_assets import payments_assets
from pipeline.register_assets import register_assets
from pipeline.registry.load import load_registry_leniently
from pipeline.settings import SQL_ROOT, Settings
from pipeline.sql_models import read_project

# A run has a process of its own already: a second one for its only step would import all again.
_IN_THE_RUN = dg.in_process_executor


def build_defs(settings: Settings) -> dg.Definitions:
    """The whole graph for one warehouse.

    Collect and build are separate jobs: in one job a single publisher's failure would skip every
    mart. Build takes each publisher's last good payments and the registers in use.
    """
    registry, problems = load_registry_leniently(
        settings.registry, built_in=settings.has_built_in_registry
    )
    faulty = {
        problem.file.stem: problem
        for problem in reversed(problems)
        if problem.file.parent.name == "publishers" and problem.file.stem.isidentifier()
    }
    project = read_project(SQL_ROOT)
    columns = project.models["stg_published__payments"].yaml.columns
    payments = payments_assets(
        settings, registry, faulty, {name: column.description for name, column in columns.items()}
    )
    registers = register_assets(settings)
    identify = identify_assets(settings, sorted(payments.keys))
    models = sql_assets(settings, sorted(payments.keys), project)
    report = report_assets(settings, project)

    collect_job = dg.define_asset_job(
        "collect",
        dg.AssetSelection.assets(payments),
        description="Looks at every publisher's page and reads what is new.",
        executor_def=_IN_THE_RUN,
    )
    build_job = dg.define_asset_job(
        "build",
        dg.AssetSelection.assets(identify, models, report),
        description="Identifies suppliers, builds and tests the database, writes the report.",
    )
    report_job = dg.define_asset_job(
        "report",
        dg.AssetSelection.assets(report),
        description="Writes the pages of the published database anew.",
        executor_def=_IN_THE_RUN,
    )
    registers_job = dg.define_asset_job(
        "registers",
        dg.AssetSelection.assets(registers),
        description="Gets the registers and the postcode directory anew.",
        executor_def=_IN_THE_RUN,
    )
    forget_job = old_runs_job(settings.kept_run_days)

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
            collect_run = context.dagster_run.run_id
            return dg.RunRequest(run_key=collect_run, tags={"anchorspend/collect_run": collect_run})

        return sensor

    ended = (
        dg.DagsterRunStatus.SUCCESS,
        dg.DagsterRunStatus.FAILURE,
        dg.DagsterRunStatus.CANCELED,
    )
    schedules = [
        ("nightly", "collect", settings.nightly, "Begins the night."),
        # Nothing is built twice: a build finds that nothing has changed, and says so.
        ("late_build", "build", "0 10 * * *", "Builds where no sensor did after the night."),
        ("monthly", "registers", settings.monthly, "Gets the registers anew."),
        ("weekly", "forget_old_runs", "0 13 * * 0", "Forgets old runs."),
    ]
    return dg.Definitions(
        assets=[payments, registers, identify, models, report, *outside_assets(settings, project)],
        jobs=[collect_job, build_job, report_job, registers_job, forget_job],
        schedules=[
            dg.ScheduleDefinition(
                name=name,
                job_name=job,
                cron_schedule=when,
                execution_timezone="Europe/London",
                default_status=dg.DefaultScheduleStatus.RUNNING,
                description=what,
            )
            for name, job, when, what in schedules
        ],
        sensors=[build_after(status) for status in ended],
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What Dagster loads; whoever only imports this module builds nothing."""
    # What is imported stays: to look through it for garbage takes a fifth of building the graph.
    gc.freeze()
    return build_defs(Settings.from_environment())
