"""Spoils files and reads them, for minutes: no crash, no hang beyond 30 s, memory below 2 GB.

Usage: python benchmarks/fuzz.py [--minutes 10] [--folder FILES]...

The files read are small ones written for the tests, and those of the folders named. They are read
in a process of its own with bounded memory; bytes that bring it down are kept in warehouse/fuzz.
"""

import argparse
import gzip
import hashlib
import io
import os
import random
import resource
import select
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from pipeline.normalise.reading import READER_FAULT, read_payments

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "warehouse" / "fuzz"
MOST_SECONDS = 30
MOST_BYTES = 2_000_000_000


def seeds(folders: list[Path]) -> list[Path]:
    """The files to spoil: the golden inputs, and files below 2 MB of the folders."""
    golden = sorted((ROOT / "tests" / "golden").glob("*/input.*"))
    given = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    return golden + [path for path in given if 0 < path.stat().st_size < 2_000_000]


def spoiled(data: bytes, chance: random.Random) -> bytes:
    """The bytes after one to three mutations; those of a zip mostly within a member of it."""
    if data.startswith(b"PK\x03\x04") and chance.random() < 0.6:
        return _spoiled_member(data, chance)
    for _ in range(chance.randrange(1, 4)):
        data = chance.choice(MUTATIONS)(data or b"x", chance)
    return data


def _spoiled_member(data: bytes, chance: random.Random) -> bytes:
    """The zip packed again with one member spoiled, so that its parser gets to see it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(out, "w") as again:
        names = package.namelist()
        chosen = chance.choice(names)
        for name in names:
            content = package.read(name)
            if name == chosen:
                content = chance.choice(MUTATIONS)(content or b"x", chance)
            again.writestr(name, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _cut_tail(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _cut_head(data: bytes, chance: random.Random) -> bytes:
    return data[chance.randrange(len(data)) :]


def _random_bytes(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + chance.randbytes(chance.randrange(1, 200)) + data[at:]


def _flipped_bits(data: bytes, chance: random.Random) -> bytes:
    flipped = bytearray(data)
    for _ in range(chance.randrange(1, 30)):
        flipped[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(flipped)


def _shuffled_lines(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    chance.shuffle(lines)
    return b"\n".join(lines)


def _repeated_piece(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    piece = data[at : at + chance.randrange(1, 500)]
    return data[:at] + piece * chance.choice([2, 10, 2_000]) + data[at:]


def _swapped_byte(data: bytes, chance: random.Random) -> bytes:
    signs = b",;\t|\"'\n\r<>&()-. 0A\x00\xa3\xff"
    return data.replace(bytes([chance.choice(data)]), bytes([chance.choice(signs)]))


def _changed_number(data: bytes, chance: random.Random) -> bytes:
    numbers = [b"0", b"-1", b"1e308", b"99999999999999999999", b"1048577", b"NaN", b"=1+1"]
    return data.replace(bytes([chance.choice(b"0123456789")]), chance.choice(numbers), 20)


MUTATIONS: list[Callable[[bytes, random.Random], bytes]] = [
    _cut_tail,
    _cut_head,
    _random_bytes,
    _flipped_bits,
    _shuffled_lines,
    _repeated_piece,
    _swapped_byte,
    _changed_number,
]


def _zip_of(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return out.getvalue()


def _zip_bomb() -> bytes:
    """A gigabyte of zeros, never whole in memory."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package,
        package.open("a", "w", force_zip64=True) as member,
    ):
        for _ in range(1_000):
            member.write(b"\0" * 1_000_000)
    return out.getvalue()


def _workbook_of(rows: bytes) -> bytes:
    """A workbook with one sheet, whose XML is written here."""
    empty = io.BytesIO()
    openpyxl.Workbook().save(empty)
    with zipfile.ZipFile(empty) as package:
        members = {name: package.read(name) for name in package.namelist()}
    members["xl/worksheets/sheet1.xml"] = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + rows
        + b"</sheetData></worksheet>"
    )
    return _zip_of(members)


