"""An invented world, its ledger of truth and the database that the whole job made of it."""

from collections.abc import Collection
from pathlib import Path

from pipeline.demo.generator.publishers import read_publishers
from pipeline.demo.generator.truth import true_figures
from pipeline.demo.generator.world import World, build_world
from pipeline.demo.invented import run_world
from pipeline.settings import Settings
from pipeline.warehouse import query

SCALE = 0.15
KEYS = ("town_id", "financial_year", "amount_basis", "scope")


def build_outcome(folder: Path, faults: Collection[str]) -> None:
    """Invent a world and take it through the whole job, into an empty folder."""
    world = build_world(folder / "world", seed=5, scale=SCALE, faults=faults)
    settings = Settings(warehouse=folder / "warehouse")
    settings.warehouse.mkdir()
    run_world(settings, world, say=lambda _: None)


class Outcome:
    """A world, its ledger of truth and the database that the whole job made of it."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder / "world", read_publishers())
        self.settings = Settings(warehouse=folder / "warehouse")
        self.truth = {
            tuple(row[key] for key in KEYS): row
            for row in true_figures(self.world.ledger()).iter_rows(named=True)
        }
        self.shares = {
            tuple(row[key] for key in KEYS): row
            for row in self.rows(
                "select * from marts.spend_retention_by_town_year"
                " where town_id in ('saltmere', 'brackenford')"
            )
        }

    def rows(self, sql):
        found = query(self.settings.database_path, sql)
        return [dict(zip(found.columns, row, strict=True)) for row in found.rows]
