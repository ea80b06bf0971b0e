"""Commands that collect, read, match and build, or decide what speaks."""

import json
from pathlib import Path
from typing import Annotated

import typer

from pipeline.collect.archive import Archive
from pipeline.collect.ledger import rebuild_ledger
from pipeline.commands.printing import AsJson, print_build, say, write_report
from pipeline.errors import AnchorspendError
from pipeline.locking import warehouse_lock
from pipeline.registry.load import load_registry
from pipeline.settings import Settings


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
    write_report(settings)


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
    print_build(build, settings)
    write_report(settings)


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
        print_build(report, settings)
        write_report(settings)
        return
    versions = held_back_versions(settings)
    if as_json:
        print(json.dumps([one.as_dict() for one in versions], default=str, indent=1))
        return
    for one in versions:
        print(one.as_text())
    print(f"{len(versions)} versions are held back.")


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
    print_build(report, settings)
    write_report(settings)


def archive_rebuild_ledger() -> None:
    """Write the ledger anew from what lies in the archive."""
    settings = Settings.from_environment()
    with warehouse_lock(settings.warehouse):
        count = rebuild_ledger(Archive(settings.archive_dir), settings.ledger_path)
    print(f"{settings.ledger_path} holds {count} rows")
