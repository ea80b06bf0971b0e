"""Dagster's event log in SQLite with its databases held open and its statements made once.

Dagster opens the database and puts its SQL together anew for each of the 18 events that a publisher
makes in a night: 17 ms each, where 2 are enough (`make bench-nights`).
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster import AssetCheckEvaluation
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationPlanned,
)
from dagster._core.events import (
    ASSET_CHECK_EVENTS,
    ASSET_EVENTS,
    EVENT_TYPE_TO_PIPELINE_RUN_STATUS,
)
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    SqlEventLogStorageTable,
)
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, QueuePool, bindparam, create_engine, event

# SQLAlchemy takes longer to put a statement together than SQLite to execute it.
_INSERT_EVENT = SqlEventLogStorageTable.insert()
_CHECKS = AssetCheckExecutionsTable.c
_PLAN_CHECK = AssetCheckExecutionsTable.insert()
_END_PLANNED_CHECK = AssetCheckExecutionsTable.update().where(
    _CHECKS.asset_key == bindparam("of_asset"),
    _CHECKS.check_name == bindparam("of_check"),
    _CHECKS.run_id == bindparam("of_run"),
    _CHECKS.partition.is_not_distinct_from(bindparam("of_partition")),
)
_INDEXED_EVENTS = {*ASSET_EVENTS, *ASSET_CHECK_EVENTS, *EVENT_TYPE_TO_PIPELINE_RUN_STATUS}
# The index of all runs, and the runs that a person or the daemon is looking at.
_DATABASES_HELD_OPEN = 8


class HeldOpenSqliteEventLogStorage(SqliteEventLogStorage):
    """SqliteEventLogStorage below a Dagster home, where it puts its databases by itself."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._seen: set[str] = set()  # Tables and columns; none ever goes.
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
        """Store the event of a run, and in the index of all runs what is asked across runs.

        As its parent, in one transaction of each database and with a statement made once.
        """
        row = self._event_to_row(event)
        with self.run_connection(event.run_id) as run:
            run.execute(_INSERT_EVENT, row)
        if event.dagster_event_type not in _INDEXED_EVENTS:
            return
        with self.index_connection() as index:
            event_id: int = index.execute(_INSERT_EVENT, row).inserted_primary_key[0]  # type: ignore[index]
            if event.dagster_event_type in ASSET_EVENTS:
                self._store_asset_event_tags(index, [event], [event_id])
                self._store_asset_event(index, event, event_id)
            elif event.dagster_event_type in ASSET_CHECK_EVENTS and not (
                self._plan_check(index, event, event_id, row)
                or self._end_planned_check(index, event, event_id, row)
            ):
                self.store_asset_check_event(event, event_id)

    def _plan_check(
        self, index: Connection, event: EventLogEntry, event_id: int, row: Mapping[str, Any]
    ) -> bool:
        """Say that a check is planned; false where the event says something else."""
        planned = event.get_dagster_event().event_specific_data
        if not isinstance(planned, AssetCheckEvaluationPlanned) or planned.partitions_subset:
            return False
        index.execute(
            _PLAN_CHECK,
            {
                "asset_key": planned.asset_key.to_string(),
                "check_name": planned.check_name,
                "run_id": event.run_id,
                "execution_status": AssetCheckExecutionRecordStatus.PLANNED.value,
                "evaluation_event": row["event"],
                "evaluation_event_timestamp": row["timestamp"],
                "evaluation_event_storage_id": event_id,
            },
        )
        return True

    def _end_planned_check(
        self, index: Connection, event: EventLogEntry, event_id: int, row: Mapping[str, Any]
    ) -> bool:
        """Say beside the plan of a check how it came out; false where none was planned."""
        evaluation = event.get_dagster_event().event_specific_data
        if not isinstance(evaluation, AssetCheckEvaluation):
            return False
        checked = evaluation.target_materialization_data
        status = (
            AssetCheckExecutionRecordStatus.SUCCEEDED
            if evaluation.passed
            else AssetCheckExecutionRecordStatus.FAILED
        )
        planned = index.execute(
            _END_PLANNED_CHECK,
            {
                "of_asset": evaluation.asset_key.to_string(),
                "of_check": evaluation.check_name,
                "of_run": event.run_id,
                "of_partition": evaluation.partition,
                "execution_status": status.value,
                "evaluation_event": row["event"],
                "evaluation_event_timestamp": row["timestamp"],
                "evaluation_event_storage_id": event_id,
                "materialization_event_storage_id": checked.storage_id if checked else None,
            },
        )
        return planned.rowcount == 1

    def has_table(self, table_name: str) -> bool:
        """As its parent says, which opens the database anew for each event of a check."""
        if table_name not in self._seen and super().has_table(table_name):
            self._seen.add(table_name)
        return table_name in self._seen

    def _has_asset_key_col_on_connection(self, conn: Connection, column_name: str) -> bool:
        if column_name not in self._seen and super()._has_asset_key_col_on_connection(
            conn, column_name
        ):
            self._seen.add(column_name)
        return column_name in self._seen

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
