"""CONTRIBUTING.md is true: its YAML is well-formed together, and its commands exist."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.registry.check import check_registry
from pipeline.registry.load import load_registry

PROJECT = Path(__file__).parents[2]
TEXT = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_example_of_a_town_is_well_formed(tmp_path):
    (tmp_path / "publishers").mkdir()
    examples = re.findall(r"```yaml\n# (\S+)\n(.*?)```", TEXT, re.DOTALL)
    for name, content in examples:
        (tmp_path / name).write_text(content, encoding="utf-8")

    assert [name for name, _ in examples] == [
        "areas.yml",
        "towns.yml",
        "publishers/millbrook_council.yml",
    ]
    assert [str(problem) for problem in check_registry(tmp_path)] == []
    [(publisher, _)] = load_registry(tmp_path).anchors_of("millbrook")
    assert publisher.id == "millbrook_council"


COMMANDS = sorted(set(re.findall(r"anchorspend (registry [a-z]+|[a-z]+)", TEXT)))


@pytest.mark.parametrize("words", COMMANDS)
def test_each_command_that_is_named_is_there(words):
    assert CliRunner().invoke(app, [*words.split(), "--help"]).exit_code == 0


def test_each_place_that_is_linked_is_there():
    links = re.findall(r"\]\(([^)#:]+)\)", TEXT)

    assert len(links) > 5
    assert [link for link in links if not (PROJECT / link).exists()] == []
