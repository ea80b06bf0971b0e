from collections.abc import Callable

import pytest

from pipeline.demo.generator.world import ALL_FAULTS
from pipeline.settings import Settings
from pipeline.warehouse import query
from tests.demo.outcomes import Outcome, build_outcome


@pytest.fixture
def world(world_settings: Settings) -> Callable[[str], list[tuple]]:
    return lambda sql: query(world_settings.database_path, sql).rows


@pytest.fixture(scope="session")
def clean(built_once) -> Outcome:
    return Outcome(built_once("clean", lambda folder: build_outcome(folder, faults=())))


@pytest.fixture(scope="session")
def full(built_once) -> Outcome:
    return Outcome(built_once("full", lambda folder: build_outcome(folder, faults=ALL_FAULTS)))
