from collections.abc import Callable

import pytest

from pipeline.demo.hand_written import run_demo
from pipeline.settings import Settings
from pipeline.warehouse import query


@pytest.fixture(scope="session")
def world_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The hand-written world, built once by the way the demo goes."""
    settings = Settings(warehouse=tmp_path_factory.mktemp("world"))
    run_demo(settings, say=lambda _: None)
    return settings


@pytest.fixture
def world(world_settings: Settings) -> Callable[[str], list[tuple]]:
    return lambda sql: query(world_settings.database_path, sql).rows
