"""Options and places that several tests share."""

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from pipeline.settings import Settings
from tests.demo.hand_written import build_hand_written

# How long an example takes says how busy the machine is.
settings.register_profile("without deadlines", deadline=None)
settings.load_profile("without deadlines")

SHARED = Path(__file__).resolve().parent.parent / "../shared"


def pytest_collection_modifyitems(items):
    """What waits longest begins first, beside all others (`make test` runs files side by side)."""
    items.sort(key=lambda item: item.path.stem != "test_nights")


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
