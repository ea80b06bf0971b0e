"""The runner of the SQL models, on projects that each test writes for itself."""

import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipeline.errors import AnchorspendError
from pipeline.settings import PROJECT_ROOT, SQL_ROOT
from pipeline.sql_models import (
    Parents,
    TestResult,
    build_models,
    compiled_sql,
    describe_macros,
    describe_models,
    load_project,
    model_dependencies,
    read_project,
    run_tests,
)
from pipeline.sql_models.lineage import column_lineage
from pipeline.warehouse import count_tables, describe_tables

SOURCES = """
warehouse:
  payments:
    path: payments/*.parquet
    description: Payments of every publisher.
"""

PROJECT = {
    "sources.yml": SOURCES,
    "macros/financial_year.sql": (
        "-- UK public bodies account from 1 April.\n"
        "create or replace macro financial_year(day) as"
        " cast(year(day) - cast(month(day) < 4 as integer) as varchar);\n"
    ),
    "seeds/bodies.csv": 'body_id,body_name,since_date\n001,"Harbour, Old",2001-04-01\n002,,\n',
    "seeds/bodies.yml": """
description: One row per body.
grain: [body_id]
columns:
  body_id: {type: varchar, description: Number of the body., tests: [not_null]}
  body_name: {type: varchar, description: Its name.}
  since_date: {type: date, description: First day.}
""",
    "staging/stg_paid.sql": (
        "select body_id, paid_date, amount_gbp\nfrom {{ source('warehouse', 'payments') }}\n"
    ),
    "staging/stg_paid.yml": """
description: One row per payment.
grain: [body_id, paid_date]
columns:
  body_id:
    description: The body that paid.
    tests: [{relationships: {to: bodies, field: body_id}}]
  paid_date: {description: Day of payment.}
  amount_gbp: {description: Pounds., tests: [not_null]}
""",
    "marts/yearly.sql": (
        "with paid as (\n    select * from {{ ref('stg_paid') }}\n)\n\n"
        "select\n    body_id,\n    financial_year(paid_date) as financial_year,\n"
        "    sum(amount_gbp) as amount_gbp\nfrom paid\ngroup by all;\n"
    ),
    "marts/yearly.yml": """
description: |
  The body's pounds. One row per body and year.
grain: [body_id, financial_year]
columns:
  body_id: {description: "The body's number, £ or not."}
  financial_year: {description: Year that begins on 1 April.}
  amount_gbp: {description: Pounds.}
tests:
  - {sum_equals: {column: amount_gbp, to: stg_paid, to_column: amount_gbp}}
""",
}

PAYMENTS = [
    ("001", "2024-03-31", "10.00"),
    ("001", "2024-04-01", "20.00"),
    ("002", "2024-04-02", "-5.00"),
]


def write_files(root: Path, files: dict[str, str]) -> Path:
    for name in ("staging", "intermediate", "marts", "seeds", "tests", "macros"):
        (root / name).mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


def write_payments(warehouse: Path, payments=PAYMENTS, name="one") -> Path:
    (warehouse / "payments").mkdir(parents=True, exist_ok=True)
    rows = pl.DataFrame(payments, ["body_id", "paid_date", "amount_gbp"], orient="row")
    rows.with_columns(
        pl.col("paid_date").str.to_date(), pl.col("amount_gbp").cast(pl.Decimal(18, 4))
    ).write_parquet(warehouse / "payments" / f"{name}.parquet")
    return warehouse


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_files(tmp_path / "sql", PROJECT)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return write_payments(tmp_path / "warehouse")


@pytest.fixture
def connection():
    with duckdb.connect() as opened:
        yield opened


def failures(results: list[TestResult]) -> dict[str, int]:
    return {result.test_name: result.failures for result in results if result.failures}


def single_table(tmp_path: Path, sql: str, yml: str, **more: str) -> Path:
    """A project of one mart `facts`, with the YAML lines that follow its description."""
    head = "description: One row per thing.\n"
    files = {"marts/facts.sql": sql, "marts/facts.yml": head + yml}
    return write_files(tmp_path / "sql", {**files, **more})


