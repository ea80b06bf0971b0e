from collections.abc import Callable

import pytest

from pipeline.demo.generator.world import ALL_FAULTS
from pipeline.settings import Settings
from pipeline.warehouse import query
from tests.demo.outcomes import Outcome


@pytest.fixture
def world(world_settings: Settings) -> Callable[[str], list[tuple]]:
    return lambda sql: query(world_settings.database_path, sql).rows


@pytest.fixture(scope="session")
def clean(tmp_path_factory):
    return Outcome(tmp_path_factory.mktemp("clean"), faults=())


@pytest.fixture(scope="session")
def full(tmp_path_factory):
    return Outcome(tmp_path_factory.mktemp("full"), faults=ALL_FAULTS)
