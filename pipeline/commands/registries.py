"""Commands for the registry of publishers and the registers that suppliers are sought in."""

from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.collect.http import Manners, PoliteSession
from pipeline.commands.printing import AsJson, print_rows, say
from pipeline.errors import AnchorspendError
from pipeline.locking import warehouse_lock
from pipeline.registry.check import check_registry, unsaid_sentences
from pipeline.registry.load import load_registry, publisher_ids
from pipeline.settings import Settings


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
    print_rows(
        ["register", "outcome", "rows", "of", "files_in_use", "problem"], rows, False, as_json
    )
    if count := sum(problem is not None for problem in problems.values()):
        raise AnchorspendError(
            f"{count} of {len(rows)} registers were not brought up to date, as said above; the "
            "last good ones stay in use."
        )


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
