"""A night in which nothing changed, of so many publishers: plain functions, then Dagster's step.

Their websites are served on 127.0.0.1, each with a page and two files. Printed are the seconds
that Dagster's definitions take to load in a fresh process, those of collecting and reading by the
plain functions and by the job `collect`, each by the clock and by the processor, and what the job
costs more for each publisher: in its step, and with the run's planned events before it.

    python benchmarks/nights.py --publishers 300
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import dagster as dg

from pipeline import run as night
from pipeline.definitions import build_defs
from pipeline.settings import PROJECT_ROOT, Settings

PAYMENTS_PER_FILE = 200
MONTHS = ("january", "february")
PUBLISHER = """\
name: Invented Council {n}
kind: district_council
anchors:
  - {{town: nowhere, basis: like_for_like, evidence: invented for a benchmark}}
discovery: {{rule: links_on_page, landing_page: '{site}/{id}/', href_matches: '\\.csv$'}}
publishes: files
publishes_evidence: invented for a benchmark
verified: false
licence: invented
attribution: invented
"""
TOWN = """\
nowhere:
  name: Nowhere
  lad_code: E07990001
  lad_vintage: 2026
  county_areas: [nowhere_1]
  region_code: E12000002
  region_name: North West
  source: invented
"""
AREA = "nowhere_1: {name: Nowhere-1, lad_codes: [E07990001], source: invented}\n"


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves a folder, with Last-Modified, and says nothing of it."""

    # Head and body apart would wait 40 ms for each other.
    wbufsize = -1
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def served(folder):
    """The "host:port" at which a folder is served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def write_world(folder, publishers, host_and_port):
    """Pages and files below `site`, the registry that leads to them below `registry`."""
    (folder / "registry/publishers").mkdir(parents=True)
    (folder / "registry/towns.yml").write_text(TOWN, encoding="utf-8")
    (folder / "registry/areas.yml").write_text(AREA, encoding="utf-8")
    for n in range(publishers):
        council = f"council_{n:03}"
        site = folder / "site" / council
        site.mkdir(parents=True)
        links = []
        for number, month in enumerate(MONTHS, start=1):
            rows = (
                f"{1 + i % 28:02}/{number:02}/2026,Supplier {i % 40},{500 + i * 7 + n}.00,Repairs"
                for i in range(PAYMENTS_PER_FILE)
            )
            name = f"spending-{month}-2026.csv"
            text = "\n".join(["Date,Supplier,Net Amount,Category", *rows])
            (site / name).write_text(text + "\n", encoding="utf-8")
            links.append(f'<li><a href="{name}">Spending over £500 {month} 2026</a></li>')
        page = f"<html><meta charset=utf-8><ul>{''.join(links)}</ul></html>"
        (site / "index.html").write_text(page, encoding="utf-8")
        (folder / f"registry/publishers/{council}.yml").write_text(
            PUBLISHER.format(n=n, id=council, site=f"http://{host_and_port}"), encoding="utf-8"
        )


@dataclass
class Spent:
    """Seconds by the clock and by the processor, the children's with them."""

    clock: float = 0.0
    processor: float = 0.0


@contextmanager
def timed():
    """What the block spends; complete when it has ended."""

    def processor():
        both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, both))

    spent, clock, before = Spent(), time.perf_counter(), processor()
    yield spent
    spent.clock, spent.processor = time.perf_counter() - clock, processor() - before


def said(what, spent):
    """Print a line of the table."""
    print(f"{what:50} {spent.clock:7.2f} s  {spent.processor:7.2f} s", flush=True)


def said_of_each(what, publishers, whole, *parts):
    """Print what the whole takes beyond its parts, in milliseconds for each publisher."""
    clock = whole.clock - sum(part.clock for part in parts)
    processor = whole.processor - sum(part.processor for part in parts)
    each = 1000 / publishers
    print(f"{what:50} {clock * each:6.1f} ms  {processor * each:6.1f} ms", flush=True)


def plain_night(settings):
    """Collect and read as the command does."""
    registry, _ = night.write_registry(settings)
    publishers = list(registry.publishers.values())
    collected = night.collect(settings, registry, publishers, lambda _: None)
    assert all(one.error is None for one in collected.values())
    night.normalise(settings, publishers, lambda _: None)
    return {attempt.outcome for one in collected.values() for attempt in one.attempts}


def main():
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--publishers", type=int, default=300)
    publishers = options.parse_args().publishers
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "site").mkdir()
        with served(folder / "site") as host_and_port:
            write_world(folder, publishers, host_and_port)
            settings = Settings(
                warehouse=folder / "warehouse",
                registry=folder / "registry",
                has_built_in_registry=False,
                loopback_site=host_and_port,
            )
            heading = f"{publishers} publishers, {len(MONTHS)} files each"
            print(f"{heading:50} {'clock':>9}  {'processor':>9}")
            with timed() as loading:
                subprocess.run(
                    [sys.executable, "-c", "from pipeline.definitions import defs;"
                     "defs().get_repository_def()"],
                    env={**os.environ, "ANCHORSPEND_REGISTRY": str(settings.registry),
                         "ANCHORSPEND_BUILT_IN_REGISTRY": "no"},
                    cwd=PROJECT_ROOT,
                    check=True,
                )  # fmt: skip
            said("Dagster's definitions, loaded in a new process", loading)
            with timed() as first:
                assert plain_night(settings) == {"new"}
            said("the first night, by the plain functions", first)
            with timed() as plain:
                assert plain_night(settings) == {"unchanged"}
            said("a night without news, by the plain functions", plain)
            home = folder / "dagster"
            home.mkdir()
            shutil.copy(PROJECT_ROOT / "deploy/dagster.yaml", home)
            os.environ["DAGSTER_HOME"] = str(home)
            job = build_defs(settings).resolve_job_def("collect")
            with dg.DagsterInstance.from_config(str(home)) as instance:
                instance.create_run_for_job(job)  # The first one makes the databases.
                with timed() as planning:
                    instance.create_run_for_job(job)
                with timed() as wired:
                    assert job.execute_in_process(instance=instance).success
            said("a night without news, by Dagster's job `collect`", wired)
            said("of it, before the step: what is planned", planning)
            said_of_each(
                "Dagster, for each publisher, in the step", publishers, wired, plain, planning
            )
            said_of_each("Dagster, for each publisher, in all", publishers, wired, plain)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{'most memory':50} {peak:6.0f} MB")


if __name__ == "__main__":
    main()
