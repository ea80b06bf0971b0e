"""Many publishers at once: polite to each host, and one publisher's fault is its own."""

import threading
import time
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipeline.collect.held import held_files
from pipeline.collect.http import Manners, PoliteSession
from pipeline.collect.night import Collected, collect_publishers
from pipeline.registry.models import Publisher
from tests.collect.publishers import publisher_with

PAGE = b'<a href="/%d/may-2024.csv">May 2024</a><a href="/%d/june-2024.csv">June 2024</a>'


class SlowSite:
    """A host that needs a moment for each answer and counts how many it is asked for at once."""

    anywhere = most_anywhere = 0
    lock = threading.Lock()

    def __init__(self) -> None:
        self.at_once = self.most_at_once = 0
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with SlowSite.lock:
                    SlowSite.anywhere += 1
                    SlowSite.most_anywhere = max(SlowSite.most_anywhere, SlowSite.anywhere)
                    site.at_once += 1
                    site.most_at_once = max(site.most_at_once, site.at_once)
                time.sleep(0.03)
                with SlowSite.lock:
                    SlowSite.anywhere -= 1
                    site.at_once -= 1
                number = self.path.split("/")[1]
                body = b"Supplier,Amount\nAcme," + number.encode() + b"\n"
                if self.path.endswith("/page"):
                    body = PAGE % (int(number), int(number))
                if number == "robots.txt":
                    body = b""
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> "SlowSite":
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def publisher(place: str, number: int) -> Publisher:
    one = publisher_with(
        rule="links_on_page", landing_page=f"http://{place}/{number}/page", href_matches=r"\.csv"
    )
    return one.model_copy(update={"id": f"ashford_{number}"})


@pytest.fixture
def sites():
    with ExitStack() as stack:
        yield [stack.enter_context(SlowSite()) for _ in range(4)]


@pytest.fixture
def session(sites):
    places = frozenset(site.place for site in sites)
    with PoliteSession(None, Manners(delay_seconds=0, loopback_hosts=places)) as web:
        yield web


def test_hosts_are_asked_side_by_side_and_each_one_thing_at_a_time(sites, session, archive, ledger):
    publishers = [publisher(sites[n % 4].place, n) for n in range(12)]
    results = collect_publishers(publishers, archive, ledger, session)
    assert list(results) == [one.id for one in publishers]
    assert all([a.outcome for a in one.attempts] == ["new", "new"] for one in results.values())
    assert [site.most_at_once for site in sites] == [1, 1, 1, 1]
    assert SlowSite.most_anywhere > 1
    assert held_files(ledger).height == 24


def test_two_groups_that_share_a_host_still_take_turns(sites, session, archive, ledger):
    # Landing pages on two hosts (two names of one place would do), files on a third.
    shared = sites[3].place
    publishers = []
    for number in range(3):
        one = publisher(sites[number].place, number)
        rule = one.discovery.model_copy(update={"landing_page": f"http://{shared}/{number}/page"})
        publishers.append(one.model_copy(update={"discovery": rule}))
    collect_publishers(publishers, archive, ledger, session)
    assert sites[3].most_at_once == 1


class BrokenLedger:
    """A ledger that cannot be written for one publisher."""

    def __init__(self, ledger, publisher_id: str) -> None:
        self._ledger, self._publisher_id = ledger, publisher_id

    def record(self, attempt, version=None):
        if attempt.publication.publisher_id == self._publisher_id:
            raise OSError("no space left on device")
        return self._ledger.record(attempt, version)

    def __getattr__(self, name: str):
        return getattr(self._ledger, name)


def test_one_publishers_exception_is_its_own_result(sites, session, archive, ledger):
    publishers = [publisher(site.place, number) for number, site in enumerate(sites)]
    broken = BrokenLedger(ledger, "ashford_1")
    told: list[Collected] = []
    results = collect_publishers(publishers, archive, broken, session, told.append)
    assert isinstance(results["ashford_1"].error, OSError)
    assert [len(results[f"ashford_{n}"].attempts) for n in (0, 2, 3)] == [2, 2, 2]
    assert {one.publisher.id for one in told} == set(results)


def test_on_done_is_called_in_the_callers_thread_while_others_run(sites, session, archive, ledger):
    threads = set()
    publishers = [publisher(site.place, number) for number, site in enumerate(sites)]
    collect_publishers(
        publishers, archive, ledger, session, lambda _: threads.add(threading.get_ident())
    )
    assert threads == {threading.get_ident()}


def test_an_interruption_begins_no_further_file(sites, session, archive, ledger):
    publishers = [publisher(sites[0].place, number) for number in range(30)]

    def interrupt(_: Collected) -> None:
        raise KeyboardInterrupt

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        collect_publishers(publishers, archive, ledger, session, interrupt)
    assert time.monotonic() - start < 1
    assert held_files(ledger).height <= 4


def test_no_publishers_is_no_work(session, archive, ledger):
    assert collect_publishers([], archive, ledger, session) == {}
