"""The `anchorspend` command: reads its words, calls one function, prints what came of it."""

import csv
import json
import sys
import webbrowser
from pathlib import Path
from typing import Annotated, Any

import duckdb
import polars as pl
import typer
from rich.console import Console

from pipeline import compare as comparing
from pipeline.changed_rows import change_sentences
from pipeline.collect.archive import Archive
from pipeline.collect.http import Manners, PoliteSession
from pipeline.collect.ledger import rebuild_ledger
from pipeline.errors import AnchorspendError
from pipeline.locking import warehouse_lock
from pipeline.registry.check import check_registry, unsaid_sentences
from pipeline.registry.load import load_registry, publisher_ids
from pipeline.settings import SQL_ROOT, Settings
from pipeline.sql_models import compiled_sql, describe_macros, describe_models, load_project
from pipeline.warehouse import BuildReport, query

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Where the money of councils, police, fire and NHS bodies goes, from their published "
    "spending files alone.",
)
archive_app = typer.Typer(no_args_is_help=True, help="The archive of published files.")
registry_app = typer.Typer(no_args_is_help=True, help="The towns and publishers that are known.")
registers_app = typer.Typer(
    no_args_is_help=True, help="The registers that suppliers are sought in."
)
app.add_typer(archive_app, name="archive")
app.add_typer(registers_app, name="registers")
app.add_typer(registry_app, name="registry")

_progress = Console(stderr=True, highlight=False)
_is_debugging = False

Towns = Annotated[list[str], typer.Argument(help="Ids of towns, such as preston torbay.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]


def say(text: str) -> None:
    """Tell a person at a terminal what is going on; logs and pipes get the line too."""
    _progress.print(text, markup=False)


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback on errors.")] = False,
) -> None:
    """Options that every command understands."""
    global _is_debugging
    _is_debugging = debug


@app.command()
def demo(
    scale: Annotated[
        float,
        typer.Option(
            min=0.01,
            help="How large a world: 1 is 20,000 payments, 50 a million, 500 ten millions.",
        ),
    ] = 1.0,
    pages: Annotated[
        bool,
        typer.Option(
            help="Show Dagster's pages on the demo instead, with the invented websites up, until "
            "Ctrl-C."
        ),
    ] = False,
    port: Annotated[int, typer.Option(help="Where the pages are on this machine.")] = 3000,
) -> None:
    """Run the whole job on two invented towns, offline: print how they compare, write the report.

    Twelve invented bodies publish five financial years on websites that are served on this machine.
    """
    from pipeline.demo.generator.website import BANNER
    from pipeline.demo.invented import run_invented_demo
    from pipeline.demo.pages import show_demo

    settings = Settings.from_environment()
    say(BANNER)
    if pages:
        show_demo(settings, port, scale, say)
        return
    print(run_invented_demo(settings, say, scale=scale))
    print(f"\n{BANNER} The database lies at {settings.database_path}")
    _write_report(settings)


@app.command()
def run(
    town: Annotated[list[str] | None, typer.Option(help="Only the anchors of this town.")] = None,
    publisher: Annotated[list[str] | None, typer.Option(help="Only this publisher.")] = None,
    offline: Annotated[bool, typer.Option(help="Use the archive alone.")] = False,
) -> None:
    """Collect what is new, read it, identify suppliers and build the database."""
    from pipeline.run import publishers_of_towns
    from pipeline.run import run as run_all

    settings = Settings.from_environment()
    chosen = set(publisher or [])
    if town:
        chosen |= publishers_of_towns(
            load_registry(settings.registry, built_in=settings.has_built_in_registry), town
        )
    with warehouse_lock(settings.warehouse):
        build = run_all(settings, sorted(chosen) or None, offline, say)
    _print_build(build, settings)
    _write_report(settings)


@app.command()
def add(
    publisher: Annotated[str, typer.Argument(help="Id of the publisher.")],
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders of files.")],
) -> None:
    """Archive files that a person exported or downloaded."""
    from pipeline.run import add_dropped_files

    settings = Settings.from_environment()
    with warehouse_lock(settings.warehouse):
        attempts = add_dropped_files(settings, publisher, paths)
    outcomes = [attempt.outcome for attempt in attempts]
    counts = ", ".join(f"{outcomes.count(one)} {one}" for one in sorted(set(outcomes)))
    print(f"{publisher}: {len(outcomes)} files, {counts}")
    for attempt in attempts:
        if attempt.outcome not in ("new", "unchanged", "changed"):
            print(f"  {attempt.publication.label}: {attempt.outcome}: {attempt.reason}")


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(help="Published files.")],
    publisher: Annotated[
        str | None, typer.Option(help="Use the reading exceptions of this publisher.")
    ] = None,
    rows: Annotated[Path | None, typer.Option(help="Write the payments to this CSV.")] = None,
    as_json: AsJson = False,
    explain_row: Annotated[
        int | None, typer.Option(help="Follow this row from its cells to what became of it.")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet that the row stands in.")] = None,
) -> None:
    """Read files and say what was understood, without touching the warehouse."""
    from pipeline.reading_report import as_text, bytes_of, exceptions_of, read_files
    from pipeline.reading_report import explain_row as explained

    settings = Settings.from_environment()
    if explain_row is not None:
        for path in files:
            print(explained(bytes_of(path), exceptions_of(publisher, settings), explain_row, sheet))
        return
    readings = read_files(files, publisher, settings)
    payments = []
    for path, reading in readings:
        if as_json:
            print(json.dumps({"file": str(path)} | reading.summary.as_dict()))
        else:
            print(as_text(path, reading))
        if rows:
            payments.append(reading.payments.with_columns(pl.lit(str(path)).alias("file")))
    if rows and payments:
        pl.concat(payments).write_csv(rows)


