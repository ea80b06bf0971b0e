"""Register files as published: found by name and heading, unpacked, checked to be whole."""

import codecs
import csv
import gzip
import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, cast

from pipeline.errors import AnchorspendError
from pipeline.registry.load import BUILT_IN

# BasicCompanyData is 2.7 GB unpacked, ONSPD 1.4 GB (2025).
LARGEST_UNPACKED_BYTES = 16 * 2**30
KNOWN_PAYEES = "known_payees.csv"
HEAD_BYTES = 65_536
COPY_BYTES = 2**20
FOLDER_DEPTH = 3

# In the order in which they are tried: the names that the publishers use.
NAME_PATTERNS = {
    "companies": re.compile(r"^BasicCompanyData.*\.(zip|csv|csv\.gz)$", re.IGNORECASE),
    "charity_other_names": re.compile(
        r"^publicextract\.charity_other_names.*\.(zip|json)$", re.IGNORECASE
    ),
    "charities": re.compile(r"^publicextract\.charity(?!_).*\.(zip|json)$", re.IGNORECASE),
    "postcodes": re.compile(r"^(NSPL|ONSPD).*\.(zip|csv|csv\.gz)$", re.IGNORECASE),
    # The portal's downloads and the short names of its services.
    "wards": re.compile(r"^(Wards?|WD)_.*\.(geo)?json$", re.IGNORECASE),
    "districts": re.compile(r"^(Local_Authority_Districts?|LAD)_.*\.(geo)?json$", re.IGNORECASE),
    "mutuals": re.compile(
        r"^(SocietyList|mutual_company_numbers).*\.(zip|csv|csv\.gz)$", re.IGNORECASE
    ),
    "schools": re.compile(r"^edubasealldata.*\.(zip|csv|csv\.gz)$", re.IGNORECASE),
    "nhs": re.compile(
        r"^(nhs_ods_)?(etr|eccg|ecc|espha|ecsu|epraccur|eauth)\.(zip|csv|csv\.gz)$", re.IGNORECASE
    ),
}
HEADING_PATTERNS = {
    "companies": re.compile(r'^"?CompanyName"?,"? ?CompanyNumber"?,'),
    "charity_other_names": re.compile(r'^\s*\[?\s*\{.*"charity_name_type"', re.DOTALL),
    "charities": re.compile(r'^\s*\[?\s*\{.*"charity_registration_status"', re.DOTALL),
    "postcodes": re.compile(r'^"?pcd7?"?,', re.IGNORECASE),
    "mutuals": re.compile(r'^"?(Society Number"?,"?Society Suffix|org_id_a"?,"?org_id_b)"?,'),
    "schools": re.compile(r'^"?URN"?,"?LA \(code\)"?,'),
}
# The zip of NSPL and ONSPD holds the directory under Data/, with the same rows again by postcode
# area under Data/multi_csv/ and names of codes under Documents/.
POSTCODE_MEMBER = re.compile(r"(^|/)(NSPL|ONSPD)[^/]*\.csv$", re.IGNORECASE)
PART = re.compile(r"part(\d+)_(\d+)", re.IGNORECASE)
DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
MONTH = re.compile(r"_([A-Z]{3})[A-Z]*_(\d{4})", re.IGNORECASE)


class RegisterRefusedError(AnchorspendError):
    """A register file that is not what it should be: what was expected and what was found."""


@dataclass(frozen=True)
class RegisterFiles:
    """The files of each register that a run uses; () where there are none.

    `incomplete` says of a kind of file what is missing, where it is published in parts.
    """

    companies: tuple[Path, ...] = ()
    charities: tuple[Path, ...] = ()
    charity_other_names: tuple[Path, ...] = ()
    postcodes: tuple[Path, ...] = ()
    wards: tuple[Path, ...] = ()
    districts: tuple[Path, ...] = ()
    mutuals: tuple[Path, ...] = ()
    nhs: tuple[Path, ...] = ()
    schools: tuple[Path, ...] = ()
    authorities: tuple[Path, ...] = ()
    public_bodies: tuple[Path, ...] = ()
    incomplete: Mapping[str, str] = field(default_factory=dict)


