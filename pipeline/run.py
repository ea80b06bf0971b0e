"""The night's work as plain functions, in order: collect, normalise, identify, build.

Dagster's assets and the `anchorspend` command call the same functions.
"""

import hashlib
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

import polars as pl

from pipeline.collect.archive import Archive
from pipeline.collect.attempts import Attempt
from pipeline.collect.discovery import discover, page_from_file, source_hosts
from pipeline.collect.dropped import add_files
from pipeline.collect.held import held_files
from pipeline.collect.hosts import host_of
from pipeline.collect.http import FetchFailure, Manners, Page, PoliteSession
from pipeline.collect.ledger import Ledger
from pipeline.collect.night import Collected, collect_publishers
from pipeline.errors import AnchorspendError
from pipeline.identifying import identify
from pipeline.locate.boundaries import write_boundaries_of_towns
from pipeline.payments import (
    COMPACTED,
    compact_publisher,
    compacted_files,
    decided_by,
)
from pipeline.registers import refreshing
from pipeline.registers.downloads import RegisterSession, RegisterSource
from pipeline.registers.refreshing import RefreshReport
from pipeline.registry.documents import Problem
from pipeline.registry.frames import write_registry_frames
from pipeline.registry.load import load_registry, load_registry_leniently
from pipeline.registry.models import DropFolder, Publisher, Registry
from pipeline.settings import PROJECT_ROOT, SQL_ROOT, Settings
from pipeline.sql_models import TestResult, load_project, run_tests
from pipeline.sql_models.dictionary import dictionary_page
from pipeline.warehouse import (
    BuildReport,
    PublishedTable,
    build_database,
    count_tables,
    describe_tables,
    open_database,
)
from pipeline.whole_files import written_whole

Say = Callable[[str], None]


def registered_publisher(registry: Registry, publisher_id: str) -> Publisher:
    """The publisher with this id; raises AnchorspendError naming near ones where there is none."""
    if publisher_id not in registry.publishers:
        known = ", ".join(sorted(registry.publishers))
        raise AnchorspendError(
            f"There is no publisher {publisher_id!r} in the registry: take one of {known}, or add "
            f"a YAML for it."
        )
    return registry.publishers[publisher_id]


def add_dropped_files(
    settings: Settings, publisher_id: str, paths: Sequence[Path]
) -> list[Attempt]:
    """Archive files that a person exported or downloaded for one publisher."""
    registry, _ = sound_registry(settings)
    publisher = registered_publisher(registry, publisher_id)
    archive = Archive(settings.archive_dir)
    with Ledger(settings.ledger_path, archive) as ledger:
        return add_files(publisher.id, paths, archive, ledger)


def open_web(settings: Settings, registry: Registry) -> PoliteSession:
    """The web, with the certificates that the registry holds for sites that leave one out."""
    manners = Manners.towards(settings.loopback_site)
    return PoliteSession(settings.contact, manners, registry.certificates)


def collect(
    settings: Settings,
    registry: Registry,
    publishers: Collection[Publisher],
    say: Say,
) -> dict[str, Collected]:
    """Look for new files of the publishers on the web, a few hosts at a time; by publisher id."""
    archive = Archive(settings.archive_dir)
    with (
        Ledger(settings.ledger_path, archive) as ledger,
        open_web(settings, registry) as web,
    ):
        return collect_publishers(
            publishers,
            archive,
            ledger,
            web,
            lambda collected: say(f"collected {collected.publisher.name}"),
        )


def every_held_version(settings: Settings) -> pl.DataFrame:
    """Every held file version of every publisher, as normalise_publisher wants it."""
    with Ledger(settings.ledger_path, Archive(settings.archive_dir)) as ledger:
        return held_files(ledger, every_version=True)


