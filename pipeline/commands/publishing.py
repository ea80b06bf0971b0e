"""Commands that show or write what the published database holds."""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from pipeline import compare as comparing
from pipeline.commands.printing import AsCsv, AsJson, print_rows, write_report
from pipeline.errors import AnchorspendError
from pipeline.locking import warehouse_lock
from pipeline.settings import SQL_ROOT, Settings
from pipeline.sql_models import compiled_sql, describe_macros, describe_models, load_project
from pipeline.warehouse import query

Towns = Annotated[list[str], typer.Argument(help="Ids of towns, such as preston torbay.")]


def compare(
    towns: Towns,
    by: Annotated[comparing.By, typer.Option(help="Cut the years further.")] = "year",
    as_csv: AsCsv = False,
    as_json: AsJson = False,
) -> None:
    """Compare what stays in towns: coverage, shares with their bands, published figures."""
    comparison = comparing.compare_towns(Settings.from_environment().database_path, towns, by)
    if as_json:
        print(comparing.as_json(comparison))
    elif as_csv:
        print(comparing.as_csv(comparison), end="")
    else:
        print(comparing.as_text(comparison))


def report(
    open_it: Annotated[bool, typer.Option("--open", help="Show it in a browser.")] = False,
) -> None:
    """Write the report: a static site of the published database that opens from disk."""
    settings = Settings.from_environment()
    write_report(settings)
    if open_it:
        webbrowser.open((settings.report_dir / "index.html").resolve().as_uri())


def docs() -> None:
    """Write the data dictionary: every table, column, macro and test on one page."""
    from pipeline.run import write_dictionary

    settings = Settings.from_environment()
    with warehouse_lock(settings.warehouse):
        page = write_dictionary(settings)
    print(f"The data dictionary is {page}")


def export(
    folder: Annotated[
        Path | None,
        typer.Argument(help="Replaced whole; `export` in the warehouse if not said."),
    ] = None,
) -> None:
    """Write every mart as Parquet with a Frictionless data package and checksums."""
    from pipeline.export import export_marts

    settings = Settings.from_environment()
    project = load_project(SQL_ROOT)
    target = folder or settings.export_dir
    with warehouse_lock(settings.warehouse):
        done = export_marts(settings.database_path, project, target)
    print(
        f"{done.marts} marts, {done.bytes / 1e6:,.1f} MB, are in {done.folder}: "
        "`sha256sum -c SHA256SUMS` there checks them"
    )


def sql(
    statement: Annotated[str | None, typer.Argument(help="A query.")] = None,
    models: Annotated[bool, typer.Option("--models", help="List the models and macros.")] = False,
    show: Annotated[str | None, typer.Option(help="Print the SQL of this model.")] = None,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
) -> None:
    """Query the published database, read-only, or look at its models."""
    settings = Settings.from_environment()
    if models or show:
        project = load_project(SQL_ROOT)
        if show:
            print(compiled_sql(project, show, settings.warehouse))
        else:
            for table in describe_models(project):
                print(f"{table.schema}.{table.name}: {table.yaml.description}")
            for macro in describe_macros(project):
                print(f"macro {macro.call}: {macro.description}")
        return
    if statement is None:
        raise AnchorspendError("Give a query, or --models to see what there is to query.")
    result = query(settings.database_path, statement)
    print_rows(result.columns, result.rows, as_csv, as_json)


def status(as_json: AsJson = False) -> None:
    """Say of each publisher what is held and how old it is."""
    from pipeline.status import publisher_status

    rows = publisher_status(Settings.from_environment())
    columns = list(rows[0]) if rows else []
    print_rows(columns, [tuple(row.values()) for row in rows], False, as_json)
