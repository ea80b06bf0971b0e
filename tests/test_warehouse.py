"""Building the database beside the published one, swapping it in, and opening it."""

import hashlib
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipeline.errors import AnchorspendError
from pipeline.sql_models import load_project
from pipeline.warehouse import (
    BrokenBuildError,
    build_database,
    open_database,
    query,
    source_digest,
)

PROJECT = {
    "sources.yml": """
warehouse:
  payments: {path: "payments/*.parquet", description: Payments., made_by: anchorspend add}
  build: {path: build.parquet, description: This build.}
""",
    "macros/doubled.sql": "create or replace macro doubled(x) as x * 2;",
    "marts/payments.sql": "select id, amount_gbp from {{ source('warehouse', 'payments') }}",
    "marts/payments.yml": """
description: One row per payment.
grain: [id]
columns:
  id: {description: Key.}
  amount_gbp:
    description: Pounds.
    tests: [not_null, {accepted_values: {values: [1, 2, 3], severity: warn}}]
""",
    "marts/about.sql": (
        "select built_at, anchorspend_version, source_digest"
        " from {{ source('warehouse', 'build') }}"
    ),
    "marts/about.yml": """
description: One row about this database.
grain: [source_digest]
columns:
  built_at: {description: When it was built.}
  anchorspend_version: {description: By what.}
  source_digest: {description: From what.}
""",
}


