import pytest

from pipeline.registry.load import load_registry
from pipeline.report.invented import invented_words


def towns(**is_invented):
    return [{"town_name": name, "is_invented": told} for name, told in is_invented.items()]


@pytest.mark.parametrize("real", [{}, {"Ayton": False, "Beeford": False}])
def test_towns_that_exist_have_no_banner(real):
    assert invented_words(towns(**real)) is None


def test_where_only_some_are_invented_they_are_named():
    assert invented_words(towns(Ayton=True, Beeford=True)).startswith("Everything here is invented")
    assert invented_words(towns(Ayton=True, Beeford=False)).startswith("Ayton is invented")
    words = invented_words(towns(Ayton=True, Beeford=True, Ceeham=False))
    assert words.startswith("Ayton and Beeford are invented")


def test_no_town_of_the_built_in_registry_is_invented():
    assert not [town for town in load_registry().towns.values() if town.invented]