def find_register_files(folder: Path) -> RegisterFiles:
    """The newest set of each register's files in a folder and the folders below it."""
    if not folder.is_dir():
        raise AnchorspendError(
            f"There is no folder {folder}: set ANCHORSPEND_REGISTERS to the folder with the "
            "register and postcode files."
        )
    return choose_register_files(
        path
        for path in sorted(folder.rglob("*"))
        if len(path.relative_to(folder).parts) <= FOLDER_DEPTH and path.is_file()
    )


def choose_register_files(paths: Iterable[Path]) -> RegisterFiles:
    """Sorts files by register and takes the newest set of each; unknown files are passed over."""
    by_kind: dict[str, list[Path]] = {}
    for path in paths:
        if kind := kind_by_name(path) or kind_by_heading(path):
            by_kind.setdefault(kind, []).append(path)
    nhs = by_kind.pop("nhs", [])
    sets: dict[str, tuple[Path, ...]] = {}
    incomplete: dict[str, str] = {}
    for kind, found in by_kind.items():
        try:
            sets[kind] = newest_set(found)
        except RegisterRefusedError as refusal:
            incomplete[kind] = str(refusal)
    return RegisterFiles(**sets, nhs=newest_of_each_list(nhs), incomplete=incomplete)


def with_bodies_of_registry(
    files: RegisterFiles, *, built_in: bool, extra: Path | None = None
) -> RegisterFiles:
    """The same files with what the registry itself says of payees.

    Built in are the councils, the public bodies and known payees; `extra` is a registry's folder
    that may hold known payees of its own.
    """
    folders = [*([BUILT_IN] if built_in else []), *([extra] if extra else [])]
    payees = [folder / KNOWN_PAYEES for folder in folders]
    known = tuple(path for path in payees if path.is_file())
    if not built_in:
        return replace(files, public_bodies=known)
    councils = BUILT_IN / "local_authorities.csv"
    return replace(
        files,
        authorities=(councils,),
        public_bodies=(councils, BUILT_IN / "public_bodies.yml", *known),
    )


def named_register_files(companies: Sequence[Path], charities: Sequence[Path]) -> RegisterFiles:
    """The files that a person names for each register, whatever they are called.

    Raises AnchorspendError for a file that is missing.
    """
    for path in [*companies, *charities]:
        if not path.is_file():
            raise AnchorspendError(f"There is no file {path}: check the name.")
    kinds = {path: kind_by_heading(path) or kind_by_name(path) for path in charities}
    other_names = tuple(path for path, kind in kinds.items() if kind == "charity_other_names")
    return RegisterFiles(
        companies=tuple(companies),
        charities=tuple(path for path in charities if path not in other_names),
        charity_other_names=other_names,
    )


def kind_by_name(path: Path) -> str | None:
    """Which register's file this is by the name its publisher gives it."""
    return next((kind for kind, name in NAME_PATTERNS.items() if name.match(path.name)), None)


def kind_by_heading(path: Path) -> str | None:
    """Which register's file this is by how it begins; None for any other file."""
    if not path.name.lower().endswith((".csv", ".csv.gz", ".json", ".zip")):
        return None
    try:
        with open_plain(path, None) as stream:
            head = stream.read(HEAD_BYTES).decode("utf-8-sig", errors="replace")
    except (AnchorspendError, OSError, EOFError, zlib.error):
        return None
    return next((kind for kind, start in HEADING_PATTERNS.items() if start.match(head)), None)


def newest_set(paths: list[Path]) -> tuple[Path, ...]:
    """The files of the newest date; one whole file goes before the parts of the same date.

    Raises RegisterRefusedError where a part of a register published in parts is missing.
    """
    newest = max((published_date(path) or date.min for path in paths), default=date.min)
    newest_paths = [path for path in paths if (published_date(path) or date.min) == newest]
    parts = {path: part for path in newest_paths if (part := PART.search(path.name))}
    whole = [path for path in newest_paths if path not in parts]
    if whole or not parts:
        return (min(whole),)
    expected = max(int(part[2]) for part in parts.values())
    by_number = {int(part[1]): path for path, part in sorted(parts.items(), reverse=True)}
    missing = sorted(set(range(1, expected + 1)) - set(by_number))
    if missing:
        raise RegisterRefusedError(
            f"{min(parts).name} is one of {expected} parts, but part {missing[0]} is not beside "
            "it: download the missing parts or the one file."
        )
    return tuple(by_number[number] for number in sorted(by_number))


