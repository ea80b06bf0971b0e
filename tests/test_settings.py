from pathlib import Path

import pytest

from pipeline.errors import AnchorspendError
from pipeline.registry.load import load_registry
from pipeline.settings import PROJECT_ROOT, Settings
from tests.demo.hand_written import WORLD


def test_unset_and_empty_variables_take_their_defaults():
    settings = Settings.from_environment({"ANCHORSPEND_REGISTERS": "", "ANCHORSPEND_CONTACT": ""})
    assert settings == Settings(warehouse=PROJECT_ROOT / "warehouse")
    assert settings.has_built_in_registry
    assert settings.nightly == "30 2 * * *"


def test_every_variable_is_heard():
    settings = Settings.from_environment(
        {
            "ANCHORSPEND_WAREHOUSE": "/srv/warehouse",
            "ANCHORSPEND_REGISTERS": "/srv/registers",
            "ANCHORSPEND_REGISTRY": "/srv/registry",
            "ANCHORSPEND_CONTACT": "someone@council.example",
            "ANCHORSPEND_BUILT_IN_REGISTRY": "no",
            "ANCHORSPEND_NIGHTLY": "0 4 * * *",
            "ANCHORSPEND_MONTHLY": "0 9 7 * *",
            "ANCHORSPEND_KEPT_SNAPSHOTS": "25",
            "ANCHORSPEND_KEPT_RUN_DAYS": "30",
            "ANCHORSPEND_LOOPBACK_SITE": "127.0.0.1:8000",
        }
    )
    assert settings == Settings(
        warehouse=Path("/srv/warehouse"),
        registers=Path("/srv/registers"),
        registry=Path("/srv/registry"),
        contact="someone@council.example",
        has_built_in_registry=False,
        nightly="0 4 * * *",
        monthly="0 9 7 * *",
        kept_snapshots=25,
        kept_run_days=30,
        loopback_site="127.0.0.1:8000",
    )


@pytest.mark.parametrize("name", ["ANCHORSPEND_KEPT_SNAPSHOTS", "ANCHORSPEND_KEPT_RUN_DAYS"])
@pytest.mark.parametrize("kept", ["0", "-1", "all", "1.5"])
def test_a_number_that_keeps_none_is_refused(name, kept):
    with pytest.raises(AnchorspendError, match=f"{name} is .*1 or more"):
        Settings.from_environment({name: kept})


def test_an_invented_world_can_stand_alone():
    assert set(load_registry(WORLD / "registry", built_in=False).towns) == {"marlhaven", "thornley"}
    assert "torbay" in load_registry(WORLD / "registry").towns
