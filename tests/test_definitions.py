import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from dagster._core.execution.context.system import StepExecutionContext

from pipeline.definitions import build_defs
from pipeline.publisher_assets import CHECKS
from pipeline.run import add_dropped_files
from pipeline.settings import PROJECT_ROOT, Settings
from pipeline.warehouse import query
from tests.demo.hand_written import WORLD

MARTS = (
    "payments",
    "rejected_rows",
    "publishers",
    "towns",
    "anchors",
    "spend_retention_by_town_year",
    "published_benchmarks",
)


@pytest.fixture
def world(tmp_path) -> Settings:
    return Settings(
        warehouse=tmp_path / "warehouse",
        registers=WORLD / "registers",
        registry=WORLD / "registry",
    )


@pytest.fixture
def deployed(tmp_path, monkeypatch) -> Iterator[dg.DagsterInstance]:
    """The instance of a server, which keeps what a whole build tells sooner than one in memory."""
    home = tmp_path / "dagster_home"
    home.mkdir()
    shutil.copy(PROJECT_ROOT / "deploy/dagster.yaml", home / "dagster.yaml")
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    with dg.DagsterInstance.from_config(str(home)) as instance:
        yield instance


# The publishers of the built-in registry are on the web, where a test has no business.
INVENTED = [
    dg.AssetKey(["payments", name])
    for name in ("marlhaven_council", "thornley_college", "thornley_council")
]


def run_job(
    world: Settings,
    name: str,
    instance: dg.DagsterInstance,
    selection: list[dg.AssetKey] | None = None,
) -> dg.ExecuteInProcessResult:
    job = build_defs(world).resolve_job_def(name)
    return job.execute_in_process(
        instance=instance, raise_on_error=False, asset_selection=selection
    )


def rows_of(settings: Settings, mart: str) -> list[tuple]:
    return query(settings.database_path, f"select * from marts.{mart} order by all").rows


def test_both_jobs_give_the_marts_that_the_command_gives(world, world_settings, deployed):
    for folder in sorted((WORLD / "files").iterdir()):
        add_dropped_files(world, folder.name, [folder])
    collected = run_job(world, "collect", deployed, INVENTED)
    built = run_job(world, "build", deployed)

    assert collected.success
    assert built.success
    for mart in MARTS:
        assert rows_of(world, mart) == rows_of(world_settings, mart), mart
    materialised = {event.asset_key for event in built.get_asset_materialization_events()}
    assert dg.AssetKey(["marts", "spend_retention_by_town_year"]) in materialised
    late = [
        check.check_name
        for check in collected.get_asset_check_evaluations()
        if not check.passed and check.asset_key.path[-1] == "marlhaven_council"
    ]
    assert late == ["period_gaps", "newest_row_age"]
    checks = built.get_asset_check_evaluations()
    assert len(checks) > 100
    assert all(check.passed for check in checks)
    shows_rows_types_and_what_columns_mean(built)


def shows_rows_types_and_what_columns_mean(built: dg.ExecuteInProcessResult) -> None:
    [payments] = [
        event.step_materialization_data.materialization.metadata
        for event in built.get_asset_materialization_events()
        if event.asset_key == dg.AssetKey(["marts", "payments"])
    ]
    assert payments["dagster/row_count"].value == 32
    columns = {column.name: column for column in payments["dagster/column_schema"].schema.columns}
    assert columns["amount_gbp"].type == "DECIMAL(18,4)"
    assert columns["amount_gbp"].description == "Pounds as published; credits are negative."
    origins = payments["dagster/column_lineage"].column_lineage.deps_by_column
    assert [(dep.asset_key.path, dep.column_name) for dep in origins["organisation_name"]] == [
        (["staging", "stg_identified__suppliers"], "decision"),
        (["staging", "stg_identified__suppliers"], "register_name"),
    ]


def red_checks(result: dg.ExecuteInProcessResult) -> list[dg.AssetKey]:
    return [
        check.asset_key
        for check in result.get_asset_check_evaluations()
        if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR
    ]


def failure_message(result: dg.ExecuteInProcessResult) -> str:
    [failure] = [event for event in result.all_events if event.is_step_failure]
    return failure.step_failure_data.error_display_string.partition("Failure: ")[2]


