"""Real nights: Dagster's daemon and webserver run the schedule on sites served here."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pipeline.settings import PROJECT_ROOT
from tests.demo.hand_written import WORLD

PUBLISHERS = ("marlhaven_council", "thornley_council")


class Councils(BaseHTTPRequestHandler):
    """Both councils' pages and files; Thornley's can be shut."""

    is_thornley_shut = True

    def do_GET(self):
        parts = self.path.strip("/").split("/")
        if parts[0] not in PUBLISHERS or (
            parts[0] == "thornley_council" and Councils.is_thornley_shut
        ):
            self.send_error(403)
            return
        folder = WORLD / "files" / parts[0]
        if len(parts) == 2:
            body, kind = (folder / parts[1]).read_bytes(), "text/csv"
        else:
            links = [
                f'<li><a href="/{parts[0]}/{file.name}">{file.stem}</a></li>'
                for file in sorted(folder.iterdir())
            ]
            body, kind = f"<html><ul>{''.join(links)}</ul></html>".encode(), "text/html"
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def host_and_port():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Councils)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def registry(tmp_path, host_and_port) -> Path:
    folder = tmp_path / "registry"
    shutil.copytree(WORLD / "registry", folder)
    for publisher in PUBLISHERS:
        file = folder / "publishers" / f"{publisher}.yml"
        text = file.read_text(encoding="utf-8")
        start, end = text.index("discovery:"), text.index("threshold_gbp:")
        rule = (
            "discovery:\n  rule: links_on_page\n"
            f"  landing_page: http://{host_and_port}/{publisher}\n"
            "  href_matches: '\\.csv$'\n"
        )
        file.write_text(text[:start] + rule + text[end:], encoding="utf-8")
    return folder


class Dagster:
    """A `dagster dev` that is really running, asked through GraphQL."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}/graphql"

    def ask(self, query: str, *path: str) -> dict:
        """The answer to a query, which may ask for one asset by its path as $key."""
        question = {"query": query, "variables": {"key": {"path": path}}}
        request = urllib.request.Request(  # noqa: S310 - loopback
            self.address, json.dumps(question).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return json.load(answer)["data"]

    def runs(self) -> list[tuple[str, str]]:
        answer = self.ask("{runsOrError(limit: 20) {... on Runs {results {jobName status}}}}")
        return [(run["jobName"], run["status"]) for run in answer["runsOrError"]["results"]]

    def collected(self, publisher: str) -> str | None:
        """How the newest ended check came out: a run that waits in the queue has one already."""
        answer = self.ask(
            "query ($key: AssetKeyInput!)"
            ' {assetCheckExecutions(assetKey: $key, checkName: "collected", limit: 10) {status}}',
            "payments",
            publisher,
        )
        ended = (one["status"] for one in answer["assetCheckExecutions"])
        return next((status for status in ended if status in {"SUCCEEDED", "FAILED"}), None)

    def is_materialised(self, *path: str) -> bool:
        answer = self.ask(
            "query ($key: AssetKeyInput!)"
            " {assetNodes(assetKeys: [$key]) {assetMaterializations(limit: 1) {runId}}}",
            *path,
        )
        return bool(answer["assetNodes"][0]["assetMaterializations"])

    def wait_for(self, what, seconds: float):
        """Ask until the answer is true; fails with the runs so far."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if answer := what():
                    return answer
            except (OSError, KeyError, TypeError):
                pass  # The webserver is not up, or has not loaded the definitions yet.
            time.sleep(1)
        pytest.fail(f"waited {seconds:.0f} s in vain; runs: {self.runs()}")


@pytest.fixture
def dagster(tmp_path, registry, host_and_port):
    home = tmp_path / "dagster_home"
    home.mkdir()
    shutil.copy(PROJECT_ROOT / "deploy/dagster.yaml", home / "dagster.yaml")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (tmp_path / "dagster.log").open("wb")
    process = subprocess.Popen(
        [
            str(Path(sys.executable).with_name("dagster")), "dev",
            "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port),
        ],
        cwd=PROJECT_ROOT,
        env={
            **os.environ,
            "DAGSTER_HOME": str(home),
            "ANCHORSPEND_WAREHOUSE": str(tmp_path / "warehouse"),
            "ANCHORSPEND_REGISTRY": str(registry),
            "ANCHORSPEND_BUILT_IN_REGISTRY": "no",
            "ANCHORSPEND_REGISTERS": str(WORLD / "registers"),
            "ANCHORSPEND_NIGHTLY": "* * * * *",
            "ANCHORSPEND_LOOPBACK_SITE": host_and_port,
        },
        stdout=log,
        stderr=log,
        start_new_session=True,
    )  # fmt: skip
    yield Dagster(port)
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    log.close()


# Waits for two ticks of the schedule, beside whatever else the machine does.
@pytest.mark.timeout(1800)
def test_a_night_goes_on_without_a_publisher_that_is_blocked_and_greens_when_it_is_back(dagster):
    Councils.is_thornley_shut = True
    dagster.wait_for(lambda: ("build", "SUCCESS") in dagster.runs(), 800)

    assert dagster.is_materialised("payments", "marlhaven_council")
    assert dagster.is_materialised("marts", "spend_retention_by_town_year")
    dagster.wait_for(lambda: dagster.collected("marlhaven_council") == "SUCCEEDED", 300)
    dagster.wait_for(lambda: dagster.collected("thornley_council") == "FAILED", 300)

    Councils.is_thornley_shut = False
    dagster.wait_for(lambda: dagster.collected("thornley_council") == "SUCCEEDED", 600)
