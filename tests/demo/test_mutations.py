"""Planted faults: the worked figures of the hand-written world must notice each of them."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from inspect import signature
from pathlib import Path
from types import CodeType, FunctionType

import duckdb
import pytest

from pipeline.settings import Settings
from pipeline.sql_models import (
    SqlModel,
    SqlProject,
    compiled_sql,
    load_project,
    model_dependencies,
    run_tests,
)
from pipeline.warehouse import BrokenBuildError, query
from tests.demo import test_marts, test_world
from tests.demo.hand_written import build_hand_written

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
        "dbt_like_sql/intermediate/int_retention_shares.sql",
        "sums.town_gbp + sums.town_may_lose_gbp as",
        "sums.town_gbp as",
    ),
    "band_high_forgets_the_unknown": Fault(
        "dbt_like_sql/intermediate/int_retention_shares.sql",
        "sums.town_gbp + sums.town_may_gain_gbp\n",
        "sums.town_gbp\n",
    ),
    "band_low_forgets_the_undated": Fault(
        "dbt_like_sql/intermediate/int_retention_shares.sql",
        "sums.total_gbp + coalesce(undated.undated_outside_town_gbp, 0) as town_low",
        "sums.total_gbp as town_low",
    ),
    "ambiguous_is_taken_for_local": Fault(
        "dbt_like_sql/intermediate/int_town_unit_sums.sql",
        "when bands.may_be_town then 'town'",
        "when false then 'town'",
    ),
    "redacted_line_is_placed": Fault(
        "dbt_like_sql/intermediate/int_unit_bands.sql",
        "bool_or(units.is_withheld or bands.may_be_town)",
        "bool_or(not units.is_withheld and bands.may_be_town)",
    ),
    "county_is_the_town_alone": Fault(
        "dbt_like_sql/intermediate/int_county_districts.sql",
        "towns.county_area_id = areas.area_id",
        "towns.county_area_id = areas.area_id and towns.lad_code = areas.lad_code",
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
# One join or filter of each further mart.
FAULTS |= {
    f"{mart}_{what}": Fault(f"dbt_like_sql/{path}.sql", sound, faulty)
    for mart, what, path, sound, faulty in [
        ("variants", "forget_whom_they_leave_out", "intermediate/int_retention_sums",
         "(payee_groups.with_anchor_owned or ways.way & 2 = 0)", "true"),
        ("variants", "have_no_suppliers", "intermediate/int_retention_sums",
         "(units.part = 'year' or choices.payees = 'all')", "choices.payees = 'all'"),
        ("variants", "forget_the_choices", "marts/spend_retention_variants",
         "retention.cut = 'town'", "retention.cut = 'town' and retention.payees = 'all'"),
        ("town_year", "keeps_the_largest_supplier", "intermediate/int_largest_suppliers",
         "order by amount_gbp desc", "order by amount_gbp asc"),
        ("anchor_year", "serves_everywhere", "intermediate/int_unit_service_areas",
         "places.lad_code is null or areas.lad_code is null", "places.lad_code is null"),
        ("category_year", "mixes_categories", "intermediate/int_unit_sums",
         "coalesce(units.category, 'no category')", "coalesce(units.category, 'Catering')"),
        ("town_month", "dates_the_undated", "intermediate/int_retention_shares",
         "where cut = 'month' and cut_name = 'no month'", "where cut = 'month' and false"),
        ("scope_bridge", "loses_the_undated", "marts/scope_bridge",
         "where file_kind = 'spend'", "where financial_year is not null"),
        ("coverage", "fills_gaps", "marts/coverage",
         "when months.payment_month between", "when false and months.payment_month between"),
        ("cles_replica", "counts_credits", "marts/cles_replica",
         "and amount_gbp > 0", ""),
        ("leakage", "takes_unknown_for_leaving", "marts/leakage",
         "in ('rest_of_county', 'rest_of_region', 'rest_of_uk')", "!= 'town'"),
        ("top_recipients", "shows_the_withheld", "marts/top_recipients",
         "where not sums.is_withheld", ""),
        ("sizes", "forget_their_upper_end", "marts/supplier_year_size_bands",
         "(sizes.below_gbp is null or sums.amount_gbp < sizes.below_gbp)", "true"),
        ("concentration", "counts_credits", "marts/supplier_concentration",
         "and amount_gbp > 0", ""),
        ("small_firms", "take_the_unknown_for_large", "marts/small_firm_share",
         "and profiles.owner_kind in ('not identified', 'withheld')", "and false"),
        ("change", "forgets_lost_suppliers", "marts/change_decomposition",
         "full join units as later", "right join units as later"),
        ("disclosure", "counts_what_is_not_influenceable", "marts/disclosure_by_year",
         "influenceable in ('yes', 'unclear')", "true"),
        ("reader_quality", "forgets_refused_files", "marts/reader_quality",
         "files.blank_rows + ", ""),
        ("like_for_like", "takes_months_that_one_holds", "marts/like_for_like",
         "and own.payment_month = other.payment_month", ""),
        ("wards", "forget_what_may_be_anywhere", "marts/spend_by_ward_year",
         "possible.area_kind = 'anywhere'", "false"),
        ("unclassified", "lists_the_classified", "marts/unclassified_suppliers",
         "payments.spend_nature = 'unclassified'", "payments.spend_nature = 'grant'"),
    ]
}  # fmt: skip


SQL_FAULTS = [name for name, fault in FAULTS.items() if fault.file.startswith("dbt_like_sql/")]
CODE_FAULTS = [name for name in FAULTS if name not in SQL_FAULTS]


def faulty_text(fault: Fault) -> str:
    text = (ROOT / fault.file).read_text(encoding="utf-8")
    assert text.count(fault.sound) == 1, f"{fault.file} no longer says {fault.sound!r} once"
    return text.replace(fault.sound, fault.faulty)


def with_fault(project: SqlProject, fault: Fault, folder: Path) -> SqlProject:
    """The project with another text of one file."""
    text, subject = faulty_text(fault), Path(fault.file).stem
    if "/macros/" in fault.file:
        macros = [
            replace(macro, template=text) if Path(macro.file).stem == subject else macro
            for macro in project.macros
        ]
        return replace(project, macros=tuple(macros))
    table = project.tables[subject]
    if isinstance(table, SqlModel):
        table = replace(table, sql=replace(table.sql, template=text))
    else:
        table = replace(table, path=folder / "faulty.csv")
        table.path.write_text(text, encoding="utf-8")
    return replace(project, tables={**project.tables, subject: table})


def worked_figures() -> Iterator[partial]:
    """Every test of figures worked on paper, once for each of its cases."""
    for module in (test_world, test_marts):
        for name, test in vars(module).items():
            # Tests that build a database of their own are no figures of this one.
            if name.startswith("test_") and "tmp_path" not in signature(test).parameters:
                marks = getattr(test, "pytestmark", [])
                cases = list(marks[0].args[1]) if marks else [None]
                yield from (partial(test) if c is None else partial(test, cell=c) for c in cases)


def is_seen_in_figures(ask: Callable[[str], list[tuple]]) -> bool:
    """Whether a figure worked on paper is another one in the database that is asked."""
    for figure in worked_figures():
        try:
            figure(ask)
        except (AssertionError, ValueError):
            return True
    return False


def made_from(project: SqlProject, file: str) -> set[str]:
    """The table of a changed file, or those whose SQL calls its macros, and all built from them."""
    subject = Path(file).stem
    changed = {
        name
        for name, model in project.models.items()
        if "macros/" in file and f"{subject}(" in model.sql.template
    } or {subject}
    for name, parents in model_dependencies(project).items():
        if changed.intersection((*parents.models, *parents.seeds)):
            changed.add(name)
    return changed


@dataclass(frozen=True)
class Sound:
    """A copy of the sound database, as it is again after each fault, and where it was built."""

    connection: duckdb.DuckDBPyConnection
    warehouse: Path

    def notices(self, project: SqlProject, file: str) -> bool:
        """Whether a test of the SQL or a figure worked on paper sees what is wrong with a file.

        Only what is made from the file is built again.
        """
        self.connection.execute("begin")
        try:
            self._build_again(project, changed := made_from(project, file))
            concerned = [one for one in project.row_tests if changed.intersection(one.sql.refs)]
            tests = run_tests(self.connection, replace(project, row_tests=tuple(concerned)))
            return any(
                one.failures and one.severity == "error" for one in tests
            ) or is_seen_in_figures(lambda sql: self.connection.execute(sql).fetchall())
        finally:
            self.connection.execute("rollback")

    def _build_again(self, project: SqlProject, changed: set[str]) -> None:
        for macro in project.macros:
            self.connection.execute(macro.compiled(project.qualified))
        for name in project.tables:
            if name in changed:
                query = compiled_sql(project, name, self.warehouse).split(";\n", 2)[2]
                table, model = project.qualified(name), project.models.get(name)
                if model and model.yaml.config.materialized == "view":
                    self.connection.execute(f"create or replace view {table} as {query}")
                else:
                    self.connection.execute(f"truncate {table}; insert into {table} {query}")


@pytest.fixture(scope="module")
def sound(world_settings, tmp_path_factory) -> Iterator[Sound]:
    database = tmp_path_factory.mktemp("sound") / "sound.duckdb"
    shutil.copyfile(world_settings.database_path, database)
    with duckdb.connect() as connection:
        connection.execute(f"set TimeZone = 'UTC'; attach '{database}' as anchorspend")
        connection.execute("use anchorspend")
        yield Sound(connection, world_settings.warehouse)


@pytest.fixture(scope="module")
def project() -> SqlProject:
    return load_project(ROOT / "dbt_like_sql")


@pytest.mark.parametrize(
    "file", ["dbt_like_sql/seeds/nature_rules.csv", "dbt_like_sql/macros/financial_year.sql"]
)
def test_worked_figures_hold_on_the_sound_sql(file, project, sound):
    assert not sound.notices(project, file)


@pytest.mark.parametrize("name", SQL_FAULTS)
def test_worked_figures_notice_in_the_sql(name, project, sound, tmp_path):
    fault = FAULTS[name]
    assert sound.notices(with_fault(project, fault, tmp_path), fault.file)


def test_each_fault_in_the_sql_is_gone_again(sound):
    assert not is_seen_in_figures(lambda sql: sound.connection.execute(sql).fetchall())


def plant(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the functions of a module do what its faulty text says, whoever has imported them."""
    module = import_module(fault.file.removesuffix(".py").replace("/", "."))
    faulty = {
        code.co_name: code
        for code in compile(faulty_text(fault), fault.file, "exec").co_consts
        if isinstance(code, CodeType)
    }
    for function in vars(module).values():
        if isinstance(function, FunctionType) and function.__module__ == module.__name__:
            monkeypatch.setattr(function, "__code__", faulty[function.__name__])


@pytest.mark.parametrize("name", CODE_FAULTS)
def test_worked_figures_notice_in_the_code(name, monkeypatch, tmp_path):
    plant(FAULTS[name], monkeypatch)
    settings = Settings(warehouse=tmp_path)
    try:
        build_hand_written(settings)
    except BrokenBuildError:
        return
    assert is_seen_in_figures(lambda sql: query(settings.database_path, sql).rows)