def test_models_are_built_parents_first_with_seeds_and_macros(root, warehouse, connection):
    built = build_models(connection, load_project(root), warehouse)

    assert [(result.name, result.rows) for result in built] == [
        ("bodies", 2),
        ("stg_paid", 3),
        ("yearly", 3),
    ]
    yearly = connection.execute("select * from marts.yearly order by all").fetchall()
    assert [(body, year, str(pounds)) for body, year, pounds in yearly] == [
        ("001", "2023", "10.0000"),
        ("001", "2024", "20.0000"),
        ("002", "2024", "-5.0000"),
    ]


def test_every_file_of_a_source_is_read(root, warehouse, connection):
    write_payments(warehouse, [("002", "2025-01-01", "1.00")], name="it's two")
    build_models(connection, load_project(root), warehouse)
    assert connection.execute("select count(*) from staging.stg_paid").fetchall() == [(4,)]


def test_a_seed_keeps_leading_zeros_and_reads_empty_cells_as_null(root, warehouse, connection):
    build_models(connection, load_project(root), warehouse, select=["bodies"])
    rows = connection.execute("select body_id, body_name, since_date::varchar from seeds.bodies")
    assert rows.fetchall() == [("001", "Harbour, Old", "2001-04-01"), ("002", None, None)]


def test_descriptions_become_comments(root, warehouse, connection):
    build_models(connection, load_project(root), warehouse)
    [(table,)] = connection.execute(
        "select comment from duckdb_tables() where table_name = 'yearly'"
    ).fetchall()
    [(column,)] = connection.execute(
        "select comment from duckdb_columns()"
        " where table_name = 'yearly' and column_name = 'body_id'"
    ).fetchall()
    assert table == "The body's pounds. One row per body and year."
    assert column == "The body's number, £ or not."


VIEW = {
    "intermediate/int_credits.sql": "select * from {{ ref('stg_paid') }} where body_id = '002'",
    "intermediate/int_credits.yml": """
description: Money that came back. One row per credit.
config: {materialized: view}
grain: [body_id, paid_date]
columns:
  body_id: {description: The body that was paid.}
  paid_date: {description: Day of the credit.}
  amount_gbp: {description: "Pounds, negative.", tests: [not_null]}
""",
}


def test_a_view_is_commented_tested_and_counted_like_a_table(root, warehouse, connection):
    project = load_project(write_files(root, VIEW))
    built = build_models(connection, project, warehouse)

    assert ("int_credits", 1) in [(result.name, result.rows) for result in built]
    [view] = [table for table in describe_tables(connection) if table.name == "int_credits"]
    assert view.comment == "Money that came back. One row per credit."
    assert count_tables(connection)["int_credits"] == 1
    assert view.columns[2] == ("amount_gbp", "DECIMAL(18,4)", "Pounds, negative.")
    connection.execute("update staging.stg_paid set amount_gbp = null where body_id = '002'")
    failed = [test for test in run_tests(connection, project, ["int_credits"]) if test.failures]
    assert ("int_credits", "amount_gbp", 1) in [(t.model, t.column, t.failures) for t in failed]


def test_a_view_is_run_to_count_its_rows_and_not_to_describe_it(connection):
    connection.execute(
        "create view broken as select range as number from range(1)"
        " where error(concat('was run for ', range)) is null"
    )
    [view] = describe_tables(connection)
    assert view.columns == [("number", "BIGINT", "")]
    with pytest.raises(duckdb.InvalidInputException, match="was run for 0"):
        count_tables(connection)


def test_selecting_a_model_takes_its_parents_and_nothing_else(root, warehouse, connection):
    write_files(root, {"marts/other.sql": "select * from {{ ref('bodies') }}"})
    write_files(
        root,
        {
            "marts/other.yml": PROJECT["seeds/bodies.yml"]
            .replace("type: varchar, ", "")
            .replace("type: date, ", "")
        },
    )
    project = load_project(root)

    built = build_models(connection, project, warehouse, select=["yearly"])
    assert [result.name for result in built] == ["stg_paid", "yearly"]
    tested = {result.model for result in run_tests(connection, project, select=["yearly"])}
    assert tested == {"stg_paid", "yearly"}
    with pytest.raises(AnchorspendError, match="no model 'yearlly'"):
        build_models(connection, project, warehouse, select=["yearlly"])


