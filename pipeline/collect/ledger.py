"""The ledger: one row per attempt to get a publication, in SQLite, rebuilt from sidecars."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from pipeline.collect.archive import Archive
from pipeline.collect.attempts import HELD_OUTCOMES, Attempt, Outcome, Publication
from pipeline.collect.sidecars import Sidecar, form_pairs
from pipeline.errors import AnchorspendError
from pipeline.whole_files import written_whole

Result = TypeVar("Result")

_LOCK_WAIT_SECONDS = 30.0

_SCHEMA = """
create table if not exists attempts (
    attempt_id integer primary key,
    publisher_id text not null,
    publication_id text not null,
    url text not null,
    label text not null,
    kind text not null,
    first_day text,
    last_day text,
    form text,
    format text not null default '',
    found_on text not null default '',
    outcome text not null,
    sha256 text,
    bytes integer,
    fetched_at text not null,
    http_status integer,
    etag text,
    last_modified text,
    reason text not null,
    version integer
);
create table if not exists withdrawn (sha256 text primary key);
create index if not exists attempts_by_publication on attempts (publication_id, attempt_id);
create index if not exists attempts_by_publisher on attempts (publisher_id, attempt_id);
"""

# Since the first ledgers were written.
_ADDED_COLUMNS = {
    "form": "text",
    "format": "text not null default ''",
    "found_on": "text not null default ''",
}
_COLUMNS = (
    "publisher_id",
    "publication_id",
    "url",
    "label",
    "kind",
    "first_day",
    "last_day",
    "form",
    "format",
    "found_on",
    "outcome",
    "sha256",
    "bytes",
    "fetched_at",
    "http_status",
    "etag",
    "last_modified",
    "reason",
    "version",
)
_INSERT = (
    f"insert into attempts ({', '.join(_COLUMNS)}) values ({', '.join('?' for _ in _COLUMNS)})"
)
_HELD = (
    f"outcome in ({', '.join(repr(outcome) for outcome in HELD_OUTCOMES)}) "
    "and sha256 not in (select sha256 from withdrawn)"
)


class Ledger:
    """An open ledger; several threads may use it at once.

    Every method raises AnchorspendError where the file is damaged or another program holds it.
    """

    def __init__(self, path: Path, archive: Archive) -> None:
        """Open the ledger, rebuilding it from the archive's sidecars where there is none."""
        self.path = path
        self._lock = threading.Lock()
        if not path.exists():
            rebuild_ledger(archive, path)
        with _explained(path):
            self._connection = _connect(path)
        try:
            self._run(_prepare)
        except AnchorspendError:
            self._connection.close()
            raise

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; the ledger is of no use afterwards."""
        self._connection.close()

    def record(self, attempt: Attempt, version: int | None = None) -> Attempt:
        """Add one row, and give back the attempt with its id.

        `version` is that of the sidecar written for this attempt, if one was.
        """

        def insert(connection: sqlite3.Connection) -> int | None:
            return connection.execute(_INSERT, _row(attempt, version)).lastrowid

        return replace(attempt, attempt_id=self._run(insert))

    def held(self, publication_id: str) -> Attempt | None:
        """The newest attempt after which the archive held the publication's bytes."""
        rows = self._select(
            f"where publication_id = ? and {_HELD} order by attempt_id desc limit 1",
            publication_id,
        )
        return rows[0] if rows else None

    def next_version(self, publication_id: str) -> int:
        """The number of the publication's next sidecar, from 1."""
        newest = self._run(
            lambda connection: connection.execute(
                "select max(version) from attempts where publication_id = ?", (publication_id,)
            ).fetchone()
        )[0]
        return (newest or 0) + 1

    def attempts(self, publisher_id: str | None = None) -> list[Attempt]:
        """All attempts, oldest first, of one publisher or of all."""
        if publisher_id is None:
            return self._select("order by attempt_id")
        return self._select("where publisher_id = ? order by attempt_id", publisher_id)

    def last_of_each(self, publisher_id: str) -> list[Attempt]:
        """The newest attempt of every publication of one publisher, however it ended."""
        return self._select(
            "where attempt_id in (select max(attempt_id) from attempts where publisher_id = ? "
            "group by publication_id) order by attempt_id",
            publisher_id,
        )

    def versions(self) -> list[Attempt]:
        """Every stored version, in the order in which they became their publication's newest."""
        return self._select(
            """where attempt_id in (
                select max(attempt_id) from attempts
                where outcome in ('new', 'changed')
                and sha256 not in (select sha256 from withdrawn)
                group by publication_id, sha256
            ) order by attempt_id""",
        )

    def publications(self) -> dict[str, Publication]:
        """Every publication that the archive holds, as it was last seen."""
        newest = self._select(
            f"""where attempt_id in (
                select max(attempt_id) from attempts where {_HELD} group by publication_id
            )"""
        )
        return {one.publication.publication_id: one.publication for one in newest}

    def withdraw(self, sha256: str) -> list[Publication]:
        """Hold this file version for nobody any more; the publications that had it."""

        def note(connection: sqlite3.Connection) -> None:
            connection.execute("insert or ignore into withdrawn values (?)", (sha256,))

        had = {
            attempt.publication.publication_id: attempt.publication
            for attempt in self._select("where sha256 = ? order by attempt_id", sha256)
        }
        self._run(note)
        return list(had.values())

    def _select(self, condition: str, *values: str) -> list[Attempt]:
        query = f"select attempt_id, {', '.join(_COLUMNS)} from attempts {condition}"
        rows = self._run(lambda connection: connection.execute(query, values).fetchall())
        with _explained(self.path):
            return [_attempt(row) for row in rows]

    def _run(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        with self._lock, _explained(self.path), self._connection:
            return work(self._connection)


def rebuild_ledger(archive: Archive, path: Path) -> int:
    """Write the ledger anew from the archive's sidecars; the number of rows written.

    The new file is written beside and takes the old one's place whole. Attempts that archived
    nothing (blocked, not_published, error ...) are not in the sidecars and are lost.
    """
    rows = sorted(_rebuilt_rows(archive), key=lambda row: row[0].fetched_at)
    with written_whole(path) as beside:
        with closing(_connect(beside)) as connection, connection:
            connection.executescript(_SCHEMA)
            connection.executemany(_INSERT, [_row(attempt, version) for attempt, version in rows])
            connection.executemany(
                "insert into withdrawn values (?)", [(one.sha256,) for one in archive.tombstones()]
            )
        # A journal of the old file would be rolled back into the new one.
        path.with_name(path.name + "-journal").unlink(missing_ok=True)
    return len(rows)


def _rebuilt_rows(archive: Archive) -> Iterator[tuple[Attempt, int]]:
    def order(sidecar: Sidecar) -> tuple[str, int, datetime]:
        return (sidecar.publication.publication_id, sidecar.version, sidecar.fetched_at)

    by_publication = groupby(
        sorted(archive.sidecars(), key=order), key=lambda one: one.publication.publication_id
    )
    for _, sidecars in by_publication:
        before: str | None = None
        at: datetime | None = None
        for sidecar in sidecars:
            outcome: Outcome = "changed" if before else "new"
            if sidecar.sha256 == before:
                outcome = "unchanged"
            # A clock that went back must not turn the order of the versions round.
            at = max(at, sidecar.fetched_at) if at else sidecar.fetched_at
            before = sidecar.sha256
            yield (
                Attempt(
                    publication=sidecar.publication,
                    outcome=outcome,
                    fetched_at=at,
                    sha256=sidecar.sha256,
                    bytes=sidecar.bytes,
                    etag=sidecar.headers.get("etag"),
                    last_modified=sidecar.headers.get("last-modified"),
                    reason="rebuilt from the archive",
                ),
                sidecar.version,
            )


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the table where there is none, and add the columns that an older ledger lacks."""
    connection.executescript(_SCHEMA)
    present = {row[1] for row in connection.execute("pragma table_info(attempts)")}
    for name, definition in _ADDED_COLUMNS.items():
        if name not in present:
            connection.execute(f"alter table attempts add column {name} {definition}")


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=_LOCK_WAIT_SECONDS, check_same_thread=False)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Say what is wrong with the ledger and how to go on, instead of SQLite's own words."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise AnchorspendError(
                f"Another program holds the ledger {path}: wait until the other run ends "
                "and start again."
            ) from error
        raise AnchorspendError(
            f"The ledger {path} cannot be used ({error}): check the disk and the rights on it."
        ) from error
    except (sqlite3.DatabaseError, ValueError) as error:
        raise AnchorspendError(
            f"The ledger {path} is damaged ({error}): run `anchorspend archive rebuild-ledger`, "
            "which writes it anew from the archive."
        ) from error


def _row(attempt: Attempt, version: int | None) -> tuple[str | int | None, ...]:
    publication = attempt.publication
    return (
        publication.publisher_id,
        publication.publication_id,
        publication.url,
        publication.label,
        publication.kind,
        publication.first_day.isoformat() if publication.first_day else None,
        publication.last_day.isoformat() if publication.last_day else None,
        None if publication.form is None else json.dumps(publication.form),
        publication.format,
        publication.found_on,
        attempt.outcome,
        attempt.sha256,
        attempt.bytes,
        attempt.fetched_at.isoformat(),
        attempt.http_status,
        attempt.etag,
        attempt.last_modified,
        attempt.reason,
        version,
    )


def _attempt(row: tuple[Any, ...]) -> Attempt:
    fields = dict(zip(("attempt_id", *_COLUMNS), row, strict=True))

    def day(name: str) -> date | None:
        return date.fromisoformat(str(fields[name])) if fields[name] else None

    return Attempt(
        publication=Publication(
            publisher_id=fields["publisher_id"],
            publication_id=fields["publication_id"],
            url=fields["url"],
            label=fields["label"],
            kind=fields["kind"],
            first_day=day("first_day"),
            last_day=day("last_day"),
            form=form_pairs(json.loads(fields["form"] or "null")),
            format=fields["format"],
            found_on=fields["found_on"],
        ),
        outcome=fields["outcome"],
        fetched_at=datetime.fromisoformat(fields["fetched_at"]),
        sha256=fields["sha256"],
        bytes=fields["bytes"],
        http_status=fields["http_status"],
        etag=fields["etag"],
        last_modified=fields["last_modified"],
        reason=fields["reason"],
        attempt_id=fields["attempt_id"],
    )
