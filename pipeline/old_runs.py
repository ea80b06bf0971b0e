"""Runs of long ago are forgotten: Dagster by itself keeps every run and its events for ever."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

# Each is looked at once a week, so that more than a year of nights is caught up with in one go.
_RUNS_AT_ONCE = 5000


def forget_old_runs(instance: dg.DagsterInstance, kept_days: int, now: datetime) -> list[str]:
    """Delete ended runs begun more than so many days before `now`, with events and logs; their ids.

    A run is kept as long as an asset's newest materialisation is its: otherwise a publisher that
    has been down for longer would look as if it had never been collected.
    """
    newest = {record.asset_entry.last_run_id for record in instance.get_asset_records()}
    old = instance.get_run_records(
        dg.RunsFilter(
            statuses=[
                dg.DagsterRunStatus.SUCCESS,
                dg.DagsterRunStatus.FAILURE,
                dg.DagsterRunStatus.CANCELED,
            ],
            created_before=now - timedelta(days=kept_days),
        ),
        limit=_RUNS_AT_ONCE,
        ascending=True,
    )
    forgotten = [run.dagster_run.run_id for run in old if run.dagster_run.run_id not in newest]
    for run_id in forgotten:
        instance.delete_run(run_id)
        instance.compute_log_manager.delete_logs(prefix=[run_id])
        # On SQLite each run has a database of its own, which Dagster empties and leaves.
        for path in Path(instance.root_directory, "history", "runs").glob(f"{run_id}.db*"):
            path.unlink()
    return forgotten


def old_runs_job(kept_days: int) -> dg.JobDefinition:
    """The job that forgets runs older than so many days."""

    @dg.op(description=f"Deletes runs that began more than {kept_days} days ago.")
    def delete_old_runs(context: dg.OpExecutionContext) -> None:
        forgotten = forget_old_runs(context.instance, kept_days, datetime.now(UTC))
        context.log.info(f"{len(forgotten)} runs of more than {kept_days} days ago are forgotten")

    @dg.job(
        name="forget_old_runs",
        description=f"Keeps {kept_days} days of runs and their events "
        "(ANCHORSPEND_KEPT_RUN_DAYS); assets keep their newest.",
    )
    def forget() -> None:
        delete_old_runs()

    return forget