def newest_of_each_list(paths: list[Path]) -> tuple[Path, ...]:
    """One file of each NHS list (etr.csv, epraccur.zip ...), in order of name."""
    by_list: dict[str, Path] = {}
    for path in sorted(paths, reverse=True):
        by_list[path.name.lower().removeprefix("nhs_ods_").split(".")[0]] = path
    return tuple(by_list[name] for name in sorted(by_list))


def published_date(path: Path) -> date | None:
    """The date that a publisher wrote into the file name; months stand for their first day."""
    try:
        if day := DAY.search(path.name):
            return date(int(day[1]), int(day[2]), int(day[3]))
        if month := MONTH.search(path.name):
            return datetime.strptime(f"01 {month[1]} {month[2]}", "%d %b %Y").date()
    except ValueError:
        return None
    return None


def file_sha256(path: Path) -> str:
    """The sha256 of a file's bytes, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def open_plain(path: Path, member: re.Pattern[str] | None) -> BinaryIO:
    """The bytes inside a csv, json, csv.gz or zip file; of a zip, its only or matching member."""
    if path.name.lower().endswith(".gz"):
        return cast("BinaryIO", gzip.open(path, "rb"))
    if not path.name.lower().endswith(".zip"):
        return path.open("rb")
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as fault:
        raise RegisterRefusedError(
            f"{path.name} should be a zip file but is not a whole one ({fault}): download it again."
        ) from fault
    with archive:
        wanted = [
            entry
            for entry in archive.infolist()
            if (member.search(entry.filename) if member else not entry.is_dir())
            and "/multi_csv/" not in entry.filename
        ]
        if len(wanted) != 1:
            raise RegisterRefusedError(
                f"{path.name} should hold one data file but holds {len(wanted)}: download it again."
            )
        return cast("BinaryIO", archive.open(wanted[0]))


def unpack(
    path: Path, plain: Path, member: re.Pattern[str] | None = None, encoding: str = "utf-8"
) -> None:
    """Writes the text inside a published file to `plain`, as UTF-8 without a byte-order mark.

    Bytes that are none of the encoding become replacement characters: one of them is no reason to
    refuse five million companies. Raises RegisterRefusedError where the file is cut short, damaged
    or larger than any register.
    """
    written = 0
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    try:
        with open_plain(path, member) as source, plain.open("wb") as target:
            block = source.read(COPY_BYTES).removeprefix(codecs.BOM_UTF8)
            while block:
                written += len(block)
                if written > LARGEST_UNPACKED_BYTES:
                    raise RegisterRefusedError(
                        f"{path.name} is larger than {LARGEST_UNPACKED_BYTES} bytes unpacked, "
                        "more than any register: download it again."
                    )
                target.write(decoder.decode(block).encode())
                block = source.read(COPY_BYTES)
            target.write(decoder.decode(b"", final=True).encode())
    except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile) as fault:
        raise RegisterRefusedError(
            f"{path.name} is cut short or damaged ({fault}): download it again."
        ) from fault


def csv_heading(path: Path, plain: Path) -> list[str]:
    """The column names of an unpacked csv, as published.

    Raises RegisterRefusedError where the last record has not as many fields: the file is cut short.
    """
    with plain.open("rb") as stream:
        heading = _records(stream.read(HEAD_BYTES))[:1]
        tail_start = max(0, plain.stat().st_size - HEAD_BYTES)
        stream.seek(tail_start)
        if tail_start:
            stream.readline()
        last = _records(stream.read())[-1:]
    if not heading or not heading[0]:
        raise RegisterRefusedError(f"{path.name} is empty: download it again.")
    fields = len(last[0]) if last else 0
    if fields != len(heading[0]):
        raise RegisterRefusedError(
            f"{path.name} should end with a record of {len(heading[0])} fields but ends with "
            f"{fields}, so it is cut short: download it again."
        )
    return heading[0]


def _records(part: bytes) -> list[list[str]]:
    return list(csv.reader(part.decode("utf-8", errors="replace").splitlines()))


def refuse_missing(path: Path, found: Iterable[str], expected: Iterable[str]) -> None:
    """Raises RegisterRefusedError where a column that the register needs is not in its heading."""
    names = list(found)
    missing = [name for name in expected if name not in names]
    if missing:
        raise RegisterRefusedError(
            f"{path.name} should have the column {missing[0]} but begins with "
            f"{', '.join(names[:4])}: check that it is the published file, with its heading."
        )