def test_a_macro_over_a_model_is_made_after_it(root, warehouse, connection):
    write_files(
        root,
        {
            "macros/paid_by.sql": (
                "create or replace macro paid_by(body) as table"
                " select amount_gbp from {{ ref('yearly') }} where body_id = body;"
            )
        },
    )
    build_models(connection, load_project(root), warehouse)
    assert len(connection.execute("select * from paid_by('001')").fetchall()) == 2


def test_a_macro_over_a_model_is_left_out_when_the_model_is(root, warehouse, connection):
    write_files(
        root,
        {
            "macros/paid.sql": (
                "create or replace macro paid() as (select count(*) from {{ ref('yearly') }});"
            )
        },
    )
    build_models(connection, load_project(root), warehouse, select=["stg_paid"])
    with pytest.raises(duckdb.CatalogException, match="paid does not exist"):
        connection.execute("select paid()")


def test_dependencies_name_models_seeds_and_sources(root):
    write_files(
        root,
        {
            "marts/named.sql": (
                "select bodies.body_id from {{ ref('bodies') }} as bodies"
                ' semi join {{ ref("yearly") }} as yearly using (body_id)'
            ),
            "marts/named.yml": (
                "description: One row per body.\ngrain: [body_id]\n"
                "columns: {body_id: {description: Number.}}"
            ),
        },
    )
    assert model_dependencies(load_project(root)) == {
        "stg_paid": Parents((), (), (("warehouse", "payments"),)),
        "yearly": Parents(("stg_paid",), (), ()),
        "named": Parents(("yearly",), ("bodies",), ()),
    }


def test_marts_are_described_first(root):
    described = describe_models(load_project(root))
    assert [(table.schema, table.name) for table in described] == [
        ("marts", "yearly"),
        ("staging", "stg_paid"),
        ("seeds", "bodies"),
    ]
    assert described[0].yaml.grain == ["body_id", "financial_year"]


def test_macros_are_described_by_the_comment_above_them(root):
    write_files(
        root,
        {
            "macros/paid_in.sql": "-- What was paid\n-- in a year.\n"
            "create or replace macro paid_in(body, year) as table select 1 as one;\n"
        },
    )
    assert [(one.call, one.description) for one in describe_macros(load_project(root))] == [
        ("financial_year(day)", "UK public bodies account from 1 April."),
        ("paid_in(body, year)", "What was paid in a year."),
    ]


def test_the_digest_changes_with_any_file_and_with_nothing_else(root, tmp_path):
    before = load_project(root).digest
    assert load_project(write_files(tmp_path / "elsewhere", PROJECT)).digest == before
    for name in ("seeds/bodies.csv", "marts/yearly.sql", "marts/yearly.yml", "sources.yml"):
        (root / name).write_text(PROJECT[name] + "\n")
        assert load_project(root).digest != before, name
        (root / name).write_text(PROJECT[name])
    assert load_project(root).digest == before


@pytest.mark.parametrize("database", ["", "anchorspend.duckdb"])
def test_shown_sql_runs_in_a_client_of_its_own(root, warehouse, database):
    project = load_project(root)
    with duckdb.connect(warehouse / "anchorspend.duckdb") as connection:
        build_models(connection, project, warehouse)
    client = (
        "import duckdb, sys\n"
        "connection = duckdb.connect(sys.argv[1], read_only=bool(sys.argv[1]))\n"
        "print(len(connection.execute(sys.stdin.read()).fetchall()))"
    )
    for model, rows in {"yearly": 3, "stg_paid": 3, "bodies": 2}.items():
        shown = subprocess.run(
            [sys.executable, "-c", client, str(warehouse / database) if database else ""],
            input=compiled_sql(project, model, warehouse),
            capture_output=True,
            text=True,
            check=True,
        )
        assert int(shown.stdout) == rows


# What each kind of test finds: SQL of the mart, its YAML, the tests that fail and their rows.
COLUMNS = "columns: {id: {description: Key.}, word: {description: Word.%s}}\n"
FACTS = "select * from (values (1, 'a'), (2, 'b'), (3, null), (4, 'a')) as facts (id, word)"


