"""The generated world, taken the way that real data goes: web and drop folder to marts."""

import tempfile
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from pipeline.collect.archive import Archive
from pipeline.collect.http import Manners
from pipeline.collect.ledger import Ledger
from pipeline.compare import as_text, compare_towns
from pipeline.demo.generator.places import TOWNS
from pipeline.demo.generator.website import Site
from pipeline.demo.generator.world import ALL_FAULTS, World, build_world, serve
from pipeline.errors import AnchorspendError
from pipeline.locking import warehouse_lock
from pipeline.registry.load import load_registry
from pipeline.run import add_dropped_files, collect, run
from pipeline.settings import Settings

Say = Callable[[str], None]


def run_invented_demo(
    settings: Settings,
    say: Say,
    *,
    seed: int = 1,
    scale: float = 1.0,
    faults: Collection[str] = ALL_FAULTS,
) -> str:
    """Invent a world, run the whole job on it over two nights; the comparison of its towns.

    Raises AnchorspendError where the warehouse holds files of other publishers.
    """
    settings.warehouse.mkdir(parents=True, exist_ok=True)
    with (
        warehouse_lock(settings.warehouse),
        tempfile.TemporaryDirectory(prefix="anchorspend-") as name,
    ):
        say("inventing two towns, their publishers, suppliers and registers")
        world = build_world(Path(name), seed, scale, faults)
        invented = run_world(settings, world, say)
        return as_text(compare_towns(invented.database_path, [town.id for town in TOWNS]))


def run_world(settings: Settings, world: World, say: Say) -> Settings:
    """Two nights of the whole job on a world; the settings that lead to its database."""
    invented = replace(settings, registers=world.registers, registry=world.registry)
    publishers = [publisher.id for publisher in world.publishers]
    _refuse_other_publishers(invented, set(publishers))
    with serve(world) as site:
        for folder in sorted(world.drop.iterdir()):
            add_dropped_files(invented, folder.name, [folder])
        manners = _loopback(site)
        registry = load_registry(invented.registry)
        say("the first night")
        collect(invented, [registry.publishers[one] for one in publishers], say, manners)
        site.begin_second_night()
        say("the second night, on which one file has been replaced")
        run(invented, publishers, offline=False, say=say, manners=manners)
    return invented


def _loopback(site: Site) -> Manners:
    """This machine needs no pauses, and may be asked although its address is not public."""
    return Manners(
        delay_seconds=0.0, backoff_seconds=0.0, loopback_hosts=frozenset({site.host_and_port})
    )


def _refuse_other_publishers(settings: Settings, invented: set[str]) -> None:
    with Ledger(settings.ledger_path, Archive(settings.archive_dir)) as ledger:
        held = {attempt.publication.publisher_id for attempt in ledger.attempts()}
    if others := held - invented:
        raise AnchorspendError(
            f"{settings.warehouse} holds files of {', '.join(sorted(others))}, which the demo "
            "would hide: set ANCHORSPEND_WAREHOUSE to another folder for it."
        )
