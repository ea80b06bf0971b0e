"""How each publisher stands: newest period, age, last outcome, what was refused."""

from datetime import UTC, date, datetime
from typing import Any

from pipeline.collect.archive import Archive
from pipeline.collect.ledger import Ledger
from pipeline.settings import Settings
from pipeline.warehouse import open_database

_HELD = """
select publisher_id, publishes, files_held, payment_rows, first_month, last_month,
    files_refused as quarantined_files, rejected_rows
from marts.publishers order by publisher_id
"""


def publisher_status(settings: Settings) -> list[dict[str, Any]]:
    """One row per publisher; days_since_new_rows counts from the fetch of its newest file version.

    Raises AnchorspendError where there is no database.
    """
    with open_database(settings.database_path) as connection:
        cursor = connection.execute(_HELD)
        names = [column[0] for column in cursor.description or []]
        held = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    last_outcome: dict[str, str] = {}
    newest_bytes: dict[str, date] = {}
    with Ledger(settings.ledger_path, Archive(settings.archive_dir)) as ledger:
        for attempt in ledger.attempts():
            publisher_id = attempt.publication.publisher_id
            last_outcome[publisher_id] = attempt.outcome
            if attempt.outcome in ("new", "changed"):
                newest_bytes[publisher_id] = attempt.fetched_at.date()
    today = datetime.now(UTC).date()
    return [
        row
        | {
            "days_since_new_rows": (today - newest_bytes[row["publisher_id"]]).days
            if row["publisher_id"] in newest_bytes
            else None,
            "last_outcome": last_outcome.get(row["publisher_id"]),
        }
        for row in held
    ]