class World:
    """A small SQL project with its warehouse folder, built by the product's own code."""

    def __init__(self, folder: Path, project: dict[str, str] = PROJECT) -> None:
        self.root = folder / "sql"
        self.warehouse = folder / "warehouse"
        self.database = self.warehouse / "anchorspend.duckdb"
        for name, text in project.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(text)
        (self.warehouse / "payments").mkdir(parents=True)

    def pay(self, *amounts: int | None, publisher: str = "harbour") -> None:
        ids = [f"{publisher} {number}" for number in range(len(amounts))]
        pl.DataFrame(
            {"id": ids, "amount_gbp": amounts}, schema_overrides={"amount_gbp": pl.Int64}
        ).write_parquet(self.warehouse / "payments" / f"{publisher}.parquet")

    def build(self, version: str = "1.0", **more):
        return build_database(
            self.database, load_project(self.root), self.warehouse, version, **more
        )

    def total(self) -> int:
        """The sum of payments as a process that opens the database now sees it."""
        return int(read_elsewhere(self.database, "select sum(amount_gbp) from marts.payments"))

    def files(self) -> set[str]:
        return {path.name for path in self.warehouse.iterdir()} - {"payments", "build.parquet"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.pay(1, 2)
    return world


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_elsewhere(database: Path, sql: str) -> str:
    script = (
        "import sys, duckdb\n"
        "connection = duckdb.connect(sys.argv[1], read_only=True)\n"
        "print(connection.execute(sys.argv[2]).fetchone()[0])"
    )
    command = [sys.executable, "-c", script, str(database), sql]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@contextmanager
def other_process(script: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A Python process that has printed its first line and waits on its standard input."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline()
        yield process
        process.kill()


OPEN_AND_ANSWER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == 'read')
print('open', flush=True)
for sql in sys.stdin:
    print(connection.execute(sql).fetchone(), flush=True)
"""


def ask(process: subprocess.Popen[str], sql: str) -> str:
    process.stdin.write(sql + "\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def test_a_build_publishes_a_tested_read_only_file_and_nothing_else(world):
    report = world.build()

    assert not report.skipped
    assert [(model.name, model.rows) for model in report.models] == [("about", 1), ("payments", 2)]
    assert report.warnings == []
    assert world.total() == 3
    assert stat.S_IMODE(world.database.stat().st_mode) == 0o444
    assert world.files() == {"anchorspend.duckdb", "anchorspend.building.lock"}


def test_the_database_says_when_by_what_and_from_what_it_was_built(world):
    report = world.build("2.5")
    [(age, version, digest)] = query(
        world.database,
        "select date_diff('minute', built_at, now()), anchorspend_version, source_digest"
        " from marts.about",
    ).rows
    assert (age, version, digest) == (0, "2.5", report.source_digest)


def test_macros_are_in_the_file_and_need_no_schema(world):
    world.build()
    assert read_elsewhere(world.database, "select doubled(21)") == "42"


def test_a_build_tells_of_each_model_as_it_is_built(world):
    told = []
    world.build(on_built=lambda model: told.append(model.name))
    assert told == ["about", "payments"]


def test_a_failed_warning_is_reported_and_published(world):
    world.pay(1, 9)
    report = world.build()
    assert [(test.test_name, test.sample[0]["amount_gbp"]) for test in report.warnings] == [
        ("accepted_values_amount_gbp", 9)
    ]
    assert world.total() == 10


# The skip


def test_a_build_from_the_same_sources_is_skipped(world):
    first = world.build()
    published = sha256(world.database)
    again = world.build()
    assert (again.skipped, again.source_digest) == (True, first.source_digest)
    assert again.models == []
    assert sha256(world.database) == published


def test_a_file_that_is_written_again_with_the_same_content_changes_nothing(world):
    world.build()
    world.pay(1, 2)
    assert world.build().skipped


@pytest.mark.parametrize(
    "change",
    [
        lambda world: world.pay(1, 3),
        lambda world: world.pay(5, publisher="another"),
        lambda world: (world.warehouse / "payments/harbour.parquet").rename(
            world.warehouse / "payments/renamed.parquet"
        ),
        lambda world: (world.root / "marts/payments.sql").write_text(
            PROJECT["marts/payments.sql"] + " where true"
        ),
        lambda world: (world.root / "macros/doubled.sql").write_text(
            "create or replace macro doubled(x) as 2 * x;"
        ),
        lambda world: world.database.unlink(),
        lambda world: world.database.chmod(0o644) or world.database.write_bytes(b"not a database"),
        lambda world: Path(f"{world.database}.wal").write_bytes(b"left by a writer"),
    ],
    ids=["amount", "new file", "renamed", "model", "macro", "gone", "broken", "written to"],
)
def test_anything_that_decides_the_figures_makes_a_build(world, change):
    world.build()
    change(world)
    assert not world.build().skipped
    assert world.build().skipped


def test_another_version_makes_a_build(world):
    world.build("1.0")
    assert not world.build("1.1").skipped


def test_a_source_without_files_names_its_command(world):
    (world.warehouse / "payments/harbour.parquet").unlink()
    with pytest.raises(AnchorspendError, match="`anchorspend add` first"):
        source_digest(load_project(world.root), world.warehouse, "1.0")
    with pytest.raises(AnchorspendError, match="`anchorspend add` first"):
        world.build()
    assert world.files() == {"anchorspend.building.lock"}


# The swap


def test_an_open_reader_keeps_the_old_data_and_a_new_one_gets_the_new(world):
    world.build()
    with other_process(OPEN_AND_ANSWER, world.database, "read") as reader:
        world.pay(1, 3)
        world.build()
        assert ask(reader, "select sum(amount_gbp)::int from marts.payments") == "(3,)"
        assert world.total() == 4


def test_a_stale_write_ahead_log_is_not_replayed_into_the_new_database(world):
    world.build()
    world.database.chmod(0o644)
    leave_a_log = (
        "import os, sys, duckdb\n"
        "connection = duckdb.connect(sys.argv[1])\n"
        "connection.execute('set wal_autocheckpoint = \"1TB\"')\n"
        "connection.execute('insert into marts.payments values (\\'forged\\', 3)')\n"
        "print('written', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with other_process(leave_a_log, world.database) as writer:
        writer.send_signal(signal.SIGKILL)
    log = Path(f"{world.database}.wal")
    assert log.stat().st_size > 0
    with pytest.raises(AnchorspendError, match="was opened for writing"):
        open_database(world.database)

    assert not world.build().skipped
    assert not log.exists()
    assert world.total() == 3


def test_a_writer_at_the_old_file_does_not_spoil_the_new_one(world):
    world.build()
    world.database.chmod(0o644)
    with other_process(OPEN_AND_ANSWER, world.database, "write") as writer:
        ask(writer, "insert into marts.payments values ('forged', 3)")
        world.pay(1, 3)
        world.build()
        ask(writer, "insert into marts.payments values ('forged again', 3)")
        ask(writer, "checkpoint")
    assert world.total() == 4
    assert world.files() == {"anchorspend.duckdb", "anchorspend.building.lock"}


def test_a_failed_test_leaves_yesterdays_file_bit_for_bit(world):
    world.build()
    yesterday = sha256(world.database)
    world.pay(1, None, None)

    with pytest.raises(BrokenBuildError) as raised:
        world.build()

    assert [(test.test_name, test.failures) for test in raised.value.broken] == [
        ("not_null_amount_gbp", 2)
    ]
    assert "payments: not_null_amount_gbp: 2 offending rows" in str(raised.value)
    assert "id=harbour 1, amount_gbp=None" in str(raised.value)
    assert sha256(world.database) == yesterday
    assert world.files() == {"anchorspend.duckdb", "anchorspend.building.lock"}
    world.pay(1, 1)
    world.build()
    assert world.total() == 2


def test_a_model_that_does_not_run_leaves_yesterdays_file(world):
    world.build()
    yesterday = sha256(world.database)
    (world.root / "marts/payments.sql").write_text(
        "select id, error('no') as amount_gbp from {{ source('warehouse', 'payments') }}"
    )
    with pytest.raises(AnchorspendError, match=r"payments\.sql does not run"):
        world.build()
    assert sha256(world.database) == yesterday
    assert world.files() == {"anchorspend.duckdb", "anchorspend.building.lock"}


SLOW_BUILD = """
import sys, time
from pathlib import Path
from pipeline.sql_models import load_project
from pipeline.warehouse import build_database

def wait(model):
    print(model.name, flush=True)
    sys.stdin.read()

root, warehouse = map(Path, sys.argv[1:])
build_database(warehouse / 'anchorspend.duckdb', load_project(root), warehouse, '1.0', wait)
"""


def test_a_killed_build_leaves_the_old_file_and_the_next_build_is_clean(world):
    world.build()
    yesterday = sha256(world.database)
    world.pay(1, 3)
    with other_process(SLOW_BUILD, world.root, world.warehouse) as builder:
        assert (world.warehouse / "anchorspend.building.duckdb").exists()
        os.kill(builder.pid, signal.SIGKILL)
    assert (world.warehouse / "anchorspend.building.duckdb").exists()
    assert sha256(world.database) == yesterday
    assert world.total() == 3

    (world.warehouse / "anchorspend.building.duckdb.wal").write_bytes(b"torn")
    (world.warehouse / "anchorspend.building.duckdb.tmp").mkdir()
    assert not world.build().skipped
    assert world.total() == 4
    assert world.files() == {"anchorspend.duckdb", "anchorspend.building.lock"}


KILLED_AT_THE_SWAP = """
import os, signal, sys
from pathlib import Path
from pipeline.sql_models import load_project
from pipeline.warehouse import build_database

moment, (root, warehouse) = sys.argv[1], map(Path, sys.argv[2:])
swapping = False

def die(event, arguments):
    # Python tells of a rename before it is made, so the next removal of a file comes after it.
    global swapping
    if swapping and event == 'os.remove' and moment == 'after':
        os.kill(os.getpid(), signal.SIGKILL)
    if event == 'os.rename' and Path(arguments[1]) == warehouse / 'anchorspend.duckdb':
        swapping = True
        if moment == 'before':
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(die)
build_database(warehouse / 'anchorspend.duckdb', load_project(root), warehouse, '1.0')
"""


@pytest.mark.parametrize(("moment", "total"), [("before", 3), ("after", 4)])
def test_a_build_killed_at_the_swap_leaves_the_old_file_or_the_new_one(world, moment, total):
    world.build()
    world.pay(1, 3)
    command = [sys.executable, "-c", KILLED_AT_THE_SWAP, moment, world.root, world.warehouse]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert world.total() == total

    assert world.build().skipped == (moment == "after")
    assert world.total() == 4
    assert world.files() == {"anchorspend.duckdb", "anchorspend.building.lock"}


def test_what_an_earlier_build_left_behind_is_not_built_upon(world):
    with duckdb.connect(world.warehouse / "anchorspend.building.duckdb") as connection:
        connection.execute("create table forgotten as select 1")
    world.build()
    assert read_elsewhere(world.database, "select count(*) from duckdb_tables()") == "2"


def test_the_day_of_a_time_does_not_depend_on_where_the_machine_stands(world):
    (world.root / "marts/payments.sql").write_text(
        "select id, day('2024-03-31 23:30:00+00'::timestamptz) as amount_gbp"
        " from {{ source('warehouse', 'payments') }}"
    )
    in_kiritimati = {**os.environ, "TZ": "Pacific/Kiritimati"}
    subprocess.run(
        [sys.executable, "-c", SLOW_BUILD, str(world.root), str(world.warehouse)],
        env=in_kiritimati,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    assert world.total() == 31 + 31


def test_two_builds_at_once_do_not_touch_each_others_file(world):
    with other_process(SLOW_BUILD, world.root, world.warehouse) as builder:
        with pytest.raises(AnchorspendError, match="Another process is building"):
            world.build()
        builder.stdin.close()
        assert builder.wait(timeout=60) == 0
    assert world.total() == 3


# Opening


def test_a_missing_database_names_the_command_that_makes_it(tmp_path):
    with pytest.raises(AnchorspendError, match=r"no database at .* run `anchorspend run` first"):
        open_database(tmp_path / "anchorspend.duckdb")


@pytest.mark.parametrize("content", [b"", b"hello" * 4096])
def test_a_file_that_is_no_database_is_refused(tmp_path, content):
    database = tmp_path / "anchorspend.duckdb"
    database.write_bytes(content)
    with pytest.raises(AnchorspendError, match=r"is not a sound DuckDB .* delete it and run"):
        open_database(database)


def test_a_truncated_database_is_refused(world):
    world.build()
    world.database.chmod(0o644)
    os.truncate(world.database, world.database.stat().st_size // 2)
    with pytest.raises(AnchorspendError):
        query(world.database, "select * from marts.payments")
    assert not world.build().skipped


def test_a_database_held_by_a_writer_is_refused(world):
    world.build()
    world.database.chmod(0o644)
    with (
        other_process(OPEN_AND_ANSWER, world.database, "write"),
        pytest.raises(AnchorspendError, match=r"held by another program .*PID"),
    ):
        open_database(world.database)


def test_a_query_gives_columns_and_rows(world):
    world.build()
    result = query(world.database, "select id, amount_gbp from marts.payments order by id")
    assert result.columns == ["id", "amount_gbp"]
    assert result.rows == [("harbour 0", 1), ("harbour 1", 2)]


@pytest.mark.parametrize(
    "sql",
    [
        "delete from marts.payments",
        "create table marts.mine as select 1",
        "select * from read_csv('{folder}/secret.csv')",
        "select * from '{folder}/secret.csv'",
        "select * from glob('{folder}/*')",
        "select * from read_text('{folder}/secret.csv')",
        "copy marts.payments to '{folder}/stolen.csv'",
        "attach '{folder}/other.duckdb'",
        "export database '{folder}/exported'",
        "set enable_external_access = true; select * from read_text('{folder}/secret.csv')",
        "load httpfs",
        "select * from variable_of_the_program",
        "selec",
    ],
)
def test_a_query_neither_writes_nor_touches_another_file(world, tmp_path, sql):
    variable_of_the_program = pl.DataFrame({"secret": [1]})
    assert variable_of_the_program.height == 1
    (tmp_path / "secret.csv").write_text("secret\n1\n")
    world.build()
    before = sorted(tmp_path.iterdir())
    with pytest.raises(AnchorspendError, match="DuckDB refuses this query: "):
        query(world.database, sql.format(folder=tmp_path))
    assert sorted(tmp_path.iterdir()) == before
    assert world.total() == 3


def test_a_long_query_prints_no_bar_among_the_lines_of_a_command(world):
    world.build()
    with open_database(world.database) as connection:
        bar = connection.execute("select current_setting('enable_progress_bar')").fetchone()
    assert bar == (False,)


def test_a_query_larger_than_memory_may_still_spill_beside_the_database(world):
    world.build()
    with open_database(world.database) as connection:
        connection.execute("set memory_limit = '60MB'")
        sql = "select count(*) from (select random() as r, repeat('x', 50) from range(1e6::int)"
        rows = connection.execute(sql + " order by r limit 999999)").fetchall()
    assert rows == [(999999,)]


BUILD_ON_A_SMALL_DISK = """
import resource, sys
from pathlib import Path
from pipeline.sql_models import load_project
from pipeline.warehouse import build_database
root, warehouse = map(Path, sys.argv[1:])
# Python ignores SIGXFSZ, so that writing beyond the limit is "File too large".
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
build_database(warehouse / 'anchorspend.duckdb', load_project(root), warehouse, '1.0')
"""


def test_a_disk_that_is_full_while_building_leaves_the_old_file_and_nothing_else(world):
    world.build()
    yesterday = sha256(world.database)
    before = world.files()
    world.pay(*[1, 2, 3] * 20_000)
    done = subprocess.run(
        [sys.executable, "-c", BUILD_ON_A_SMALL_DISK, str(world.root), str(world.warehouse)],
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "File too large" in done.stderr
    assert sha256(world.database) == yesterday
    assert world.files() == before
    world.build()
    assert world.total() == 120_000
