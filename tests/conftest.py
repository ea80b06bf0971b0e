"""Options and places that several tests share."""

from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says how busy the machine is.
settings.register_profile("without deadlines", deadline=None)
settings.load_profile("without deadlines")

SHARED = Path(__file__).resolve().parent.parent / "../shared"


# Files whose tests share worlds that take half a minute each to build.
ONE_WORLD = {"test_invented", "test_queries"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """A file's tests go to one process, with what they share; what waits longest begins first."""
    items.sort(key=lambda item: item.path.stem != "test_nights")
    for item in items:
        group = "worlds" if item.path.stem in ONE_WORLD else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


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