@pytest.mark.parametrize(
    ("tests", "expected"),
    [
        ("not_null", {"not_null_word": 1}),
        ("unique", {"unique_word": 1}),
        ("accepted_values: [a]", {"accepted_values_word": 1}),
        ("accepted_values: [a, b]", {}),
        ("accepted_values: {values: [b, it's]}", {"accepted_values_word": 2}),
        ("relationships: {to: words, field: word}", {"relationships_word_words": 1}),
    ],
)
def test_a_column_test_counts_the_rows_that_break_it(tmp_path, connection, tests, expected):
    entry = f"{{{tests}}}" if ":" in tests else tests
    root = single_table(
        tmp_path,
        FACTS,
        "grain: [id]\n" + COLUMNS % f", tests: [{entry}]",
        **{
            "seeds/words.csv": "word\na\n",
            "seeds/words.yml": (
                "description: One row per word.\ngrain: [word]\n"
                "columns: {word: {type: varchar, description: Word.}}"
            ),
        },
    )
    project = load_project(root)
    build_models(connection, project, tmp_path)
    assert failures(run_tests(connection, project)) == expected


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("row_count: {min: 4, max: 4}", {}),
        ("row_count: {min: 5}", {"row_count": 1}),
        ("row_count: {max: 3}", {"row_count": 1}),
        ("sum_equals: {column: id, to: ones, to_column: one}", {}),
        ("sum_equals: {column: id, to: ones, to_column: two}", {"sum_equals_id_ones": 1}),
        (
            "name: no_big_id, sql: \"select id from {{ ref('facts') }} where id > 2;\"",
            {"no_big_id": 2},
        ),
    ],
)
def test_a_table_test_counts_the_rows_that_break_it(tmp_path, connection, test, expected):
    root = single_table(
        tmp_path,
        FACTS,
        "grain: [id]\n" + COLUMNS % "" + f"tests:\n  - {{{test}}}\n",
        **{
            "seeds/ones.csv": "one,two\n4,4\n6,7\n",
            "seeds/ones.yml": (
                "description: One row per one.\ngrain: [one]\ncolumns:\n"
                "  one: {type: integer, description: One.}\n"
                "  two: {type: integer, description: Two.}\n"
            ),
        },
    )
    project = load_project(root)
    build_models(connection, project, tmp_path)
    assert failures(run_tests(connection, project)) == expected


@pytest.mark.parametrize(("other", "expected"), [("0", {}), ("7", {"sum_equals_id_others": 1})])
def test_the_sum_of_an_empty_table_is_nought(tmp_path, connection, other, expected):
    root = single_table(
        tmp_path,
        "select 1 as id where false",
        "grain: [id]\ncolumns: {id: {description: Key.}}\n"
        "tests: [{sum_equals: {column: id, to: others, to_column: other}}]",
        **{
            "seeds/others.csv": f"other\n{other}\n",
            "seeds/others.yml": (
                "description: One row per other.\ngrain: [other]\n"
                "columns: {other: {type: integer, description: Other.}}"
            ),
        },
    )
    project = load_project(root)
    build_models(connection, project, tmp_path)
    assert failures(run_tests(connection, project)) == expected


def test_a_grain_must_be_unique_and_complete(tmp_path, connection):
    root = single_table(tmp_path, FACTS, "grain: [word]\n" + COLUMNS % "")
    project = load_project(root)
    build_models(connection, project, tmp_path)
    assert failures(run_tests(connection, project)) == {
        "grain_is_unique": 1,
        "grain_is_complete": 1,
    }


def test_a_failed_test_shows_its_first_five_rows_and_the_query_for_all(tmp_path, connection):
    root = single_table(
        tmp_path,
        "select range as id, nullif('', '') as word from range(7, -1, -1)",
        "grain: [id]\n" + COLUMNS % ", tests: [{not_null: {severity: warn}}]",
    )
    project = load_project(root)
    build_models(connection, project, tmp_path)
    [result] = [result for result in run_tests(connection, project) if result.failures]

    assert (result.model, result.column, result.severity) == ("facts", "word", "warn")
    assert result.failures == 8
    assert result.sample == [{"id": number, "word": None} for number in range(5)]
    assert len(connection.execute(result.sql).fetchall()) == 8


