"""Whole nights on sites served on this machine: the first, an unchanged one, thirty that change.

300 publishers with 12 months each lie on one site. Each night is a process of its own, so that its
memory is its own. Bars (DESIGN section 6): an unchanged night takes at most 60 s beyond the time
of the network, which here is that of collecting, and less than 1.5 GB. Where other programs share
the machine, the seconds of its processors say more than those of the clock.
With --changing, nights of random changes must end with the same marts as a rebuild from the
archive alone.
"""

import argparse
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from random import Random
from types import MappingProxyType

import duckdb

# The site that changes lies with the tests, which are no part of what is installed.
sys.path.append(str(Path(__file__).resolve().parents[1]))


from pipeline import run as night
from pipeline.settings import Settings
from tests.collect.changing_site import ChangingSite
from tests.collect.served import Site, answer
from tests.demo.hand_written import WORLD

ROOT = Path(__file__).resolve().parents[1]
SECONDS_BEYOND_NETWORK = 60
PEAK_BYTES = 1.5e9
PUBLISHER = """
name: {id}
kind: district_council
ons_code: E07990011
anchors:
  - {{town: marlhaven, basis: like_for_like, evidence: invented}}
landing_pages: ["{page}"]
discovery: {{rule: links_on_page, landing_page: "{page}", href_matches: 'csv$'}}
threshold_gbp: 500
cadence: monthly
formats: [csv]
amount_basis: net
amount_basis_evidence: the amount is headed "Net Amount"
publishes: files
publishes_evidence: invented
verified: true
licence: Open Government Licence v3.0
attribution: invented
"""


@contextmanager
def served(host: str, stamps: Mapping[str, str] = MappingProxyType({})) -> Iterator[Site]:
    """A site at an address of this machine that answers 304 to whoever names a path's stamp."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            stamp = self.headers.get("If-None-Match")
            send = site.answers.get(self.path, answer(b"no such page", 404))
            if stamp and stamp == stamps.get(self.path):
                send = answer(status=304, headers={"ETag": stamp})
            send(self)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass

    server = Server((host, 0), Handler)
    site = Site(server.server_address[1], host)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield site
    server.shutdown()
    thread.join()
    server.server_close()


def months_of(number: int, rows: int) -> dict[str, bytes]:
    """The twelve files of a publisher by name."""
    chance = Random(number)
    files = {}
    for month in range(1, 13):
        lines = [
            f"{chance.randrange(1, 29):02}/{month:02}/2024,"
            f"Supplier {chance.randrange(20_000):05} Ltd,"
            f"{chance.randrange(50_000, 5_000_000) / 100:.2f},"
            f"Building Works,{number}-{month}-{row}\n"
            for row in range(rows)
        ]
        heading = "Payment Date,Supplier Name,Net Amount,Expense Type,Transaction No\n"
        files[f"spend-2024-{month:02}.csv"] = (heading + "".join(lines)).encode()
    return files


def publish(site: Site, stamps: dict[str, str], publisher: str, number: int, rows: int) -> None:
    """Put a page and twelve files on the site, each with a stamp."""
    files = months_of(number, rows)
    links = "".join(f'<li><a href="/{publisher}/{name}">{name}</a></li>' for name in files)
    site.answers[f"/{publisher}"] = answer(links.encode())
    for name, body in files.items():
        stamp = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        path = f"/{publisher}/{name}"
        site.answers[path] = answer(body, headers={"ETag": stamp})
        stamps[path] = stamp


def register(folder: Path, pages: dict[str, str]) -> None:
    """A registry of these publishers in the hand-written world's towns."""
    shutil.copytree(WORLD / "registry", folder)
    for path in (folder / "publishers").iterdir():
        path.unlink()
    for publisher, page in pages.items():
        text = PUBLISHER.format(id=publisher, page=page)
        (folder / "publishers" / f"{publisher}.yml").write_text(text, encoding="utf-8")


def processor_seconds() -> float:
    """What this process and those it has started and ended have worked."""
    used = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def one_night(root: Path, place: str, offline: bool) -> None:
    """The whole job in this process; its stages' seconds and peak memory as JSON."""
    settings = Settings(
        warehouse=root / "warehouse",
        registry=root / "registry",
        registers=WORLD / "registers",
        has_built_in_registry=False,
        loopback_site=place,
    )
    stages = [("collecting", time.perf_counter(), processor_seconds())]

    def say(text: str) -> None:
        stage = text.split()[0]
        if stage in {"reading", "loading", "identifying", "building"} and stage != stages[-1][0]:
            stages.append((stage, time.perf_counter(), processor_seconds()))

    night.run(settings, None, offline, say)
    stages.append(("end", time.perf_counter(), processor_seconds()))
    told = {
        stage: {"clock": round(ended - begun, 1), "processors": round(worked - before, 1)}
        for (stage, begun, before), (_, ended, worked) in pairwise(stages)
    }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"stages": told, "peak_bytes": peak}))


