"""Planted faults: the worked figures of the hand-written world must notice each of them."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Fault:
    file: str
    sound: str
    faulty: str


FAULTS = {
    "match_key_keeps_the_legal_form": Fault(
        "pipeline/registers/names.py",
        "without_form(words).str.replace_all",
        "words.str.replace_all",
    ),
    "match_forgets_previous_names": Fault(
        "pipeline/registers/companies.py", "pl.concat([current, previous])", "current"
    ),
    "sign_of_credits_is_lost": Fault(
        "pipeline/normalise/amounts.py", "return -amount if credit else amount", "return amount"
    ),
    "financial_year_begins_in_january": Fault(
        "dbt_like_sql/macros/financial_year.sql", "month(day) >= 4", "month(day) >= 1"
    ),
    "financial_year_begins_in_may": Fault(
        "dbt_like_sql/macros/financial_year.sql", "month(day) >= 4", "month(day) >= 5"
    ),
    "band_low_forgets_unknown_credits": Fault(
        "dbt_like_sql/marts/spend_retention_by_town_year.sql",
        "totals.town_gbp + totals.town_may_lose_gbp as",
        "totals.town_gbp as",
    ),
    "band_high_forgets_the_unknown": Fault(
        "dbt_like_sql/marts/spend_retention_by_town_year.sql",
        "totals.town_gbp + totals.town_may_gain_gbp\n",
        "totals.town_gbp\n",
    ),
    "band_low_forgets_the_undated": Fault(
        "dbt_like_sql/marts/spend_retention_by_town_year.sql",
        "totals.total_gbp + coalesce(undated.undated_outside_town_gbp, 0) as town_low",
        "totals.total_gbp as town_low",
    ),
    "ambiguous_is_taken_for_local": Fault(
        "dbt_like_sql/intermediate/int_town_year_units.sql",
        "when bands.may_be_town then 'town'",
        "when false then 'town'",
    ),
    "redacted_line_is_placed": Fault(
        "dbt_like_sql/intermediate/int_unit_bands.sql",
        "bool_or(units.is_withheld or bands.may_be_town)",
        "bool_or(not units.is_withheld and bands.may_be_town)",
    ),
    "treasury_counts_as_spend": Fault(
        "dbt_like_sql/seeds/nature_rules.csv",
        "\\b,treasury,The account is one",
        "\\b,procured,The account is one",
    ),
    "card_and_spend_files_are_mixed_up": Fault(
        "dbt_like_sql/intermediate/int_spend_units.sql",
        "where payments.file_kind = 'spend'",
        "where payments.file_kind != 'spend'",
    ),
}


@pytest.fixture
def copy_of_the_project(tmp_path):
    for folder in ("pipeline", "dbt_like_sql", "tests/demo"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def outcome_of_worked_figures(project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "tests/demo/test_world.py",
        ],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_worked_figures_hold_in_a_sound_copy(copy_of_the_project):
    outcome = outcome_of_worked_figures(copy_of_the_project)
    assert outcome.returncode == 0, outcome.stdout[-2000:]


@pytest.mark.parametrize("name", FAULTS)
def test_worked_figures_notice(name, copy_of_the_project):
    fault = FAULTS[name]
    faulty = copy_of_the_project / fault.file
    text = faulty.read_text(encoding="utf-8")
    assert text.count(fault.sound) == 1, f"{fault.file} no longer says {fault.sound!r} once"
    faulty.write_text(text.replace(fault.sound, fault.faulty), encoding="utf-8")

    outcome = outcome_of_worked_figures(copy_of_the_project)

    # 1: tests failed; anything else (no tests found, usage error) proves nothing.
    assert outcome.returncode == 1, outcome.stdout[-2000:]
    assert "AssertionError" in outcome.stdout or "BrokenBuildError" in outcome.stdout
