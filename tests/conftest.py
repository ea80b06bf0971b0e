"""Options and places that several tests share."""

import fcntl
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from pipeline.cli import main
from pipeline.settings import Settings
from tests.demo.hand_written import WORLD, build_hand_written

# How long an example takes says how busy the machine is.
settings.register_profile("without deadlines", deadline=None)
settings.load_profile("without deadlines")

SHARED = Path(__file__).resolve().parent.parent / "../shared"


# What `make test` runs side by side begins with the files that take longest, so that none of them
# ends alone. The nights mostly wait, and the file that xdist hands to the same process waits for
# them: the fourth.
FIRST = (
    "tests/test_nights.py",
    "tests/demo/test_invented.py",
    "tests/demo/test_mutations.py",
    "tests/report/test_browser.py",
    "tests/registry/test_contributing.py",
    "tests/collect/test_faults.py",
    "tests/test_cli.py",
    "tests/test_withdrawing.py",
    "tests/test_definitions.py",
    "tests/test_warehouse.py",
    "tests/real/test_independent_reading.py",
    "tests/match/test_labelled_suppliers.py",
    "tests/demo/test_generator.py",
)


def pytest_collection_modifyitems(items):
    places = {file: place for place, file in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(FIRST)))


Build = Callable[[Path], object]


@pytest.fixture(scope="session")
def built_once(tmp_path_factory, worker_id) -> Callable[[str, Build], Path]:
    """A folder that all processes of a run read: the first that asks for it builds it.

    A test that changes it takes a copy.
    """
    own = tmp_path_factory.getbasetemp()
    # Each process of xdist has a folder within that of the run.
    of_the_run = own if worker_id == "master" else own.parent

    def built_once(name: str, build: Build) -> Path:
        folder, built = of_the_run / name, of_the_run / f"{name}.built"
        with (of_the_run / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not built.exists():
                # Another process may have failed in the middle of it.
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                build(folder)
                built.touch()
        return folder

    return built_once


@pytest.fixture(scope="session")
def world_settings(built_once) -> Settings:
    """The hand-written world and its database."""
    return Settings(
        warehouse=built_once("hand_written", lambda at: build_hand_written(Settings(warehouse=at)))
    )


@pytest.fixture
def anchorspend(tmp_path, monkeypatch, capsys):
    """Run the command on an empty warehouse; exit code, what it printed, what it complained."""
    monkeypatch.setenv("ANCHORSPEND_WAREHOUSE", str(tmp_path / "warehouse"))
    monkeypatch.setenv("ANCHORSPEND_REGISTRY", str(WORLD / "registry"))
    monkeypatch.setenv("ANCHORSPEND_REGISTERS", str(WORLD / "registers"))

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["anchorspend", *map(str, words)])
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def pytest_addoption(parser):
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what the reader says now as the expected outcome of every golden case",
    )


@pytest.fixture
def update_golden(request) -> bool:
    return request.config.getoption("--update-golden")


@pytest.fixture(scope="session")
def shared_spend() -> Path:
    """The real published files beside the project; tests that need them skip without them."""
    if not (SHARED / "spend").is_dir():
        pytest.skip("../shared/spend is missing: this test reads real published files")
    return SHARED / "spend"
