from collections.abc import Callable

import pytest

from pipeline.settings import Settings
from pipeline.warehouse import query
from tests.demo.hand_written import build_hand_written


@pytest.fixture(scope="session")
def world_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The hand-written world, built once by the way the demo goes."""
    settings = Settings(warehouse=tmp_path_factory.mktemp("world"))
    build_hand_written(settings)
    return settings


@pytest.fixture
def world(world_settings: Settings) -> Callable[[str], list[tuple]]:
    return lambda sql: query(world_settings.database_path, sql).rows