def test_a_query_in_the_tests_folder_is_a_test_of_its_own(root, warehouse, connection):
    write_files(
        root,
        {
            "tests/credits_are_rare.sql": (
                "select * from {{ ref('stg_paid') }} where amount_gbp < 0 -- credits\n;\n"
            ),
            "tests/credits_are_rare.yml": "description: Few credits.\nseverity: warn\n",
        },
    )
    project = load_project(root)
    build_models(connection, project, warehouse)
    [result] = [result for result in run_tests(connection, project) if result.failures]
    assert (result.test_name, result.model, result.severity, result.failures) == (
        "credits_are_rare",
        None,
        "warn",
        1,
    )


YEARLY = PROJECT["marts/yearly.yml"]
PAID = PROJECT["staging/stg_paid.yml"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"marts/yearly.sql": "select * from {{ ref('nobody') }}"},
            r"yearly\.sql: ref\('nobody'\)",
        ),
        (
            {"marts/yearly.sql": "select * from {{ source('warehouse', 'x') }}"},
            r"yearly\.sql: source\('warehouse', 'x'\) is not declared",
        ),
        (
            {"staging/stg_paid.sql": "select * from {{ ref('yearly') }}"},
            r"circle: (stg_paid <- yearly <- stg_paid|yearly <- stg_paid <- yearly)",
        ),
        (
            {"staging/stg_paid.yml": PAID.replace("grain", "config: {materialized: view}\ngrain")},
            r"stg_paid\.sql: a view reads models by ref\(\), no source\(\); make it a table",
        ),
        (
            {"marts/yearly.yml": YEARLY.replace("grain", "config: {materialized: cube}\ngrain")},
            r"yearly\.yml: config\.materialized",
        ),
        ({"marts/yearly.sql": "select {{ today() }}"}, r"only ref\('x'\) and source"),
        ({"marts/yearly.sql": "{% set x = 1 %} select 1"}, r"only ref\('x'\) and source"),
        ({"marts/yearly.sql": "select ("}, r"yearly\.sql is not one query: syntax error"),
        ({"marts/yearly.sql": "select 1; select 2"}, r"holds 2 statements"),
        ({"marts/yearly.sql": "drop table x"}, r"yearly\.sql is not one query"),
        (
            {"marts/yearly.sql": "select * from staging.stg_paid"},
            r"reads staging\.stg_paid by its bare name; write \{\{ ref\('stg_paid'\) \}\}",
        ),
        ({"marts/yearly.sql": "select * from stg_paid"}, r"reads stg_paid by its bare name"),
        ({"marts/lonely.sql": "select 1 as x"}, r"lonely\.sql has no lonely\.yml beside it"),
        ({"marts/lonely.yml": YEARLY}, r"lonely\.yml has no lonely\.sql beside it"),
        ({"seeds/lonely.csv": "a\n"}, r"lonely\.csv has no lonely\.yml"),
        (
            {"intermediate/yearly.sql": "select 1 as x", "intermediate/yearly.yml": YEARLY},
            r"marts/yearly\.sql: the name yearly is taken by sql/intermediate/yearly\.sql",
        ),
        (
            {"marts/bodies.sql": "select 1 as x", "marts/bodies.yml": YEARLY},
            r"marts/bodies\.sql: the name bodies is taken by sql/seeds/bodies\.csv",
        ),
        ({"marts/notes.txt": ""}, r"notes\.txt is not a \.sql or \.yml file"),
        ({"marts/deeper/x.sql": ""}, r"marts/deeper is not a"),
        ({"mart/x.sql": ""}, r"sql/mart has no place"),
        ({"marts/Big Name.sql": "", "marts/Big Name.yml": ""}, r"small letters"),
        (
            {"marts/yearly.yml": YEARLY + "owner: me\n"},
            r"yearly\.yml: owner is not a known key; "
            "allowed there: description, grain, tests, config, columns",
        ),
        (
            {"marts/yearly.yml": YEARLY.replace("{description: Pounds.}", "{desc: Pounds.}")},
            r"columns\.amount_gbp",
        ),
        (
            {"staging/stg_paid.yml": PAID.replace("Pounds., tests", "Pounds., tsets")},
            r"columns\.amount_gbp\.tsets is not a known key; allowed there: description, tests",
        ),
        (
            {"staging/stg_paid.yml": PAID.replace("[not_null]", "[nonnull]")},
            r"columns\.amount_gbp\.tests\.0: 'nonnull' is not a test; there are not_null, unique",
        ),
        (
            {"staging/stg_paid.yml": PAID.replace("[not_null]", "[{not_null: {sev: warn}}]")},
            r"not_null\.sev: .*allowed there: severity",
        ),
        (
            {"staging/stg_paid.yml": PAID.replace("to: bodies", "to: nobody")},
            r"stg_paid\.yml: a test refers to nobody, which is no model or seed",
        ),
        (
            {"staging/stg_paid.yml": PAID.replace("field: body_id", "field: nothing")},
            r"a test refers to bodies\.nothing, which is no column",
        ),
        (
            {"marts/yearly.yml": YEARLY.replace("to: stg_paid,", "to: nobody,")},
            r"a test refers to nobody",
        ),
        (
            {"marts/yearly.yml": YEARLY.replace("{column: amount_gbp", "{column: nothing")},
            r"nothing is not among its columns",
        ),
        (
            {"marts/yearly.yml": YEARLY + "  - {row_count: {}}\n"},
            r"row_count needs min, max or both",
        ),
        (
            {"marts/yearly.yml": YEARLY + "  - {row_count: {min: 1}}\n  - {row_count: {max: 9}}\n"},
            r"yearly\.yml: there are two tests row_count",
        ),
        (
            {"marts/yearly.yml": YEARLY + '  - {name: x, sql: "select * from marts.yearly"}\n'},
            r"yearly\.yml reads marts\.yearly by its bare name",
        ),
        (
            {"marts/yearly.yml": YEARLY.replace("grain: [body_id,", "grain: [nothing,")},
            r"yearly\.yml: nothing is not among its columns",
        ),
        (
            {"marts/yearly.yml": YEARLY.replace("One row per body and year.", "")},
            r"description: must end by stating the grain",
        ),
        (
            {"marts/yearly.yml": YEARLY.replace("amount_gbp: {desc", "body_id: {desc")},
            r"the key body_id is written twice",
        ),
        ({"marts/yearly.yml": "a: [b"}, r"yearly\.yml is not readable as YAML"),
        ({"marts/yearly.yml": ""}, r"yearly\.yml: the whole file"),
        (
            {"seeds/bodies.csv": "body_id,since_date,body_name\n"},
            r"bodies\.csv and .*bodies\.yml disagree on the columns; the order differs",
        ),
        (
            {"seeds/bodies.yml": PROJECT["seeds/bodies.yml"].replace("date,", "'date; drop',")},
            r"columns\.since_date\.type",
        ),
        (
            {"sources.yml": SOURCES.replace("payments/", "../")},
            r"sources\.yml: warehouse\.payments",
        ),
        ({"sources.yml": SOURCES.replace("payments/", "/etc/")}, r"below the warehouse"),
        ({"sources.yml": SOURCES + "    pth: x\n"}, r"warehouse\.payments\.pth is not a known key"),
        ({"macros/x.sql": "create table x as select 1"}, r"only `create or replace macro`"),
        ({"macros/x.sql": "create or replace macro x("}, r"macros/x\.sql is not valid SQL"),
        (
            {"tests/x.sql": "select * from {{ ref('nobody') }}", "tests/x.yml": "description: X."},
            r"tests/x\.sql: ref\('nobody'\)",
        ),
        (
            {
                "tests/x.sql": "select * from {{ source('warehouse', 'payments') }}",
                "tests/x.yml": "description: X.",
            },
            r"tests/x\.sql: a test reads models by ref\(\), no source\(\)",
        ),
    ],
)
def test_a_project_that_contradicts_itself_is_refused(root, files, message):
    write_files(root, files)
    with pytest.raises(AnchorspendError, match=message):
        load_project(root)