def _row(cells: bytes) -> bytes:
    return b"<row>" + cells + b"</row>"


def giants() -> dict[str, Callable[[], bytes]]:
    """Files that mean harm, by name, each made when it is wanted."""
    head = b"Date,Supplier,Amount\n"
    line = b"01/04/2024,Acme Ltd,1.00\n"
    laughs = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "ha">' + b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)
    )
    xml_2003 = b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'
    return {
        "1 GB in one column": lambda: head + b"x" * 1_000_000_000,
        "190 MB in one cell": lambda: head + b'01/04/2024,"' + b"x" * 190_000_000 + b'",1.00\n',
        "190 MB in one cell never closed": lambda: head + b'01/04/2024,"' + b"x\n" * 95_000_000,
        "7 million rows": lambda: head + line * 7_000_000,
        "a million columns": lambda: b",".join(b"c%d" % n for n in range(1_000_000)) + b"\n1,2\n",
        "a million columns in row two": lambda: head + b"," * 1_000_000 + b"\n" + line * 100,
        "quotes": lambda: head + b'"' * 100_000_000,
        "quoted line ends": lambda: head + b'"\n' * 20_000_000,
        "zip bomb": _zip_bomb,
        "zip of zips": lambda: _zip_of({"a": _zip_of({"b": _zip_of({"c": _zip_of({"d": head})})})}),
        "gzip bomb": lambda: b"".join(gzip.compress(b"\0" * 100_000_000, 1) for _ in range(10)),
        "gzip of csv": lambda: gzip.compress(head + line * 7_000_000, 1),
        "entities in a workbook": lambda: _workbook_of(laughs + b"]><c>&a11;</c>"),
        "entities in xml": lambda: laughs + b"]>" + xml_2003 + b"&a11;</Workbook>",
        "far cell": lambda: _workbook_of(
            _row(b'<c r="A1"><v>1</v></c>')
            + b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        ),
        "workbook of a million columns": lambda: _workbook_of(_row(b"<c><v>1</v></c>" * 1_000_000)),
        "workbook of empty rows": lambda: _workbook_of(b"<row/>" * 5_000_000),
        "formulas": lambda: _workbook_of(
            _row(b'<c t="str"><f>WEBSERVICE("http://localhost/")</f><v>x</v></c>' * 3) * 50_000
        ),
        "nested tables": lambda: b"<html>" + b"<table><tr><td>" * 300_000,
        "a table of rows": lambda: b"<html><table>" + b"<tr><td>a<td>1.00" * 1_100_000,
        "formulas in csv": lambda: head + b"01/04/2024,\"=cmd|' /C calc'!A0\",1.00\n" * 1_000,
        "numbers of many digits": lambda: head + b"01/04/2024,A Ltd," + b"9" * 50_000_000 + b"\n",
        "headings without end": lambda: b"Supplier,Amount\n" * 3_000_000,
        "totals without end": lambda: head + b",Total,5.00\n" * 2_000_000,
    }


def work(folders: list[Path], first: int, giant: str | None) -> None:
    """Read one spoiled file after the other, saying on standard output what is being read."""
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    # Threads reserve addresses that they never use: what counts is measured after each file too.
    resource.setrlimit(resource.RLIMIT_AS, (size + 2 * MOST_BYTES, size + 2 * MOST_BYTES))
    if giant is not None:
        _read(giant, giants()[giant]())
        return
    paths = seeds(folders)
    number = first
    while True:
        chance = random.Random(number)
        path = chance.choice(paths)
        _read(f"{number} {path.parent.name}/{path.name}", spoiled(path.read_bytes(), chance))
        number += 1


