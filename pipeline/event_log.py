"""Dagster's event log in SQLite with its databases held open.

Dagster opens the database and compiles its SQL anew for each of the 23 events that a publisher
makes in a night: 17 ms each, where 3 are enough (`make bench-nights`).
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, QueuePool, create_engine, event

# The index of all runs, and the runs that a person or the daemon is looking at.
_DATABASES_HELD_OPEN = 8


class HeldOpenSqliteEventLogStorage(SqliteEventLogStorage):
    """SqliteEventLogStorage below a Dagster home, where it puts its databases by itself."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._tables: set[str] = set()
        self._begun: dict[str, Connection] = {}
        super().__init__(base_dir, inst_data)
        # A transaction that has begun lets its own thread in again.
        self._db_lock = threading.RLock()  # type: ignore[assignment]

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "HeldOpenSqliteEventLogStorage":
        """The storage below `base_dir`, which is the Dagster home."""
        return cls(str(Path(config_value["base_dir"]) / "history" / "runs"), inst_data)

    def store_event(self, event: EventLogEntry) -> None:
        """As its parent, in one transaction of each database where it takes up to four."""
        self.store_event_batch([event])

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store the events of one run in one transaction of each database."""
        with self.run_connection(events[0].run_id), self.index_connection():
            for event in events:
                super().store_event(event)

    def has_table(self, table_name: str) -> bool:
        """As its parent says, which opens the database anew for each event of a check."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            if shard in self._begun:
                yield self._begun[shard]
                return
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                self._begun[shard] = connection
                try:
                    yield connection
                finally:
                    del self._begun[shard]

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            self._engines[shard] = _opened(self.conn_string_for_shard(shard))
        self._engines.move_to_end(shard)
        while len(self._engines) > _DATABASES_HELD_OPEN:
            self._engines.popitem(last=False)[1].dispose()
        return self._engines[shard]


def _opened(address: str) -> Engine:
    # The storage's own lock lets one thread in at a time.
    engine = create_engine(
        address,
        poolclass=QueuePool,
        pool_size=1,
        connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _sync_at_checkpoints(connection: Any, _: object) -> None:  # noqa: ANN401 - DB-API
        # Beside a write-ahead log this loses no more than the last events when power fails.
        connection.execute("pragma synchronous = normal")

    return engine
