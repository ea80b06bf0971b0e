"""The whole invented world on disk: truth first, then files, registers, pages."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipeline.demo.generator.boundaries import write_boundaries
from pipeline.demo.generator.files import (
    CROSSES_YEARS,
    Publication,
    Shelves,
    publish_cards,
    publish_spending,
)
from pipeline.demo.generator.ledger import (
    LINE_FAULTS,
    Line,
    Payees,
    in_ledger,
    payments_in,
    payments_of,
    read_lines,
)
from pipeline.demo.generator.organisations import (
    NAME_FAULTS,
    make_organisations,
)
from pipeline.demo.generator.places import write_postcode_directory
from pipeline.demo.generator.publishers import Publisher, read_publishers
from pipeline.demo.generator.registers import write_registers
from pipeline.demo.generator.registry import write_known_payees, write_registry
from pipeline.demo.generator.website import Site, serve_site, write_pages

PAYMENTS_AT_SCALE_1 = 20_000
# A quarter that is published again beside its months; the clean world publishes months alone.
FILE_FAULTS = frozenset({"repeated_quarter"})
ALL_FAULTS = NAME_FAULTS | LINE_FAULTS | FILE_FAULTS
CARD_PUBLISHER, CARDS_PER_YEAR = "vellshire_fire", 40


@dataclass(frozen=True)
class World:
    """Where the parts of an invented world lie."""

    folder: Path
    publishers: tuple[Publisher, ...]

    @property
    def ledger_folder(self) -> Path:
        """The ledger of truth as Parquet, a file per publisher and financial year."""
        return self.folder / "truth" / "ledger"

    @property
    def organisations_path(self) -> Path:
        """Every payee, with its number and places, as Parquet."""
        return self.folder / "truth" / "organisations.parquet"

    @property
    def registry(self) -> Path:
        """The registry's YAML; there while the site is served."""
        return self.folder / "registry"

    @property
    def registers(self) -> Path:
        """Companies, charities, postcodes and boundaries of the newest snapshot, as published."""
        return self.folder / "registers"

    @property
    def older_registers(self) -> Path:
        """The companies of an older snapshot, from before some of them moved."""
        return self.folder / "registers_2022"

    @property
    def drop(self) -> Path:
        """Files that a person hands in: a folder per publisher."""
        return self.folder / "drop"

    @property
    def site(self) -> Path:
        """Pages and files of the websites: a folder per publisher."""
        return self.folder / "site"

    @property
    def second_night(self) -> Path:
        """What replaces files of the site on the second night."""
        return self.folder / "site_second_night"

    def ledger(self) -> pl.LazyFrame:
        """The ledger of truth, one row per payment (see ledger.LEDGER, and file_kind)."""
        return pl.scan_parquet(self.ledger_folder / "*.parquet")


def build_world(
    folder: Path, seed: int = 1, scale: float = 1.0, faults: Collection[str] = ALL_FAULTS
) -> World:
    """Write the world of this seed into an empty folder; every payment is true before published.

    At scale 1 there are 20,000 payments in five financial years. Without `faults` the world is
    clean: every payee is in a register, named as there, and every line has its day and its purpose.
    Raises ValueError for a fault that there is not.
    """
    if unknown := set(faults) - ALL_FAULTS:
        raise ValueError(f"there is no fault {min(unknown)}: take some of {sorted(ALL_FAULTS)}")
    publishers = read_publishers()
    world = World(folder, publishers)
    organisations = make_organisations(
        seed, scale, faults, {one.id: (one.owns, one.serves[0]) for one in publishers if one.owns}
    )
    for path in (world.ledger_folder, world.registers, world.older_registers, world.drop):
        path.mkdir(parents=True, exist_ok=True)
    payees = Payees(organisations)
    payees.frame.write_parquet(world.organisations_path)
    truth = _Truth(world, payees, tuple(read_lines(faults)), frozenset(faults), seed)
    publications = _pay_and_publish(truth, round(PAYMENTS_AT_SCALE_1 * scale))
    write_known_payees(world.registry, organisations)
    write_registers(world.registers, world.older_registers, organisations)
    write_postcode_directory(world.registers, seed)
    write_boundaries(world.registers, seed)
    write_pages(world.site, publishers, publications)
    return world


@dataclass(frozen=True)
class _Truth:
    """What decides who is truly paid."""

    world: World
    payees: Payees
    lines: tuple[Line, ...]
    faults: frozenset[str]
    seed: int

    def paid(self, publisher: Publisher, year: int, count: int, kind: str) -> pl.DataFrame:
        """Payments of one year, written into the ledger before anybody publishes them."""
        payments = payments_of(
            publisher, year, count, self.payees, self.lines, self.faults, f"{self.seed}/{kind}"
        ).with_columns(
            file_kind=pl.lit(kind),
            is_year_printed=~(pl.col("is_undated") & pl.lit(publisher.site in CROSSES_YEARS)),
        )
        path = self.world.ledger_folder / f"{publisher.id}-{kind}-{year}.parquet"
        in_ledger(payments).write_parquet(path)
        return payments


def _pay_and_publish(truth: _Truth, payments: int) -> list[Publication]:
    """Let every publisher pay, and publish what it paid; the links to its files."""
    world = truth.world
    shelves = Shelves(
        world.site,
        world.second_night,
        world.drop,
        repeats_quarter="repeated_quarter" in truth.faults,
    )
    publications: list[Publication] = []
    for publisher in world.publishers:
        chunks: Iterator[pl.DataFrame] = (
            truth.paid(publisher, year, payments_in(publisher, year, payments), "spend")
            for year in publisher.years
        )
        if publisher.site in CROSSES_YEARS:
            chunks = iter([pl.concat(list(chunks))])
        for paid in chunks:
            publications += publish_spending(publisher, paid, shelves)
        if publisher.id == CARD_PUBLISHER:
            cards = [
                truth.paid(publisher, year, CARDS_PER_YEAR, "purchase_card")
                for year in publisher.years
            ]
            publications += publish_cards(publisher, pl.concat(cards), shelves)
    return publications


@contextmanager
def serve(world: World, port: int = 0) -> Iterator[Site]:
    """Serve the world's websites on this machine, and write the registry that leads to them.

    Addresses hold the port, so that a night after an earlier one needs the port of that one; 0 is
    any that is free. Raises OSError where the port is not free.
    """
    with serve_site(world.site, world.second_night, world.publishers, port) as site:
        write_registry(world.registry, list(world.publishers), site.url)
        yield site
