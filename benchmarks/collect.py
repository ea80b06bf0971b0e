"""Whole nights on sites served on this machine: the first, an unchanged one, thirty that change.

300 publishers with 12 months each lie on one site. Each night is a process of its own, so that its
memory is its own. Bars: no file is sent twice; an unchanged night takes at most 60 s beyond the
time of the network, which here is that of collecting, and less than 1.5 GB (DESIGN section 6), and
so do collecting and reading in the first. Building has a bar of its own in benchmarks/warehouse.py.
Where other programs share the machine, the seconds of its processors say more than those of the
clock. With --changing, nights of random changes must end with the same marts as a rebuild from the
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
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from random import Random

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
SUPPLIERS = 20_000
# Of a year: Hyndburn has 4 to 12 (2017/18 to 2024/25), Blackpool 10 (2022/23). With one for each,
# a first night mostly builds the million suppliers that nobody has.
PAYMENTS_PER_SUPPLIER = 6
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


@dataclass
class StampedSite(Site):
    """A site that answers 304 to whoever names a path's stamp, and counts its answers."""

    stamps: dict[str, str] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)


@contextmanager
def served(host: str) -> Iterator[StampedSite]:
    """A site at an address of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body apart would wait 40 ms for each other.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            stamp = self.headers.get("If-None-Match")
            status = HTTPStatus.OK if self.path in site.answers else HTTPStatus.NOT_FOUND
            send = site.answers.get(self.path, answer(b"no such page", status))
            if stamp and stamp == site.stamps.get(self.path):
                status = HTTPStatus.NOT_MODIFIED
                send = answer(status=status, headers={"ETag": stamp})
            site.statuses[status] += 1
            send(self)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass

    server = Server((host, 0), Handler)
    site = StampedSite(server.server_address[1], host)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def months_of(number: int, rows: int) -> dict[str, bytes]:
    """The twelve files of a publisher by name."""
    chance = Random(number)
    suppliers = chance.sample(range(SUPPLIERS), 12 * rows // PAYMENTS_PER_SUPPLIER + 1)
    files = {}
    for month in range(1, 13):
        lines = [
            f"{chance.randrange(1, 29):02}/{month:02}/2024,"
            f"Supplier {chance.choice(suppliers):05} Ltd,"
            f"{chance.randrange(50_000, 5_000_000) / 100:.2f},"
            f"Building Works,{number}-{month}-{row}\n"
            for row in range(rows)
        ]
        heading = "Payment Date,Supplier Name,Net Amount,Expense Type,Transaction No\n"
        files[f"spend-2024-{month:02}.csv"] = (heading + "".join(lines)).encode()
    return files


def publish(site: StampedSite, publisher: str, number: int, rows: int) -> None:
    """Put a page and twelve files on the site, each with a stamp."""
    files = months_of(number, rows)
    links = "".join(f'<li><a href="/{publisher}/{name}">{name}</a></li>' for name in files)
    site.answers[f"/{publisher}"] = answer(links.encode())
    for name, body in files.items():
        stamp = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        path = f"/{publisher}/{name}"
        site.answers[path] = answer(body, headers={"ETag": stamp})
        site.stamps[path] = stamp


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


def peak_bytes() -> int:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def one_night(root: Path, place: str, offline: bool) -> None:
    """The whole job in this process; of each stage the seconds and the peak of memory, as JSON."""
    settings = Settings(
        warehouse=root / "warehouse",
        registry=root / "registry",
        registers=WORLD / "registers",
        has_built_in_registry=False,
        loopback_site=place,
    )
    stages = [("collecting", time.perf_counter(), processor_seconds(), 0)]

    def say(text: str) -> None:
        stage = text.split()[0]
        if stage in {"reading", "loading", "identifying", "building"} and stage != stages[-1][0]:
            stages.append((stage, time.perf_counter(), processor_seconds(), peak_bytes()))

    night.run(settings, None, offline, say)
    stages.append(("end", time.perf_counter(), processor_seconds(), peak_bytes()))
    told = {
        stage: {"clock": ended - begun, "processors": worked - before, "peak_bytes": peak}
        for (stage, begun, before, _), (_, ended, worked, peak) in pairwise(stages)
    }
    print(json.dumps(told))


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


def print_stages(which: str, stages: dict) -> None:
    """Print the seconds of each stage of a night, and the most memory held by its end."""
    print(f"{which:16} {'clock':>12} {'processors':>12} {'memory by then':>14}")
    for name, one in stages.items():
        print(
            f"  {name:14} {one['clock']:10.1f} s {one['processors']:10.1f} s"
            f" {one['peak_bytes'] / 1e6:11,.0f} MB"
        )


def is_held(what: str, figure: float, bar: float, unit: str = "", exactly: bool = False) -> bool:
    """Print a figure beside its bar, the most that it may be or just that; whether it holds."""
    held = figure == bar if exactly else figure <= bar
    sign, verdict = "=" if exactly else "<=", "holds" if held else "MISSED"
    print(f"  {what:36} {figure:10,.1f} {unit:2}  bar {sign:2} {bar:8,.1f}  {verdict}", flush=True)
    return held


def unchanged_nights(publishers: int, rows: int) -> bool:
    """Print the first night and the unchanged one; whether they keep their bars."""
    with tempfile.TemporaryDirectory() as folder, served("127.0.0.1") as site:
        root = Path(folder)
        pages = {}
        for number in range(publishers):
            name = f"council_{number:03}"
            publish(site, name, number, rows)
            pages[name] = f"{site.root}/{name}"
        register(root / "registry", pages)
        print(f"{publishers} publishers x 12 months x {rows} rows", flush=True)
        held = []
        for which in ("first night", "unchanged night"):
            site.statuses.clear()
            stages = run_night(root, site.root.removeprefix("http://"))
            print_stages(which, stages)
            is_first = which == "first night"
            files, last = 12 * publishers, "identifying" if is_first else "building"
            whole, unchanged = site.statuses[HTTPStatus.OK], site.statuses[HTTPStatus.NOT_MODIFIED]
            peak = stages[last]["peak_bytes"]
            sent = files if is_first else 0
            held += [
                is_held("files sent", whole - publishers, sent, exactly=True),
                is_held("files not sent again", unchanged, files - sent, exactly=True),
                is_held(f"memory, to the end of {last}", peak / 1e6, PEAK_BYTES / 1e6, "MB"),
            ]
        beyond = sum(one["clock"] for name, one in stages.items() if name != "collecting")
        held.append(is_held("seconds beyond the network", beyond, SECONDS_BEYOND_NETWORK, "s"))
        return all(held)


def marts(database: Path) -> dict[str, list]:
    """The rows of every mart in order, but of those that tell of the build and the one before."""
    with duckdb.connect(database, read_only=True) as connection:
        names = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts'"
            " and table_name not in ('about', 'changed_rows') order by all"
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
    parser.add_argument("--rows", type=int, default=100, help="payments in each file")
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
