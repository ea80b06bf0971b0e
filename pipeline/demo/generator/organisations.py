"""Who can be paid: invented organisations and people, with the names that publishers print."""

import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import yaml

from pipeline.demo.generator.places import (
    DISTRICTS,
    lad_of_postcode,
    postcodes_of,
    ward_of_postcode,
)

HERE = Path(__file__).parent
# The day of the older of the two register snapshots, and of the newer one.
OLD_SNAPSHOT, NEW_SNAPSHOT = date(2022, 4, 1), date(2026, 4, 1)
FORMS = {
    "ltd": "Limited",
    "plc": "PLC",
    "llp": "LLP",
    "cic": "CIC",
    "charitable_company": "",
    "society": "Limited",
    "academy": "",
}
AS_REGISTERED = "as_registered"
UNREGISTERED = frozenset({"sole_trader", "person", "school", "public_body"})
# Faults of names; the clean world has none of them.
NAME_FAULTS = frozenset(
    {
        "misspelt",
        "cut_at_30",
        "trading_as",
        "previous_name",
        "branch",
        "ambiguous",
        "moved",
        "looks_like_another",
    }
)


@dataclass(frozen=True)
class Organisation:
    """A payee. Its place is where its registered office, or it itself, is.

    `spellings` are names as printed, each with how it came about: AS_REGISTERED or by a fault;
    `how` is that of the right name.
    `postcode` is that of the newest register snapshot, `earlier_postcode` the one before
    `moved_on`; `trading_postcode` is where the site lies that really does the work.
    """

    key: int
    name: str
    kind: str
    pool: str
    postcode: str
    register: str | None = None
    number: str | None = None
    company_number: str | None = None
    vat_number: str | None = None
    earlier_postcode: str | None = None
    moved_on: date | None = None
    previous_name: str | None = None
    trading_postcode: str | None = None
    owner: str | None = None
    is_intermediary: bool = False
    how: str = AS_REGISTERED
    spellings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Pool:
    """Payees that sell, or are granted, the same kind of thing."""

    name: str
    firms: int
    kinds: dict[str, int]
    words: tuple[str, ...]
    is_intermediary: bool = False


def read_pools() -> list[Pool]:
    """The pools of pools.yml."""
    entries = yaml.safe_load((HERE / "pools.yml").read_text(encoding="utf-8"))
    return [
        Pool(
            name, one["firms"], one["kinds"], tuple(one["words"]), one.get("is_intermediary", False)
        )
        for name, one in entries.items()
    ]


def make_organisations(
    seed: int, scale: float, faults: Collection[str], owners: dict[str, tuple[str, str]]
) -> list[Organisation]:
    """All payees, the same for the same arguments; `key` is the place in the list.

    `owners` names the companies that publishers own: publisher id -> (name, district).
    Without the fault "unregistered" every payee is in a register.
    """
    chance = random.Random(f"{seed}/organisations")  # noqa: S311
    words = yaml.safe_load((HERE / "words.yml").read_text(encoding="utf-8"))
    names = _names(words, chance)
    numbers = iter(range(10_000_001, 99_999_999, 37))
    charity_numbers = iter(range(900_001, 999_999))
    made: list[Organisation] = []
    for pool in read_pools():
        kinds = [
            kind
            for kind, share in pool.kinds.items()
            for _ in range(share)
            if "unregistered" in faults or kind not in UNREGISTERED
        ]
        # More payments go to more firms, but not to as many more.
        firms = max(3, round(pool.firms * scale**0.5)) if kinds else 0
        for _ in range(firms):
            kind = chance.choice(kinds)
            one = Organisation(
                key=len(made),
                name=_name(kind, pool, names, chance),
                kind=kind,
                pool=pool.name,
                postcode=_postcode(chance),
                is_intermediary=pool.is_intermediary,
            )
            made.append(_registered(one, numbers, charity_numbers))
    for publisher_id, (name, lad_code) in owners.items():
        district = next(one for one in DISTRICTS if one.lad_code == lad_code)
        postcode = chance.choice(postcodes_of(district))
        own = Organisation(len(made), name, "ltd", "owned", postcode, owner=publisher_id)
        made.append(_registered(own, numbers, charity_numbers))
    if "looks_like_another" in faults:
        for name in words["look_like_another"]:
            one = Organisation(len(made), name, "ltd", "goods", _postcode(chance))
            made.append(_registered(replace(one, how="looks_like_another"), numbers, iter(())))
    if "ambiguous" in faults:
        made += _namesakes(made, numbers, charity_numbers, chance)
    return [_spelt(_faulty(one, faults, names, chance), faults, chance) for one in made]


def lad_codes(organisations: list[Organisation]) -> tuple[list[str], list[str], list[str]]:
    """Of each: its district by the newest register, before it moved, and where it trades."""
    lads = lad_of_postcode()
    return (
        [lads[one.postcode] for one in organisations],
        [lads[one.earlier_postcode or one.postcode] for one in organisations],
        [lads[one.trading_postcode or one.postcode] for one in organisations],
    )


def ward_codes(organisations: list[Organisation]) -> list[str]:
    """Of each: its ward by the newest register."""
    wards = ward_of_postcode()
    return [wards[one.postcode].code for one in organisations]