def _read(name: str, data: bytes) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    last = KEPT / "last"
    if len(data) < 50_000_000:
        last.write_bytes(data)
    else:
        last.unlink(missing_ok=True)
    # What the bytes themselves take is not the reader's.
    before = _peak_bytes()
    print(f"start {name}", flush=True)
    reading = read_payments(data)
    summary = reading.summary
    counted = summary.payments + summary.rejected + sum(summary.excluded.values())
    fault = ""
    if READER_FAULT in (summary.reason or ""):
        fault = f"fault: {summary.reason}"
    elif summary.rows != counted or reading.payments.height != summary.payments:
        fault = f"fault: {summary.rows} rows, {counted} accounted for"
    elif _peak_bytes() > MOST_BYTES + len(data) and _peak_bytes() > before:
        fault = f"fault: {_peak_bytes():,} bytes of memory"
    fault = " ".join(fault.split())
    kept = _keep() if fault else ""
    print(f"end {summary.status} {fault}{kept}", flush=True)


def _peak_bytes() -> int:
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(one).ru_maxrss for one in whose) * 1024


@dataclass
class Tally:
    """What came out so far."""

    done: int = 0
    faults: int = 0
    slowest: tuple[float, str] = (0.0, "")

    def report(self, fault: str) -> None:
        """Count and print a fault."""
        self.faults += 1
        print(fault)


def watch(folders: list[Path], minutes: float, first: int) -> int:
    """Run the work until the time is over; the number of faults, each printed."""
    deadline = time.monotonic() + 60 * minutes
    tally = Tally()
    for name in giants():
        _watch_process(["--work=0", f"--giant={name}"], float("inf"), tally)
    while time.monotonic() < deadline:
        command = [f"--work={first}", *[f"--folder={folder}" for folder in folders]]
        _watch_process(command, deadline, tally)
        first += 1_000_000
    print(
        f"{tally.done:,} files, {tally.faults} faults; "
        f"the slowest took {tally.slowest[0]:.1f} s: {tally.slowest[1]}"
    )
    return tally.faults


def _watch_process(options: list[str], deadline: float, tally: Tally) -> None:
    """Run one process until it ends, hangs or the time is over, and count what it says."""
    command = [sys.executable, __file__, *options]
    name, is_open = "", False
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:  # noqa: S603
        for line in _lines(child, deadline):
            word, _, rest = line.partition(" ")
            if word == "start":
                name, is_open, started = rest, True, time.monotonic()
            elif word == "end":
                is_open = False
                tally.done += 1
                tally.slowest = max(tally.slowest, (time.monotonic() - started, name))
                if "fault" in rest:
                    tally.report(f"{name}: {rest}")
        child.kill()
    if child.returncode and (is_open or not name) and time.monotonic() < deadline:
        tally.report(f"{name or ' '.join(options)}: the process hung or died{_keep()}")


def _lines(child: subprocess.Popen[bytes], deadline: float) -> Iterator[str]:
    """What the child prints, until it ends, is silent for too long, or the time is over."""
    assert child.stdout is not None
    os.set_blocking(child.stdout.fileno(), False)
    rest = b""
    # Starting Python and making a gigabyte to read are not the reader's time.
    patience = 10 * MOST_SECONDS
    while time.monotonic() < deadline:
        ready = select.select([child.stdout], [], [], patience)[0]
        patience = MOST_SECONDS
        piece = child.stdout.read() if ready else None
        if not piece:
            return
        *lines, rest = (rest + piece).split(b"\n")
        yield from (line.decode(errors="replace") for line in lines)


def _keep() -> str:
    """Keep what was read last and say under which name; a giant is made again by its own."""
    last = KEPT / "last"
    if not last.exists():
        return ""
    data = last.read_bytes()
    path = KEPT / hashlib.sha256(data).hexdigest()[:12]
    path.write_bytes(data)
    return f" (kept as {path.name})"


def main() -> None:
    """Watch, or be the process that is watched."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--first", type=int, default=0, help="the number of the first mutation")
    options.add_argument("--folder", type=Path, action="append", default=[])
    options.add_argument("--work", type=int, help=argparse.SUPPRESS)
    options.add_argument("--giant", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.work is not None:
        work(chosen.folder, chosen.work, chosen.giant)
    elif watch(chosen.folder, chosen.minutes, chosen.first):
        sys.exit(1)


if __name__ == "__main__":
    main()
