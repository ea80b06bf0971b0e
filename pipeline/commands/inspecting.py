"""Commands that look at one thing without touching the warehouse."""

import json
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from pipeline.commands.printing import AsJson
from pipeline.errors import AnchorspendError
from pipeline.registry.load import load_registry
from pipeline.settings import Settings


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
