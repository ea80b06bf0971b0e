"""The hand-written world: two invented towns, small enough to check on paper."""

from dataclasses import replace
from pathlib import Path

from pipeline.locking import warehouse_lock
from pipeline.run import add_dropped_files, run
from pipeline.settings import Settings

WORLD = Path(__file__).parent / "world"


def build_hand_written(settings: Settings) -> None:
    """Take the files of both councils through the whole job."""
    world = replace(settings, registers=WORLD / "registers", registry=WORLD / "registry")
    with warehouse_lock(world.warehouse):
        for folder in sorted((WORLD / "files").iterdir()):
            add_dropped_files(world, folder.name, [folder])
        run(world, publisher_ids=None, offline=True, say=lambda _: None)
