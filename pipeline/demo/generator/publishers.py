"""The invented bodies that publish, and those that do not."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

HERE = Path(__file__).parent
FIRST_YEAR, LAST_YEAR = 2020, 2024


@dataclass(frozen=True)
class Publisher:
    """A body: `share` of all payments in hundredths, `pays` the sorts of lines it has."""

    id: str
    name: str
    kind: str
    town: str
    serves: tuple[str, ...]
    pays: tuple[str, ...]
    share: int
    threshold: int | None
    basis: str
    site: str
    owns: str | None = None
    begins: int = FIRST_YEAR

    @property
    def years(self) -> range:
        """The years in which the financial years begin for which it publishes anything."""
        return range(self.begins, LAST_YEAR + 1 if self.share else self.begins)


@cache
def read_publishers() -> tuple[Publisher, ...]:
    """The publishers of publishers.yml, in its order."""
    entries = yaml.safe_load((HERE / "publishers.yml").read_text(encoding="utf-8"))
    return tuple(
        Publisher(
            id=identifier,
            name=one["name"],
            kind=one["kind"],
            town=one["town"],
            serves=tuple(one["serves"]),
            pays=tuple(one["pays"]),
            share=one["share"],
            threshold=one["threshold"],
            basis=one["basis"],
            site=one["site"],
            owns=one.get("owns"),
            begins=one.get("begins", FIRST_YEAR),
        )
        for identifier, one in entries.items()
    )
