"""What commands have in common: their options, and how they print."""

import csv
import json
import sys
from typing import Annotated, Any

import typer
from rich.console import Console

from pipeline.changed_rows import change_sentences
from pipeline.locking import warehouse_lock
from pipeline.settings import Settings
from pipeline.warehouse import BuildReport

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]

_progress = Console(stderr=True, highlight=False)


def say(text: str) -> None:
    """Tell a person at a terminal what is going on; logs and pipes get the line too."""
    _progress.print(text, markup=False)


def print_build(report: BuildReport, settings: Settings) -> None:
    """Say what was built, which tests warn, and what has changed."""
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


def print_rows(
    columns: list[str], rows: list[tuple[Any, ...]], as_csv: bool, as_json: bool
) -> None:
    """Print a table as columns of text, as CSV or as JSON."""
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


def write_report(settings: Settings) -> None:
    """Write the report, and say where it is."""
    from pipeline.report.site import build_report

    with warehouse_lock(settings.warehouse):
        site = build_report(settings)
    what = "is up to date" if site.skipped else f"has {site.pages} pages"
    print(f"The report {what}: {site.index}")