def test_a_wrong_query_is_shown_but_not_run(root):
    write_files(root, {"marts/yearly.sql": "select ("})
    shown = read_project(root)
    assert model_dependencies(shown)["yearly"] == Parents((), (), ())
    for _ in range(2):
        with pytest.raises(AnchorspendError, match=r"yearly\.sql is not one query"):
            load_project(root)


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(AnchorspendError, match="There is no folder of SQL models"):
        load_project(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("select", "message"),
    [
        ("body_id, 'x' as financial_year", r"only in sql/marts/yearly\.yml: amount_gbp"),
        (
            "body_id, 'x' as financial_year, amount_gbp, 1 as more",
            r"only in sql/marts/yearly\.sql: more",
        ),
        ("body_id, amount_gbp, 'x' as financial_year", r"the order differs: body_id, amount_gbp"),
        (
            "body_id, 'x' as financial_year, amount_gbp, amount_gbp",
            r"given twice: amount_gbp",
        ),
        (
            "no_such_column",
            r"marts/yearly\.sql does not run: Binder Error: .* LINE 1: .*no_such_column",
        ),
    ],
)
def test_sql_and_yaml_must_agree_on_the_columns(root, warehouse, connection, select, message):
    write_files(root, {"marts/yearly.sql": f"select {select} from {{{{ ref('stg_paid') }}}}"})
    with pytest.raises(AnchorspendError, match=message):
        build_models(connection, load_project(root), warehouse)