@app.command()
def discover(
    publisher: Annotated[str, typer.Argument(help="Id of the publisher.")],
    landing_page: Annotated[
        str | None, typer.Option(help="Another address, or a saved page, in its place.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show every link of a landing page: taken or left, and why."""
    from pipeline.run import discover_links, open_web

    settings = Settings.from_environment()
    registry = load_registry(settings.registry, built_in=settings.has_built_in_registry)
    with open_web(settings, registry) as web:
        links = discover_links(settings, publisher, landing_page, web)
    if as_json:
        print(json.dumps(links, default=str, indent=1))
    else:
        for link in links:
            print(f"{link['decision']:5}  {link['label']}  {link['url']}\n       {link['reason']}")


@app.command()
def periods(
    links: Annotated[Path, typer.Argument(help="CSV with link_text and url.")],
    as_json: AsJson = False,
) -> None:
    """Say which days each link covers, or why that is undecided."""
    from pipeline.collect.periods import decide_periods_file

    for row in decide_periods_file(links):
        if as_json:
            print(json.dumps(row, default=str))
        else:
            days = f"{row['first_day']} to {row['last_day']}" if row["first_day"] else row["reason"]
            print(f"{row['decision']:9}  {days}  {row['link_text']}")


@app.command()
def match(
    names: Annotated[
        Path | None, typer.Argument(help="CSV with supplier_name and what else is known.")
    ] = None,
    companies: Annotated[
        list[Path] | None, typer.Option(help="BasicCompanyData as published; may repeat.")
    ] = None,
    charities: Annotated[
        list[Path] | None, typer.Option(help="Charity extract as published; may repeat.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Where to write; matches.csv, or review.csv for --review, if not said."),
    ] = None,
    review: Annotated[
        bool,
        typer.Option(
            help="In place of NAMES: the undecided suppliers of the warehouse with the most "
            "pounds, each with what it could be, as rows for supplier_overrides.csv."
        ),
    ] = False,
) -> None:
    """Identify supplier names against registers in their published formats."""
    from pipeline.identifying import review_undecided
    from pipeline.match.files import match_names_file

    if review == (names is not None):
        raise AnchorspendError("Give a CSV of names, or --review for those of the warehouse.")
    if names is None:
        out = out or Path("review.csv")
        count = review_undecided(Settings.from_environment(), out)
        print(f"{count} undecided suppliers are in {out}")
    else:
        out = out or Path("matches.csv")
        match_names_file(names, companies or [], charities or [], out)
        print(f"decisions are in {out}")


@app.command()
def locate(
    postcodes: Annotated[Path, typer.Argument(help="CSV with a column postcode.")],
    directory: Annotated[
        Path, typer.Option("--postcodes", help="NSPL or ONSPD in its published format.")
    ],
    out: Annotated[Path, typer.Option(help="Where to write the places.")] = Path("places.csv"),
) -> None:
    """Find the coordinates, ward, district and region of postcodes."""
    from pipeline.locate.files import locate_postcodes_file

    locate_postcodes_file(postcodes, directory, out)
    print(f"places are in {out}")


@app.command()
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


@app.command()
def report(
    open_it: Annotated[bool, typer.Option("--open", help="Show it in a browser.")] = False,
) -> None:
    """Write the report: a static site of the published database that opens from disk."""
    settings = Settings.from_environment()
    _write_report(settings)
    if open_it:
        webbrowser.open((settings.report_dir / "index.html").resolve().as_uri())


def _write_report(settings: Settings) -> None:
    from pipeline.report.site import build_report

    with warehouse_lock(settings.warehouse):
        site = build_report(settings)
    what = "is up to date" if site.skipped else f"has {site.pages} pages"
    print(f"The report {what}: {site.index}")


@app.command()
def docs() -> None:
    """Write the data dictionary: every table, column, macro and test on one page."""
    from pipeline.run import write_dictionary

    settings = Settings.from_environment()
    with warehouse_lock(settings.warehouse):
        page = write_dictionary(settings)
    print(f"The data dictionary is {page}")


@app.command()
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


@app.command()
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
    _print_rows(result.columns, result.rows, as_csv, as_json)


@app.command()
def status(as_json: AsJson = False) -> None:
    """Say of each publisher what is held and how old it is."""
    from pipeline.status import publisher_status

    rows = publisher_status(Settings.from_environment())
    columns = list(rows[0]) if rows else []
    _print_rows(columns, [tuple(row.values()) for row in rows], False, as_json)


@app.command()
def review(
    accept: Annotated[
        str | None, typer.Option(metavar="SHA256", help="Let this version speak from now on.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why it is right; kept beside it.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the file versions that are held back, each beside the one in use; or accept one."""
    from pipeline.held_back import accept_version, held_back_versions
    from pipeline.run import run as run_all

    settings = Settings.from_environment()
    if accept is not None:
        if not reason:
            raise AnchorspendError("Say with --reason why the version is right.")
        with warehouse_lock(settings.warehouse):
            publishers = accept_version(settings, accept, reason)
            report = run_all(settings, publishers, True, say)
        print(f"Accepted {accept} of {', '.join(publishers)}.")
        _print_build(report, settings)
        _write_report(settings)
        return
    versions = held_back_versions(settings)
    if as_json:
        print(json.dumps([one.as_dict() for one in versions], default=str, indent=1))
        return
    for one in versions:
        print(one.as_text())
    print(f"{len(versions)} versions are held back.")


@app.command()
def withdraw(
    what: Annotated[
        str,
        typer.Argument(
            metavar="SHA256|ROW",
            help="A file by file_sha256, or the name in one row by file_sha256:row_number, with "
            ":sheet after it where the file has several.",
        ),
    ],
    reason: Annotated[str, typer.Option(help="Why; this stays in the archive.")],
) -> None:
    """Purge a file, or a name from all files of its publisher, and build the database anew."""
    from pipeline.run import run as run_all
    from pipeline.withdrawing import withdraw as purge

    settings = Settings.from_environment()
    with warehouse_lock(settings.warehouse):
        publishers = purge(settings, what, reason)
        print(f"Withdrawn from {', '.join(publishers) or 'the archive'}.")
        report = run_all(settings, None, True, say)
    _print_build(report, settings)
    _write_report(settings)


@archive_app.command("rebuild-ledger")
def archive_rebuild_ledger() -> None:
    """Write the ledger anew from what lies in the archive."""
    settings = Settings.from_environment()
    with warehouse_lock(settings.warehouse):
        count = rebuild_ledger(Archive(settings.archive_dir), settings.ledger_path)
    print(f"{settings.ledger_path} holds {count} rows")


@registers_app.command("refresh")
def registers_refresh(as_json: AsJson = False) -> None:
    """Get each register from where it is published, or from the folder ANCHORSPEND_REGISTERS."""
    from pipeline.registers.downloads import RegisterSession
    from pipeline.registers.register_names import REGISTER_NAMES
    from pipeline.run import refresh_registers

    settings = Settings.from_environment()
    say(f"looking for registers in {settings.registers or 'the places where they are published'}")
    with warehouse_lock(settings.warehouse), RegisterSession(settings.contact) as web:
        report = refresh_registers(settings, web)
    problems = {name: report.problem(name) for name in REGISTER_NAMES}
    rows: list[tuple[Any, ...]] = [
        (
            REGISTER_NAMES[one.register],
            one.outcome,
            one.rows,
            one.snapshot_date,
            ", ".join(one.source_files),
            problems[one.register],
        )
        for one in report.snapshots
    ]
    _print_rows(
        ["register", "outcome", "rows", "of", "files_in_use", "problem"], rows, False, as_json
    )
    if count := sum(problem is not None for problem in problems.values()):
        raise AnchorspendError(
            f"{count} of {len(rows)} registers were not brought up to date, as said above; the "
            "last good ones stay in use."
        )


@registry_app.command("check")
def registry_check() -> None:
    """Check every town, area, publisher and override; name file and line of each fault."""
    from pipeline.identifying import check_overrides, unused_sentences

    settings = Settings.from_environment()
    problems = check_registry(settings.registry)
    for problem in problems:
        print(problem)
    if problems:
        faults = "a fault" if len(problems) == 1 else f"{len(problems)} faults"
        raise AnchorspendError(f"The registry has {faults}, listed above.")
    registry = load_registry(settings.registry, built_in=settings.has_built_in_registry)
    print(
        f"{len(registry.towns)} towns, {len(registry.areas)} areas and "
        f"{len(registry.publishers)} publishers are well-formed"
    )
    if settings.registry:
        for sentence in unsaid_sentences(registry, publisher_ids(settings.registry)):
            print(sentence)
    for sentence in unused_sentences(check_overrides(settings)):
        print(sentence)


@registry_app.command("new")
def registry_new(
    url: Annotated[str, typer.Argument(help="The page that links to the files.")],
    landing_page: Annotated[
        Path | None, typer.Option(help="That page, saved with a browser, in its place.")
    ] = None,
) -> None:
    """Draft a publisher's YAML from its landing page: links, pattern, headings, what is open."""
    from pipeline.collect.drafting import draft_from_address
    from pipeline.normalise.reading import read_payments

    settings = Settings.from_environment()
    with PoliteSession(settings.contact, Manners.towards(settings.loopback_site)) as web:
        draft = draft_from_address(url, landing_page, web, lambda data: read_payments(data).summary)
    print(draft, end="")


def _print_build(report: BuildReport, settings: Settings) -> None:
    if report.skipped:
        print(f"Nothing has changed since {settings.database_path} was built.")
        return
    print(
        f"Built {len(report.models)} models, {len(report.tests)} tests hold or warn, in "
        f"{report.seconds:.1f} s: {settings.database_path}"
    )
    for warning in report.warnings:
        of_model = f"{warning.model}: " if warning.model else ""
        print(f"  warning: {of_model}{warning.test_name}: {warning.failures} rows")
    for sentence in change_sentences(report.changes):
        print(f"  {sentence}")


def _print_rows(
    columns: list[str], rows: list[tuple[Any, ...]], as_csv: bool, as_json: bool
) -> None:
    if as_json:
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        print(json.dumps(records, default=str, indent=1))
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    else:
        cells = [["" if value is None else str(value) for value in row] for row in rows]
        widths = [max(len(line[i]) for line in [columns, *cells]) for i in range(len(columns))]
        for line in [columns, *cells]:
            print("  ".join(map(str.ljust, line, widths)).rstrip())


def main() -> None:
    """Run the command; an error that the user can put right is one sentence and exit code 1."""
    try:
        app()
    except AnchorspendError as error:
        if _is_debugging:
            raise
        _progress.print(f"anchorspend: {error}", markup=False, soft_wrap=True)
        sys.exit(1)
    except (OSError, duckdb.Error) as error:
        if _is_debugging:
            raise
        _progress.print(f"anchorspend: {error}", markup=False, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
