"""The event log that is held open says what Dagster's own would."""

import shutil

import dagster as dg
import pytest

from pipeline.event_log import HeldOpenSqliteEventLogStorage
from pipeline.settings import PROJECT_ROOT

PAID = dg.AssetKey("paid")


@dg.multi_asset(
    specs=[dg.AssetSpec(PAID)],
    check_specs=[dg.AssetCheckSpec(name, asset=PAID) for name in ("sound", "recent", "lost")],
    can_subset=True,
)
def paid(context: dg.AssetExecutionContext):
    if PAID in context.selected_asset_keys:
        yield dg.MaterializeResult(PAID, metadata={"rows": 3}, tags={"town": "saltmere"})
    for check in sorted(context.selected_asset_check_keys):
        if check.name == "lost":
            continue
        yield dg.AssetCheckResult(
            passed=check.name == "sound", asset_key=PAID, check_name=check.name, description="why"
        )


@pytest.fixture
def held_open(tmp_path, monkeypatch):
    shutil.copy(PROJECT_ROOT / "deploy/dagster.yaml", tmp_path)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert isinstance(instance.event_log_storage, HeldOpenSqliteEventLogStorage)
        yield instance


def told(instance: dg.DagsterInstance) -> dict[str, object]:
    """What a night, a check made alone and one told by a person leave, but for ids and times."""
    job = dg.Definitions(assets=[paid]).resolve_implicit_global_asset_job_def()
    alone = job.get_subset(
        asset_selection=set(), asset_check_selection={dg.AssetCheckKey(PAID, "recent")}
    )
    runs = [one.execute_in_process(instance=instance).dagster_run for one in (job, alone)]
    instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(PAID, "lost", passed=True, description="seen by a person")
    )
    [newest] = instance.fetch_materializations(PAID, limit=9).records
    [record] = instance.get_asset_records([PAID])

    def executions(check: str) -> list[tuple]:
        return [
            (one.run_id == runs[0].run_id, one.status.value, *came_out(one.evaluation))
            for one in instance.event_log_storage.get_asset_check_execution_history(
                dg.AssetCheckKey(PAID, check), limit=9
            )
        ]

    def came_out(evaluation: object) -> tuple:
        if not isinstance(evaluation, dg.AssetCheckEvaluation):
            return (type(evaluation).__name__,)
        checked = evaluation.target_materialization_data
        is_newest = checked is not None and checked.storage_id == newest.storage_id
        return (evaluation.description, is_newest)

    return {
        "events": [
            [event.dagster_event_type for event in instance.all_logs(run.run_id)] for run in runs
        ],
        "statuses": [run.status.value for run in instance.get_runs()],
        "metadata": newest.asset_materialization.metadata,
        "newest": record.asset_entry.last_materialization_record == newest,
        "last_run": record.asset_entry.last_run_id == runs[0].run_id,
        "sound": executions("sound"),
        "recent": executions("recent"),
        "lost": executions("lost"),
    }


def test_it_keeps_what_dagsters_own_keeps(held_open, tmp_path):
    (tmp_path / "dagsters_own").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "dagsters_own")) as own:
        expected = told(own)
    answer = told(held_open)
    assert answer == expected
    assert answer["sound"] == [(True, "SUCCEEDED", "why", True)]
    assert answer["recent"] == [(False, "FAILED", "why", True), (True, "FAILED", "why", True)]
    assert answer["lost"] == [
        (False, "SUCCEEDED", "seen by a person", False),
        (True, "PLANNED", "AssetCheckEvaluationPlanned"),
    ]
    assert answer["metadata"]["rows"].value == 3