def _names(words: dict[str, list[str]], chance: random.Random) -> Iterator[str]:
    stems = [first + second for first in words["first"] for second in words["second"]]
    chance.shuffle(stems)
    yield from stems
    # A large world needs more names than there are words.
    while True:
        yield f"{chance.choice(stems)} {chance.choice(stems)}"


def _name(kind: str, pool: Pool, names: Iterator[str], chance: random.Random) -> str:
    stem = next(names)
    if kind == "person":
        title = chance.choice(["Mr", "Mrs", "Miss", "Ms", "Dr"])
        return f"{title} {chance.choice('ABCDEFGHJKLMNPRSTW')} {stem}"
    if kind == "sole_trader":
        return f"{chance.choice('ABCDEFGHJKLMNPRSTW')} {stem} {chance.choice(pool.words)}"
    if kind == "society" and pool.name != "housing":
        return f"{stem} {chance.choice(pool.words)} Co-operative"
    return f"{stem} {chance.choice(pool.words)}"


def _postcode(chance: random.Random) -> str:
    [district] = chance.choices(DISTRICTS, weights=[one.share for one in DISTRICTS])
    return chance.choice(postcodes_of(district))


def _registered(
    one: Organisation, numbers: Iterator[int], charity_numbers: Iterator[int]
) -> Organisation:
    if one.kind in UNREGISTERED:
        return one
    if one.kind in ("charity", "cio"):
        return replace(one, register="chc", number=str(next(charity_numbers)))
    number = next(numbers)
    company = {"llp": f"OC{number % 900_000 + 100_000}", "society": f"RS{number % 90_000:06}"}.get(
        one.kind, f"{number:08}"
    )
    vat = f"{900_000_000 + number % 99_999_999}"
    if one.kind == "charitable_company":
        charity = str(next(charity_numbers))
        return replace(one, register="chc", number=charity, company_number=company, vat_number=vat)
    return replace(one, register="coh", number=company, company_number=company, vat_number=vat)


def _namesakes(
    made: list[Organisation],
    numbers: Iterator[int],
    charity_numbers: Iterator[int],
    chance: random.Random,
) -> list[Organisation]:
    """Partnerships that have the name of a company in another place."""
    others = [
        one
        for one in made
        if one.kind == "ltd" and one.pool in ("building", "goods") and one.how == AS_REGISTERED
    ]
    return [
        _registered(
            replace(one, key=len(made) + place, kind="llp", postcode=_postcode(chance)),
            numbers,
            charity_numbers,
        )
        for place, one in enumerate(chance.sample(others, max(1, len(others) // 12)))
    ]


def _faulty(
    one: Organisation, faults: Collection[str], names: Iterator[str], chance: random.Random
) -> Organisation:
    """Some have moved, some had another name, some work from a branch elsewhere."""
    if one.register != "coh" or one.owner or one.how != AS_REGISTERED:
        return one
    drawn = chance.random()
    if "moved" in faults and drawn < 0.04:
        return replace(one, earlier_postcode=_postcode(chance), moved_on=date(2023, 7, 1))
    if "previous_name" in faults and drawn < 0.10:
        ending = one.name.partition(" ")[2]
        return replace(one, previous_name=f"{next(names)} {ending}")
    if "branch" in faults and one.kind == "plc" and drawn < 0.6:
        return replace(one, trading_postcode=_postcode(chance))
    return one


def legal_name(one: Organisation, name: str | None = None) -> str:
    """The name with its legal form, as a register holds it."""
    form = "CIO" if one.kind == "cio" else FORMS.get(one.kind, "")
    return f"{name or one.name} {form}".rstrip()


def _spelt(one: Organisation, faults: Collection[str], chance: random.Random) -> Organisation:
    """Give the names by which publishers print this payee; repeats make a name likelier."""
    name = legal_name(one)
    sound = [name] * 6 + [name.upper()] * 6
    if name.endswith(" Limited"):
        short = name.removesuffix("Limited") + "Ltd"
        sound += [short] * 6 + [short.upper()] * 3
    spellings = [(spelling, one.how) for spelling in sound]
    if one.register == "coh" and one.how == AS_REGISTERED:
        if one.previous_name:
            previous = legal_name(one, one.previous_name).upper()
            spellings += [(previous, "previous_name")] * 6
        if "misspelt" in faults and chance.random() < 0.3:
            spellings += [(_misspelt(name, chance), "misspelt")] * 2
        if "trading_as" in faults and chance.random() < 0.1:
            trading = f"{name.split()[0]} {chance.choice(['Direct', 'Local'])}"
            spellings += [(f"{name} T/A {trading}", "trading_as")] * 3
        if "branch" in faults and one.trading_postcode:
            spellings += [(f"{name} (Branch {one.trading_postcode.split()[0]})", "branch")] * 3
        if "ambiguous" in faults and one.kind in ("ltd", "llp"):
            spellings += [(one.name, "ambiguous")] * 2
    if "cut_at_30" in faults:
        long = [spelling for spelling in sound[::4] if len(spelling) > 30]
        spellings += [(spelling[:30].strip(), "cut_at_30") for spelling in long]
    return replace(one, spellings=tuple(spellings))


def _misspelt(name: str, chance: random.Random) -> str:
    """Two neighbouring letters change places, or one is left out, inside the first word."""
    place = chance.randrange(2, max(3, len(name.split()[0]) - 1))
    if chance.random() < 0.5:
        return name[:place] + name[place + 1 :]
    return name[: place - 1] + name[place] + name[place - 1] + name[place + 1 :]
