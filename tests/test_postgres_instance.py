"""The instance on PostgreSQL, tried with Debian's own."""

import os
import pwd
import shutil
import socket
import subprocess
from pathlib import Path

import dagster as dg
import pytest

from pipeline.definitions import build_defs
from pipeline.settings import PROJECT_ROOT, Settings
from tests.demo.hand_written import WORLD

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@pytest.fixture
def postgres(tmp_path_factory):
    """A cluster of its own on a free port of this machine, gone afterwards."""
    if not BINARIES:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is not installed: .ci/run installs it")
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    folder = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    # PostgreSQL refuses to run as root; Debian's package brings a user for it.
    as_root = os.geteuid() == 0
    owner = pwd.getpwnam("postgres") if as_root else pwd.getpwuid(os.geteuid())
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    prefix = ["runuser", "-u", "postgres", "--"] if as_root else []
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"

    def command(name: str, *words: str) -> None:
        subprocess.run(
            [*prefix, str(BINARIES[-1] / name), *words],
            check=True,
            capture_output=True,
            cwd=folder,
        )

    options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder}"
    command("initdb", "-D", str(data), "-A", "trust", "-U", "dagster")
    command("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        command("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "dagster", "nights")
        yield port
    finally:
        command("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder)


def test_a_night_is_kept_in_postgres(postgres, tmp_path, monkeypatch):
    for name, value in {
        "HOST": "127.0.0.1",
        "PORT": str(postgres),
        "USER": "dagster",
        "PASSWORD": "",
        "DB": "nights",
    }.items():
        monkeypatch.setenv(f"DAGSTER_POSTGRES_{name}", value)
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(PROJECT_ROOT / "deploy/dagster-postgres.yaml", home / "dagster.yaml")
    settings = Settings(
        warehouse=tmp_path / "warehouse", registry=WORLD / "registry", has_built_in_registry=False
    )
    job = build_defs(settings).resolve_job_def("collect")

    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert "Postgres" in type(instance.event_log_storage).__name__
        result = job.execute_in_process(instance=instance)
        kept = instance.get_run_by_id(result.run_id)
        materialised = instance.get_latest_materialization_event(
            dg.AssetKey(["payments", "marlhaven_council"])
        )

    assert kept is not None
    assert kept.status == dg.DagsterRunStatus.SUCCESS
    assert materialised is not None