def normalise_publisher(
    settings: Settings, publisher: Publisher, held: pl.DataFrame, say: Say
) -> pl.DataFrame:
    """Read the held files of one publisher and compact its payments where news is; its files."""
    of_publisher = held.filter(pl.col("publisher_id") == publisher.id)
    archive = Archive(settings.archive_dir)
    decided = decided_by(publisher, of_publisher, archive, code_version())
    files = compacted_files(publisher.id, settings.warehouse, decided)
    if files is not None:
        return files
    if of_publisher.height:
        say(f"reading {of_publisher.height} files of {publisher.name}")
    return compact_publisher(
        publisher, of_publisher, archive, settings.readings_dir, settings.warehouse, decided
    )


def normalise(
    settings: Settings, publishers: Collection[Publisher], say: Say
) -> dict[str, pl.DataFrame]:
    """Read every held file of each publisher and compact its payments; files by publisher id."""
    held = every_held_version(settings)
    return {
        publisher.id: normalise_publisher(settings, publisher, held, say)
        for publisher in publishers
    }


def refresh_registers(
    settings: Settings,
    web: RegisterSession | None = None,
    sources: Collection[RegisterSource] | None = None,
) -> RefreshReport:
    """Bring the registers up to date from the folder that is set, else from `web` where given.

    With neither, those last refreshed stay in use.
    """
    return refreshing.refresh_registers(
        settings.registers_dir,
        settings.registers,
        web,
        datetime.now(UTC).date(),
        kept_snapshots=settings.kept_snapshots,
        built_in_bodies=settings.has_built_in_registry,
        registry=settings.registry,
        sources=sources,
    )


def build(settings: Settings) -> BuildReport:
    """Build, test and publish the database, unless nothing that it rests on has changed."""
    write_boundaries_of_towns(
        settings.warehouse / "registry",
        settings.registers_dir,
        settings.warehouse / "boundaries.parquet",
        code_version(),
    )
    return build_database(
        settings.database_path,
        load_project(SQL_ROOT),
        settings.warehouse,
        code_version(),
    )


def test_published(settings: Settings) -> list[TestResult]:
    """Every SQL test on the database as it is published."""
    with open_database(settings.database_path) as connection:
        return run_tests(connection, load_project(SQL_ROOT))


def published_tables(settings: Settings) -> list[PublishedTable]:
    """What the published database holds, table by table."""
    with open_database(settings.database_path) as connection:
        return describe_tables(connection)


def published_rows(settings: Settings) -> dict[str, int]:
    """How many rows each table of the published database has."""
    with open_database(settings.database_path) as connection:
        return count_tables(connection)


def write_dictionary(settings: Settings) -> Path:
    """Write the data dictionary, with the row counts of the database where one is published."""
    row_counts = published_rows(settings) if settings.database_path.is_file() else {}
    page = settings.warehouse / "docs" / "index.html"
    with written_whole(page) as beside:
        beside.write_text(dictionary_page(load_project(SQL_ROOT), row_counts), encoding="utf-8")
    return page


def sound_registry(settings: Settings) -> tuple[Registry, dict[str, Problem]]:
    """The registry, and the publishers left out of it because their YAML is at fault, by file stem.

    Raises AnchorspendError where a town or an area is at fault: publishers would leave with it.
    """
    registry, problems = load_registry_leniently(
        settings.registry, built_in=settings.has_built_in_registry
    )
    if any(problem.file.parent.name != "publishers" for problem in problems):
        load_registry(settings.registry, built_in=settings.has_built_in_registry)
    return registry, {problem.file.stem: problem for problem in reversed(problems)}


def write_registry(settings: Settings) -> tuple[Registry, dict[str, Problem]]:
    """Write sound_registry as Parquet for the SQL, and give it back.

    What was written of a publisher stays while its YAML is at fault.
    """
    registry, faulty = sound_registry(settings)
    write_registry_frames(registry, settings.warehouse / "registry", faulty)
    return registry, faulty


def leave_out_unregistered(settings: Settings, publisher_ids: Collection[str]) -> None:
    """Remove what was compacted for publishers that the registry no longer names.

    Their files stay in the archive and come back with their YAML.
    """
    for folder in COMPACTED:
        for path in (settings.warehouse / folder).glob("*.parquet"):
            if path.stem not in publisher_ids:
                path.unlink()


