"""Options and places that several tests share."""

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


@pytest.fixture(scope="session")
def world_settings(tmp_path_factory) -> Settings:
    """The hand-written world, built once in each process; a test that changes it takes a copy."""
    settings = Settings(warehouse=tmp_path_factory.mktemp("world"))
    build_hand_written(settings)
    return settings


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
