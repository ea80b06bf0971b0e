"""The generated world, taken the way that real data goes: web and drop folder to marts."""

import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import polars as pl

from pipeline.collect.archive import Archive
from pipeline.collect.ledger import Ledger
from pipeline.compare import as_text, compare_towns
from pipeline.demo.generator.places import TOWNS
from pipeline.demo.generator.publishers import read_publishers
from pipeline.demo.generator.truth import true_figures
from pipeline.demo.generator.website import Site
from pipeline.demo.generator.world import ALL_FAULTS, World, build_world, serve
from pipeline.errors import AnchorspendError
from pipeline.locking import warehouse_lock
from pipeline.registry.load import load_registry
from pipeline.run import add_dropped_files, collect, run
from pipeline.settings import Settings

Say = Callable[[str], None]
WORLD_FOLDER = "invented_world"
PORT_FILE = "invented_world.port"


def run_invented_demo(
    settings: Settings,
    say: Say,
    *,
    seed: int = 1,
    scale: float = 1.0,
    faults: Collection[str] = ALL_FAULTS,
) -> str:
    """Invent a world, run the whole job on it over two nights; the comparison of its towns.

    The world stays in the warehouse, with its ledger of truth. Scale 1 is 20,000 payments.
    Raises AnchorspendError where the warehouse holds files of other publishers, or where the
    port that an earlier demo of it was served on is taken.
    """
    settings.warehouse.mkdir(parents=True, exist_ok=True)
    with warehouse_lock(settings.warehouse):
        _refuse_other_publishers(settings, {publisher.id for publisher in read_publishers()})
        say("inventing two towns, their publishers, suppliers and registers")
        folder = settings.warehouse / WORLD_FOLDER
        shutil.rmtree(folder, ignore_errors=True)
        world = build_world(folder, seed, scale, faults)
        run_world(settings, world, say)
        compared = compare_towns(settings.database_path, [town.id for town in TOWNS])
        return "\n".join([as_text(compared), "", *_true_lines(world)])


def _true_lines(world: World) -> list[str]:
    """What the generator knows of the newest year, for a person to hold beside the bands."""
    figures = true_figures(world.ledger()).filter(
        (pl.col("scope") == "headline") & (pl.col("amount_basis") == "net")
    )
    newest = figures.filter(pl.col("financial_year") == pl.col("financial_year").max())
    names = {town.id: town.name for town in TOWNS}
    return [
        "True in the invented world, by its own ledger that nothing above has read",
        *(
            f"  {row['financial_year']}  {names[row['town_id']]}  net  "
            f"{row['share_in_town']:.1%} in town  {row['share_in_county']:.1%} in county"
            for row in newest.iter_rows(named=True)
        ),
    ]


def world_of(settings: Settings) -> World:
    """Where the demo's world lies in a warehouse."""
    return World(settings.warehouse / WORLD_FOLDER, read_publishers())


@contextmanager
def serve_world(settings: Settings, world: World) -> Iterator[tuple[Settings, Site]]:
    """Serve the websites of a world, and give the settings that lead there and nowhere else.

    Raises AnchorspendError where the port that they were served on before is taken.
    """
    # Publications are told apart by their addresses, so another port would double them.
    port_path = settings.warehouse / PORT_FILE
    port = int(port_path.read_text(encoding="ascii")) if port_path.exists() else 0
    with ExitStack() as stack:
        try:
            site = stack.enter_context(serve(world, port))
        except OSError as error:
            raise AnchorspendError(
                f"The invented websites cannot be served on port {port} as before "
                f"({error.strerror}): stop what uses it, or set ANCHORSPEND_WAREHOUSE to a new "
                "folder."
            ) from error
        port_path.write_text(str(site.port), encoding="ascii")
        # Nothing real beside what is invented, and nobody on the web is asked.
        yield (
            replace(
                settings,
                registers=world.registers,
                registry=world.registry,
                has_built_in_registry=False,
                loopback_site=site.host_and_port,
            ),
            site,
        )


def run_world(settings: Settings, world: World, say: Say) -> None:
    """Two nights of the whole job on a world."""
    publishers = [publisher.id for publisher in world.publishers]
    with serve_world(settings, world) as (invented, site):
        for folder in sorted(world.drop.iterdir()):
            add_dropped_files(invented, folder.name, [folder])
        registry = load_registry(invented.registry, built_in=False)
        say("the first night")
        collect(invented, registry, [registry.publishers[one] for one in publishers], say)
        site.begin_second_night()
        say("the second night, on which one file has been replaced")
        run(invented, publishers, offline=False, say=say)


def _refuse_other_publishers(settings: Settings, invented: set[str]) -> None:
    with Ledger(settings.ledger_path, Archive(settings.archive_dir)) as ledger:
        held = {attempt.publication.publisher_id for attempt in ledger.attempts()}
    if others := held - invented:
        raise AnchorspendError(
            f"{settings.warehouse} holds files of {', '.join(sorted(others))}, which the demo "
            "would hide: set ANCHORSPEND_WAREHOUSE to another folder for it."
        )