def run_night(root: Path, place: str, offline: bool = False) -> dict:
    """One night in a process of its own: what one_night prints."""
    done = subprocess.run(  # noqa: S603 - this file
        [sys.executable, __file__, "--night", str(root), "--place", place]
        + ["--offline"] * offline,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return json.loads(done.stdout.splitlines()[-1])


def unchanged_nights(publishers: int, rows: int) -> bool:
    """Print the first night and the unchanged one; whether the second keeps its bars."""
    stamps: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder, served("127.0.0.1", stamps) as site:
        root = Path(folder)
        pages = {}
        for number in range(publishers):
            name = f"council_{number:03}"
            publish(site, stamps, name, number, rows)
            pages[name] = f"{site.root}/{name}"
        register(root / "registry", pages)
        print(f"{publishers} publishers x 12 months x {rows} rows", flush=True)
        for which in ("first night", "unchanged night"):
            told = run_night(root, site.root.removeprefix("http://"))
            stages = told["stages"]
            beyond = sum(one["clock"] for name, one in stages.items() if name != "collecting")
            print(f"{which}: {told['peak_bytes'] / 1e6:,.0f} MB at most")
            for name, one in stages.items():
                print(f"  {name:12} {one['clock']:7.1f} s, processors {one['processors']:7.1f} s")
            print(f"  beyond the network {beyond:.1f} s", flush=True)
        held = beyond <= SECONDS_BEYOND_NETWORK and told["peak_bytes"] < PEAK_BYTES
        print(f"bars (<= {SECONDS_BEYOND_NETWORK} s, < 1.5 GB) {'hold' if held else 'MISSED'}")
        return held


def marts(database: Path) -> dict[str, list]:
    """The rows of every mart but the record of the build, in order."""
    with duckdb.connect(database, read_only=True) as connection:
        names = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts'"
            " and table_name != 'about' order by all"
        ).fetchall()
        return {
            name: connection.execute(f'from marts."{name}" order by all').fetchall()
            for (name,) in names
        }


def changing_nights(nights: int, seed: int) -> bool:
    """Whether nights of random changes end with the marts of one rebuild from the archive."""
    with tempfile.TemporaryDirectory() as folder, served("127.0.0.1") as site:
        root = Path(folder)
        names = [f"council_{number}" for number in range(6)]
        changing = ChangingSite(site, names, Random(seed))
        register(root / "registry", {name: f"{site.root}/{name}" for name in names})
        place = site.root.removeprefix("http://")
        for _ in range(nights):
            run_night(root, place)
            changing.change()
        warehouse = root / "warehouse"
        nightly = marts(warehouse / "anchorspend.duckdb")
        for path in warehouse.iterdir():
            if path.is_dir() and path.name != "archive":
                shutil.rmtree(path)
            elif path.is_file():
                path.unlink()
        (warehouse / "archive" / "ledger.sqlite").unlink()
        run_night(root, place, offline=True)
        rebuilt = marts(warehouse / "anchorspend.duckdb")
        different = [name for name, rows in nightly.items() if rebuilt.get(name) != rows]
        print(
            f"{nights} nights with changes (seed {seed}): {len(nightly)} marts, "
            f"{len(nightly['payments'])} payments, {len(nightly['files'])} versions, "
            f"{len(nightly['file_revisions'])} revisions; "
            + (f"DIFFERENT: {different}" if different else "the same after a rebuild")
        )
        return not different


def main() -> None:
    """Run what is asked for; exit code 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--publishers", type=int, default=300)
    parser.add_argument("--rows", type=int, default=300, help="payments in each file")
    parser.add_argument("--changing", type=int, help="run so many nights with random changes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--night", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--place", default="", help=argparse.SUPPRESS)
    parser.add_argument("--offline", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.night:
        one_night(arguments.night, arguments.place, arguments.offline)
    elif arguments.changing:
        sys.exit(not changing_nights(arguments.changing, arguments.seed))
    else:
        sys.exit(not unchanged_nights(arguments.publishers, arguments.rows))


if __name__ == "__main__":
    main()