def test_one_failing_publisher_turns_red_and_the_others_go_on(world):
    for folder in sorted((WORLD / "files").iterdir()):
        add_dropped_files(world, folder.name, [folder])
    [lost] = [
        path
        for path in world.archive_dir.glob("*/*/content")
        if b"Thornley Staff Pension Fund" in path.read_bytes()
    ]
    lost.unlink()

    with dg.DagsterInstance.ephemeral() as instance:
        collected = run_job(world, "collect", instance, INVENTED)

    assert not collected.success
    assert red_checks(collected) == [dg.AssetKey(["payments", "thornley_council"])]
    assert failure_message(collected).startswith(
        "Not collected: thornley_council. The check `collected` of each says why, and its last "
        "good payments stay in use. 2 of 3 publishers were collected."
    )
    materialised = {
        event.asset_key.path[-1] for event in collected.get_asset_materialization_events()
    }
    assert "marlhaven_council" in materialised
    assert "thornley_council" not in materialised


def test_lineage_runs_from_every_publisher_to_the_shares(world):
    graph = build_defs(world).resolve_asset_graph()
    shares = dg.AssetKey(["marts", "spend_retention_by_town_year"])
    ancestors = graph.get_ancestor_asset_keys(shares)
    assert dg.AssetKey(["payments", "marlhaven_council"]) in ancestors
    assert dg.AssetKey(["registers", "companies"]) in ancestors
    assert dg.AssetKey(["registry"]) in ancestors
    assert dg.AssetKey(["seeds", "nature_rules"]) in ancestors


def test_schedules_collect_and_refresh_and_build_follows_however_collect_ends(world):
    repository = build_defs(world).get_repository_def()
    assert {(one.job_name, one.cron_schedule) for one in repository.schedule_defs} == {
        ("collect", "30 2 * * *"),
        ("build", "0 10 * * *"),
        ("registers", "0 12 5 * *"),
        ("forget_old_runs", "0 13 * * 0"),
    }
    assert {sensor.name for sensor in repository.sensor_defs} == {
        "build_after_success",
        "build_after_failure",
        "build_after_canceled",
    }


def test_a_broken_publisher_yaml_turns_its_own_check_red_and_the_others_go_on(world, tmp_path):
    registry = tmp_path / "registry"
    shutil.copytree(WORLD / "registry", registry)
    college = registry / "publishers" / "thornley_college.yml"
    college.write_text(college.read_text("utf-8") + "colour: blue\n", encoding="utf-8")
    broken = replace(world, registry=registry)

    with dg.DagsterInstance.ephemeral() as instance:
        collected = run_job(broken, "collect", instance, INVENTED)

    graph = build_defs(broken).resolve_asset_graph()
    payments = dg.AssetKey(["payments", "thornley_college"])
    assert "unknown key 'colour'" in graph.get(payments).description
    assert payments in graph.get_ancestor_asset_keys(dg.AssetKey(["marts", "payments"]))
    assert red_checks(collected) == [payments]
    assert "2 of 3 publishers were collected." in failure_message(collected)
    assert "colour" in str(collected.get_asset_check_evaluations()[0].description)


def test_a_check_that_is_executed_alone_visits_its_publisher_again(world):
    job = build_defs(world).resolve_implicit_global_asset_job_def()
    check = dg.AssetCheckKey(dg.AssetKey(["payments", "thornley_college"]), "collected")
    with dg.DagsterInstance.ephemeral() as instance:
        made = job.get_subset(asset_selection=set(), asset_check_selection={check})
        result = made.execute_in_process(instance=instance)

    assert [one.check_name for one in result.get_asset_check_evaluations()] == ["collected"]
    assert result.get_asset_materialization_events() == []


def refreshed(result: dg.ExecuteInProcessResult) -> dict[str, tuple[bool, str]]:
    return {
        check.asset_key.path[-1]: (check.passed, check.description)
        for check in result.get_asset_check_evaluations()
        if check.check_name == "refreshed"
    }


