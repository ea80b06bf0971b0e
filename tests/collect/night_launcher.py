"""Starts nights in processes of their own, each forked from one that has imported everything.

Reads a night per line as JSON, starts it in a new session, and writes its process id; the night
itself writes what came of it to the file that it was told. A whole night costs no import then.
"""

import json
import os
import resource
import socket
import sys
from pathlib import Path
from typing import Any

from pipeline.collect.archive import Archive
from pipeline.collect.http import Manners, PoliteSession
from pipeline.collect.ledger import Ledger
from pipeline.collect.night import collect_publishers
from pipeline.read.header import standard_rules
from pipeline.run import normalise
from pipeline.settings import Settings
from tests.collect.publishers import publisher_with


def night(spec: dict[str, Any]) -> None:
    if limit := spec.get("largest_file"):
        # Python ignores SIGXFSZ, so that writing beyond the limit is "File too large".
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    answered = spec.get("names", {})
    ask_for_real = socket.getaddrinfo

    def name_server(host: str, *arguments: Any, **options: Any) -> Any:
        return ask_for_real(answered.get(host, host), *arguments, **options)

    socket.getaddrinfo = name_server
    settings = Settings(warehouse=Path(spec["warehouse"]), has_built_in_registry=False)
    publishers = [
        publisher_with(
            rule="links_on_page", landing_page=page, href_matches="csv", allowed_hosts=hosts
        ).model_copy(update={"id": name})
        for name, page, hosts in spec["publishers"]
    ]
    archive = Archive(settings.archive_dir)
    manners = Manners(
        delay_seconds=0,
        tries=2,
        backoff_seconds=0.01,
        seconds_per_file=0.5,
        max_bytes=2_000_000,
        loopback_hosts=frozenset(spec["loopback_hosts"]),
    )
    with Ledger(settings.ledger_path, archive) as ledger, PoliteSession(None, manners) as web:
        for one in collect_publishers(publishers, archive, ledger, web).values():
            if one.error:
                raise one.error
    normalise(settings, publishers, lambda _: None)


def main() -> None:
    # Every fork knows them then. Nothing else of a night is done before: a forked process would
    # wait for ever for the threads of Polars that it does not have.
    standard_rules()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            os.setsid()
            try:
                night(json.loads(line))
            except BaseException as error:
                print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
