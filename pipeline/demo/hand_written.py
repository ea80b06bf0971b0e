"""The hand-written world: two invented towns, small enough to check on paper."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pipeline.collect.archive import Archive
from pipeline.collect.ledger import Ledger
from pipeline.compare import as_text, compare_towns
from pipeline.errors import AnchorspendError
from pipeline.locking import warehouse_lock
from pipeline.run import add_dropped_files, run
from pipeline.settings import Settings

WORLD = Path(__file__).parent / "world"
TOWNS = ("marlhaven", "thornley")


def run_demo(settings: Settings, say: Callable[[str], None]) -> str:
    """Build the hand-written world in the warehouse; the comparison of its towns.

    Raises AnchorspendError where the warehouse holds files of other publishers.
    """
    world = replace(settings, registers=WORLD / "registers", registry=WORLD / "registry")
    with warehouse_lock(world.warehouse):
        _refuse_other_publishers(world)
        for folder in sorted((WORLD / "files").iterdir()):
            add_dropped_files(world, folder.name, [folder])
        run(world, publisher_ids=None, offline=True, say=say)
    return as_text(compare_towns(world.database_path, TOWNS))


def _refuse_other_publishers(world: Settings) -> None:
    invented = {folder.name for folder in (WORLD / "files").iterdir()}
    with Ledger(world.ledger_path, Archive(world.archive_dir)) as ledger:
        held = {attempt.publication.publisher_id for attempt in ledger.attempts()}
    if others := held - invented:
        raise AnchorspendError(
            f"{world.warehouse} holds files of {', '.join(sorted(others))}, which the demo would "
            "hide: set ANCHORSPEND_WAREHOUSE to another folder for it."
        )