def test_a_refused_register_turns_red_and_the_last_good_one_stays_in_use(world, tmp_path):
    folder = tmp_path / "registers"
    shutil.copytree(WORLD / "registers", folder)
    settings = replace(world, registers=folder)
    with dg.DagsterInstance.ephemeral() as instance:
        good = run_job(settings, "registers", instance)
        [companies] = folder.glob("BasicCompany*")
        companies.write_text(companies.read_text("utf-8")[:-100], "utf-8")
        bad = run_job(settings, "registers", instance)

    assert good.success
    assert len(refreshed(good)) == 10
    assert all(passed for passed, _ in refreshed(good).values())
    rows = {
        event.asset_key.path[-1]: event.step_materialization_data.materialization.metadata[
            "dagster/row_count"
        ].value
        for event in good.get_asset_materialization_events()
    }
    assert (rows["companies"], rows["charities"], rows["mutuals"]) == (9, 1, 0)
    assert rows["local_authorities"] > 400

    assert not bad.success
    passed, why = refreshed(bad).pop("companies")
    assert not passed
    assert "is cut short" in why
    assert [name for name, (passed, _) in refreshed(bad).items() if not passed] == ["companies"]
    assert "companies" not in {
        event.asset_key.path[-1] for event in bad.get_asset_materialization_events()
    }
    in_use = pl.read_parquet(settings.registers_dir / "organisations.parquet")
    assert in_use.filter(pl.col("register") == "coh").height == 9


def test_each_publisher_shows_what_an_operator_looks_for(world, monkeypatch):
    looks = []
    list_outputs = StepExecutionContext.get_output_asset_keys
    monkeypatch.setattr(
        StepExecutionContext,
        "get_output_asset_keys",
        lambda step: looks.append(step) or list_outputs(step),
    )
    for folder in sorted((WORLD / "files").iterdir()):
        add_dropped_files(world, folder.name, [folder])
    with dg.DagsterInstance.ephemeral() as instance:
        collected = run_job(world, "collect", instance, INVENTED)
        said = [entry.user_message for entry in instance.all_logs(collected.run_id)]
    # Dagster's own look and ours, however many publishers there are.
    assert len(looks) == 2
    # Checks have results and no outputs, which nobody is told to miss.
    assert len([event for event in collected.all_events if event.is_successful_output]) == 3
    assert any(message.startswith("collected ") for message in said)
    assert not [message for message in said if "expected outputs" in message]
    checks = collected.get_asset_check_evaluations()
    assert len(checks) == 3 * len(CHECKS)
    assert {check.target_materialization_data.run_id for check in checks} == {collected.run_id}
    [metadata] = [
        event.step_materialization_data.materialization.metadata
        for event in collected.get_asset_materialization_events()
        if event.asset_key == dg.AssetKey(["payments", "marlhaven_council"])
    ]
    told = {name: value.value for name, value in metadata.items()}
    archived = Path(told.pop("newest_file_in_archive"))
    assert told == {
        "dagster/row_count": 21,
        "total_gbp": 107800.0,
        "newest_day": "2024-09-02",
        "files_that_speak": 2,
        "files_held": 2,
        "files_new": 0,
        "files_changed": 0,
        "files_held_back": 0,
        "rejected_rows": 0,
        "newest_file": "spending-2024-25.csv",
    }
    published = WORLD / "files/marlhaven_council/spending-2024-25.csv"
    assert archived.read_bytes() == published.read_bytes()


def test_every_asset_has_an_owner_a_description_a_group_and_kinds(world):
    graph = build_defs(replace(world, contact="data@council.example")).resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.owners == ["data@council.example"]
        assert node.description, key
        assert node.group_name != "default", key
        assert node.kinds, key
    torbay = graph.get(dg.AssetKey(["payments", "torbay_council"]))
    assert torbay.description.startswith(
        "Payments over £500 that Torbay Council publishes monthly, read and compacted."
    )
    assert "rolling window of 48 months" in torbay.description
    columns = torbay.metadata
    assert {column.name for column in columns["dagster/column_schema"].columns} >= {
        "supplier_name",
        "amount_gbp",
    }


@pytest.mark.parametrize("contact", [None, "https://council.example/data", "a@b"])
def test_assets_of_an_operator_without_a_mail_address_belong_to_a_team(world, contact):
    graph = build_defs(replace(world, contact=contact)).resolve_asset_graph()
    assert graph.get(dg.AssetKey(["registry"])).owners == ["team:anchorspend"]


def test_every_job_has_a_name_of_its_own(tmp_path):
    jobs = build_defs(Settings(warehouse=tmp_path)).get_repository_def().get_all_jobs()
    assert {"collect", "build", "report", "registers"} <= {job.name for job in jobs}
