"""Runs past their days go, with all that is kept of them; what assets stand on stays."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from pipeline.old_runs import forget_old_runs, old_runs_job

LATER = datetime.now(UTC) + timedelta(days=91)


@dg.asset
def payments() -> None:
    print("read")


@dg.job
def other():
    @dg.op
    def look():
        pass

    look()


@pytest.fixture
def instance(tmp_path):
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        yield instance


def materialise(instance):
    return dg.materialize([payments], instance=instance).run_id


def kept_of(instance, run_id):
    home = Path(instance.root_directory)
    return [path for path in home.rglob("*") if run_id in path.as_posix() and path.is_file()]


def test_old_runs_go_with_their_events_and_the_newest_of_each_asset_stays(instance):
    first, second = materialise(instance), materialise(instance)
    looked = other.execute_in_process(instance=instance).run_id
    assert kept_of(instance, first)

    assert set(forget_old_runs(instance, 90, LATER)) == {first, looked}

    assert [run.run_id for run in instance.get_runs()] == [second]
    assert kept_of(instance, first) == []
    newest = instance.get_latest_materialization_event(dg.AssetKey("payments"))
    assert newest.run_id == second
    events = instance.fetch_materializations(dg.AssetKey("payments"), limit=10).records
    assert [event.run_id for event in events] == [second]


def test_runs_within_their_days_and_runs_that_go_on_stay(instance):
    recent = materialise(instance), materialise(instance)
    going_on = instance.create_run_for_job(other, status=dg.DagsterRunStatus.STARTED).run_id

    assert forget_old_runs(instance, 92, LATER) == []
    assert forget_old_runs(instance, 90, LATER) == [recent[0]]
    assert instance.get_run_by_id(going_on)


def test_the_job_forgets_nothing_of_today(instance):
    runs = materialise(instance), materialise(instance)
    assert old_runs_job(90).execute_in_process(instance=instance).success
    assert {run.run_id for run in instance.get_runs()} > set(runs)


def test_the_job_forgets_by_its_days(instance):
    first = materialise(instance)
    materialise(instance)
    assert old_runs_job(0).execute_in_process(instance=instance).success
    assert instance.get_run_by_id(first) is None