def test_a_source_without_files_names_the_command_that_makes_it(root, tmp_path, connection):
    with pytest.raises(
        AnchorspendError, match=r"no payments/\*\.parquet .* `anchorspend run` first"
    ):
        build_models(connection, load_project(root), tmp_path / "empty")


def test_a_source_without_a_declared_column_is_refused(root, warehouse, connection):
    declared = "    columns: {amount_gbp: {description: P.}, vat_number: {description: V.}}\n"
    write_files(root, {"sources.yml": SOURCES + declared})
    with pytest.raises(AnchorspendError, match=r"one\.parquet has no column vat_number: delete"):
        build_models(connection, load_project(root), warehouse)


def test_a_source_that_is_no_parquet_is_refused(root, warehouse, connection):
    (warehouse / "payments" / "torn.parquet").write_bytes(b"PAR1 and then the disk was full")
    with pytest.raises(AnchorspendError, match=r"torn\.parquet is not readable: delete it and run"):
        build_models(connection, load_project(root), warehouse)


def test_a_seed_that_does_not_fit_its_types_is_refused(root, warehouse, connection):
    write_files(root, {"seeds/bodies.csv": "body_id,body_name,since_date\n1,x,yesterday\n"})
    with pytest.raises(AnchorspendError, match=r"seeds/bodies\.csv does not run: .*yesterday"):
        build_models(connection, load_project(root), warehouse)


def test_column_lineage_goes_through_ctes_to_the_parents_columns():
    project = load_project(PROJECT_ROOT / "dbt_like_sql")
    lineage = column_lineage(project, project.models["payments"])
    assert lineage["amount_gbp"] == [("int_payments_classified", "amount_gbp")]
    assert lineage["organisation_name"] == [
        ("stg_identified__suppliers", "decision"),
        ("stg_identified__suppliers", "register_name"),
    ]
    assert all(
        set(column_lineage(project, model)) == set(model.yaml.columns)
        for model in project.models.values()
    )


def test_a_source_is_not_taken_for_the_mart_of_its_name():
    project = load_project(PROJECT_ROOT / "dbt_like_sql")
    staged = project.models["stg_published__payments"]
    assert staged.sql.sources == (("warehouse", "payments"),)
    assert "payments" in project.models
    assert set(map(tuple, column_lineage(project, staged).values())) == {()}


def test_a_file_is_told_from_the_same_file_of_another_publisher():
    """Two bodies may publish one file, which had broken the build where its lines had no day."""
    grains = {name: model.yaml.grain for name, model in load_project(SQL_ROOT).models.items()}
    by_file = {name: grain for name, grain in grains.items() if "file_sha256" in grain}
    assert len(by_file) > 5
    assert [name for name, grain in by_file.items() if "publisher_id" not in grain] == []