@cache
def code_version() -> str:
    """The version of anchorspend and a digest of its source, so that new code builds anew."""
    digest = hashlib.sha256()
    for path in sorted((PROJECT_ROOT / "pipeline").rglob("*.py")):
        digest.update(path.relative_to(PROJECT_ROOT).as_posix().encode() + path.read_bytes())
    return f"{version('anchorspend')}+{digest.hexdigest()[:12]}"


def run(
    settings: Settings,
    publisher_ids: Collection[str] | None,
    offline: bool,
    say: Say,
) -> BuildReport:
    """The whole job: collect unless offline, normalise, identify, build.

    `publisher_ids` limits what is collected and read anew; the build always takes all that is
    there. Raises AnchorspendError where the registry, a register or a test of the build fails; and,
    once all is built, where the YAML of a publisher is at fault, of which the last good data stay
    in use.
    """
    registry, faulty = write_registry(settings)
    chosen = [
        registered_publisher(registry, one) for one in publisher_ids or sorted(registry.publishers)
    ]
    if not offline:
        collect(settings, registry, chosen, say)
    leave_out_unregistered(settings, {*registry.publishers, *faulty})
    never_read = [
        publisher
        for publisher in registry.publishers.values()
        if not (settings.files_dir / f"{publisher.id}.parquet").exists()
    ]
    normalise(settings, {one.id: one for one in [*chosen, *never_read]}.values(), say)
    say("loading registers")
    if refused := refresh_registers(settings).refused:
        raise AnchorspendError(refused)
    say("identifying suppliers")
    for sentence in identify(settings).sentences():
        say(sentence)
    say("building the database")
    report = build(settings)
    if faulty:
        raise AnchorspendError(
            f"All is built, but without news of {', '.join(sorted(faulty))}, whose last data stay "
            f"in use: mend {next(iter(faulty.values()))}"
        )
    return report


def publishers_of_towns(registry: Registry, town_ids: Collection[str]) -> set[str]:
    """The anchors of some towns; raises AnchorspendError where a town is not in the registry."""
    for town_id in town_ids:
        if town_id not in registry.towns:
            raise AnchorspendError(
                f"There is no town {town_id!r} in the registry: take one of "
                f"{', '.join(sorted(registry.towns))}."
            )
    return {publisher.id for town in town_ids for publisher, _ in registry.anchors_of(town)}


def discover_links(
    settings: Settings, publisher_id: str, landing_page: str | None, web: PoliteSession
) -> list[dict[str, object]]:
    """Every link that a publisher's rule looks at, taken or left; nothing is fetched but the page.

    `landing_page` is another address, or a page saved to a file, to look at in its place.
    Raises AnchorspendError where the publisher has no page or the page cannot be had.
    """
    publisher = registered_publisher(
        load_registry(settings.registry, built_in=settings.has_built_in_registry), publisher_id
    )
    if isinstance(publisher.discovery, DropFolder):
        raise AnchorspendError(
            f"{publisher.name} has no page to look at: {publisher.discovery.instructions}"
        )

    looked_at = publisher.discovery.looks_at

    def fetch(url: str) -> Page:
        if landing_page is None or url != looked_at:
            return web.fetch_page(url, source_hosts(publisher))
        if landing_page.startswith(("http://", "https://")):
            return web.fetch_page(landing_page, {host_of(landing_page), *source_hosts(publisher)})
        return page_from_file(Path(landing_page), url)

    try:
        discovery = discover(publisher, fetch)
    except FetchFailure as failure:
        raise AnchorspendError(
            f"The page of {publisher.name} was not read ({failure.outcome}: {failure.reason}): "
            "save it with a browser and give the file as --landing-page."
        ) from failure
    return [
        {
            "url": link.url,
            "label": link.label,
            "heading": link.heading,
            "decision": link.decision,
            "reason": link.reason,
            "kind": link.publication.kind if link.publication else None,
            "first_day": link.publication.first_day if link.publication else None,
            "last_day": link.publication.last_day if link.publication else None,
        }
        for link in discovery.links
    ]
