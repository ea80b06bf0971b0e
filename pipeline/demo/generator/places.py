"""The invented districts and postcodes, and the directory of them in the layout of NSPL."""

import csv
import random
from dataclasses import dataclass
from pathlib import Path

from pipeline.demo.generator.island import Ward, place_in, read_wards

# Letters of the inward code: never C, I, K, M, O or V.
INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
# NSPL of August 2026, with the years of its codes.
NSPL_COLUMNS = [
    "pcd7",
    "pcd8",
    "pcds",
    "dointr",
    "doterm",
    "usrtypind",
    "east1m",
    "north1m",
    "gridind",
    "oa21cd",
    "cty26cd",
    "ced25cd",
    "lad26cd",
    "wd26cd",
    "nhser24cd",
    "ctry26cd",
    "rgn26cd",
    "pcon24cd",
    "ttwa15cd",
    "itl25cd",
    "npark16cd",
    "lsoa21cd",
    "msoa21cd",
    "wz11cd",
    "sicbl26cd",
    "bua24cd",
    "ruc21ind",
    "oac21ind",
    "lat",
    "long",
    "lep21cd1",
    "lep21cd2",
    "pfa23cd",
    "imd20ind",
    "icb26cd",
]
NOWHERE = "99999999"


@dataclass(frozen=True)
class District:
    """A local authority district; postcodes of `outward` lie in it. `share` of suppliers."""

    lad_code: str
    name: str
    county_code: str
    region_code: str
    country_code: str
    outward: tuple[str, ...]
    share: int


@dataclass(frozen=True)
class Town:
    """One of the towns that are compared, with the districts of its county area."""

    id: str
    name: str
    lad_code: str
    county_id: str
    county_name: str
    county_lads: tuple[str, ...]
    region_code: str
    region_name: str


ENGLAND, SCOTLAND = "E92000001", "S92000003"
NORTH, SOUTH, CAPITAL = "E12980001", "E12980002", "E12980003"
# Postcode area ZS covers a whole county and more: a post town is not a district.
DISTRICTS = (
    District("E07980001", "Saltmere", "E10980001", NORTH, ENGLAND, ("ZS1", "ZS2"), 17),
    District("E07980002", "Upper Orrin", "E10980001", NORTH, ENGLAND, ("ZS3", "ZS4"), 9),
    District("E07980003", "Orrin Vale", "E10980001", NORTH, ENGLAND, ("ZS5",), 7),
    District("E07980004", "Farmark", "E10980002", NORTH, ENGLAND, ("ZS6", "ZF1"), 6),
    District("E06980005", "Eastfell", f"E{NOWHERE}", NORTH, ENGLAND, ("ZF2",), 5),
    District("E06980011", "Brackenford", f"E{NOWHERE}", SOUTH, ENGLAND, ("ZV1", "ZV2"), 17),
    District("E07980012", "Vellmoor", "E10980003", SOUTH, ENGLAND, ("ZV3", "ZV4"), 12),
    District("E07980013", "Southmark", "E10980004", SOUTH, ENGLAND, ("ZV5", "ZT1"), 6),
    District("E09980021", "Cindergate", f"E{NOWHERE}", CAPITAL, ENGLAND, ("ZC1", "ZC2"), 15),
    District("S12980031", "Norrinlaw", f"S{NOWHERE}", f"S{NOWHERE}", SCOTLAND, ("ZN1",), 6),
)
TOWNS = (
    Town(
        "saltmere",
        "Saltmere",
        "E07980001",
        "orrinshire_3",
        "Orrinshire-3 (Saltmere, Upper Orrin and Orrin Vale)",
        ("E07980001", "E07980002", "E07980003"),
        NORTH,
        "Invented North",
    ),
    Town(
        "brackenford",
        "Brackenford",
        "E06980011",
        "vellshire_2",
        "Vellshire-2 (Brackenford and Vellmoor)",
        ("E06980011", "E07980012"),
        SOUTH,
        "Invented South",
    ),
)
POSTCODES_PER_OUTWARD = 60


def postcodes_of(district: District) -> list[str]:
    """Every postcode of a district, in order."""
    return [
        f"{outward} {1 + number // 20 % 9}{_letters(number)}"
        for outward in district.outward
        for number in range(POSTCODES_PER_OUTWARD)
    ]


def _letters(number: int) -> str:
    size = len(INWARD_LETTERS)
    return INWARD_LETTERS[number * 7 % size] + INWARD_LETTERS[number * 11 // size % size]


def lad_of_postcode() -> dict[str, str]:
    """The district of every invented postcode."""
    return {
        postcode: district.lad_code for district in DISTRICTS for postcode in postcodes_of(district)
    }


def ward_of_postcode() -> dict[str, Ward]:
    """The ward of every invented postcode."""
    wards: dict[str, list[Ward]] = {}
    for ward in read_wards():
        wards.setdefault(ward.lad_code, []).append(ward)
    return {
        postcode: of_district[place % len(of_district)]
        for district in DISTRICTS
        for of_district in [wards[district.lad_code]]
        for place, postcode in enumerate(postcodes_of(district))
    }


def write_postcode_directory(folder: Path, seed: int) -> Path:
    """Write all postcodes as NSPL publishes them."""
    path = folder / "NSPL_AUG_2026_UK.csv"
    chance = random.Random(f"{seed}/postcodes")  # noqa: S311
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(NSPL_COLUMNS)
        wards = ward_of_postcode()
        for number, district in enumerate(DISTRICTS):
            for place, postcode in enumerate(postcodes_of(district)):
                outward, inward = postcode.split()
                longitude, latitude = place_in(wards[postcode], place)
                row = {
                    "pcd7": f"{outward:<4}{inward}",
                    "pcd8": f"{outward:<5}{inward}",
                    "pcds": postcode,
                    "dointr": "198001",
                    "doterm": "202306" if chance.random() < 0.03 else "",
                    "cty26cd": district.county_code,
                    "lad26cd": district.lad_code,
                    "wd26cd": wards[postcode].code,
                    "ctry26cd": district.country_code,
                    "rgn26cd": district.region_code,
                    "lsoa21cd": f"{district.lad_code[0]}0198{number:02}{place % 9:02}",
                    "lat": f"{latitude:.5f}",
                    "long": f"{longitude:.5f}",
                }
                writer.writerow([row.get(column, "") for column in NSPL_COLUMNS])
    return path
