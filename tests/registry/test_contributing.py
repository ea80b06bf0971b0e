"""CONTRIBUTING.md is true: a new user who follows it word by word sees their town compared."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.demo.generator.world import build_world, serve
from pipeline.registry.check import check_registry
from pipeline.registry.load import load_registry
from pipeline.settings import PROJECT_ROOT

TEXT = (PROJECT_ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
TOWN_IN_AN_HOUR = TEXT.partition("\n## A town in an hour\n")[2].partition("\n## ")[0]
EXAMPLES = dict(re.findall(r"```yaml\n# (\S+)\n(.*?)```", TOWN_IN_AN_HOUR, re.DOTALL))
DRAFT = "publishers/saltmere_city_council.yml"
EXAMPLE_SITE = "https://www.saltmere.example"
DOWNLOADED = "spending-over-250-january-2024.csv"


def test_the_example_of_a_town_is_well_formed(tmp_path):
    (tmp_path / "publishers").mkdir()
    for name, content in EXAMPLES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")

    assert list(EXAMPLES) == ["areas.yml", "towns.yml", DRAFT]
    assert [str(problem) for problem in check_registry(tmp_path)] == []
    [(publisher, _)] = load_registry(tmp_path).anchors_of("saltmere")
    assert publisher.id == "saltmere_city_council"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return build_world(tmp_path_factory.mktemp("world"), scale=0.1)


@pytest.fixture(scope="module")
def site(world):
    with serve(world) as site:
        yield site


class Newcomer:
    """Somebody with a home of their own who types what stands on the page into one shell."""

    def __init__(self, home: Path, world, site):
        self.home, self.site = home, site
        self.exports: list[str] = []
        kept = {name: text for name, text in os.environ.items() if "ANCHORSPEND" not in name}
        self.environment = kept | {
            "HOME": str(home),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "ANCHORSPEND_LOOPBACK_SITE": site.host_and_port,
            "ANCHORSPEND_REGISTERS": str(world.registers),
        }

    def types(self, command: str) -> subprocess.CompletedProcess[str]:
        script = "\n".join([*self.exports, command.replace(EXAMPLE_SITE, self.site.url)])
        if command.startswith("export "):
            self.exports.append(command)
        return subprocess.run(
            ["bash", "-c", script],
            cwd=PROJECT_ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def writes(self, name: str, content: str) -> None:
        (self.home / "mytown" / name).write_text(content, encoding="utf-8")

    def fills_in(self, draft: str) -> str:
        """The draft with every key that it asks for, said as in the example of the page."""
        asked = re.findall(r"^# (\w+): say |^(\w+):  # say ", draft, re.MULTILINE)
        example = yaml.safe_load(EXAMPLES[DRAFT])
        for key in (commented or empty for commented, empty in asked):
            said = yaml.safe_dump({key: example[key]}) if key in example else ""
            draft = re.sub(rf"^(# )?{key}: .*\n", lambda _, said=said: said, draft, flags=re.M)
        return draft


@pytest.fixture(scope="module")
def followed(world, site, tmp_path_factory):
    """The newcomer, and what each command of the page has answered, in order."""
    newcomer = Newcomer(tmp_path_factory.mktemp("home"), world, site)
    [january] = world.site.glob("saltmere_city_council/media/*/*/csv/*January_2024.csv")
    (newcomer.home / "Downloads").mkdir()
    (newcomer.home / "Downloads" / DOWNLOADED).write_bytes(january.read_bytes())
    answers = {}
    for part in re.split(r"(```yaml\n.*?```)", TOWN_IN_AN_HOUR, flags=re.DOTALL):
        if example := re.match(r"```yaml\n# (\S+)\n", part):
            if example[1] == DRAFT:
                answers["draft"] = (newcomer.home / "mytown" / DRAFT).read_text(encoding="utf-8")
                answers["check of the draft"] = newcomer.types("anchorspend registry check")
                newcomer.writes(DRAFT, newcomer.fills_in(answers["draft"]))
            else:
                newcomer.writes(example[1], EXAMPLES[example[1]])
            continue
        for command in re.findall(r"^    (\S.*)$", part, re.MULTILINE):
            answers[command] = newcomer.types(command)
    return newcomer, answers


def answer(followed, beginning):
    [said] = [said for command, said in followed[1].items() if command.startswith(beginning)]
    return said.stdout


def test_each_command_of_a_town_in_an_hour_succeeds(followed):
    commands = {name: said for name, said in followed[1].items() if "draft" not in name}
    verbs = [name.split()[1] for name in commands if name.startswith("anchorspend ")]

    assert verbs == ["registry", "registry", "discover", "read", "add", "run", "status", "compare"]
    assert {name: said.stderr for name, said in commands.items() if said.returncode} == {}


def test_the_check_names_what_the_draft_leaves_open(followed):
    said = followed[1]["check of the draft"]

    assert said.returncode == 1
    assert f"{DRAFT}, line 5: 'kind' has no value: say 'county_council'," in said.stdout


def test_the_check_has_nothing_left_to_say_of_the_publisher_that_was_filled_in(followed):
    said = answer(followed, "anchorspend registry check")

    assert "publishers are well-formed" in said
    assert "does not say" not in said


def test_the_example_is_what_a_filled_in_draft_says(followed):
    newcomer, answers = followed
    drafted = yaml.safe_load(
        newcomer.fills_in(answers["draft"]).replace(newcomer.site.url, EXAMPLE_SITE)
    )
    example = yaml.safe_load(EXAMPLES[DRAFT])

    # A smaller world is drafted here, on another day.
    for one in (drafted, example):
        assert set(one["expect"].pop("rows_per_file")) == {"min", "max"}
        one["publishes_evidence"] = re.sub(r"\d{4}-\d\d-\d\d", "then", one["publishes_evidence"])
    drafted["amount_basis_evidence"], rest = drafted["amount_basis_evidence"].split(": look for")
    assert rest == " it on the page"
    example["amount_basis_evidence"] = example["amount_basis_evidence"].removesuffix(
        "; nor does the page"
    )
    assert drafted == example


def test_the_town_is_compared_with_every_payment_counted_once(followed, world):
    paid = world.ledger().filter(publisher_id="saltmere_city_council").collect()
    compared = answer(followed, "anchorspend compare")

    assert "Saltmere: 1 of 1 anchors hold files" in compared
    assert "Preston: 0 of" in compared
    # Of 61 files one was added by hand and found on the web too.
    assert f"Saltmere City Council: 61 files, {paid.height} payments, 60 months" in compared
    years = re.findall(r"^ +(\S+) +Saltmere +unknown +1 of 1 +12 of 12", compared, re.MULTILINE)
    assert years == paid["financial_year"].unique().sort().to_list()


COMMANDS = sorted(set(re.findall(r"anchorspend (registry [a-z]+|[a-z]+)", TEXT)))


@pytest.mark.parametrize("words", COMMANDS)
def test_each_command_that_is_named_is_there(words):
    assert CliRunner().invoke(app, [*words.split(), "--help"]).exit_code == 0


def test_each_place_that_is_linked_is_there():
    links = re.findall(r"\]\(([^)#:]+)\)", TEXT)

    assert len(links) > 5
    assert [link for link in links if not (PROJECT_ROOT / link).exists()] == []
