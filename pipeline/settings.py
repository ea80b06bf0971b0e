"""Where things lie and what can be switched: the ANCHORSPEND_* environment variables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import AnchorspendError

PROJECT_ROOT = Path(__file__).resolve().parent.parent
SQL_ROOT = PROJECT_ROOT / "dbt_like_sql"


@dataclass(frozen=True)
class Settings:
    """The folders of one warehouse and the sources that stand in for the built-in ones.

    `nightly` is when the night begins, in cron's five fields, London time: after midnight, when
    councils' own exports have ended and their sites are quiet. `monthly` is when registers are
    refreshed: by the 5th Companies House has the month's file, and at noon the night's work has
    ended. `kept_snapshots` is how many snapshots of each register's addresses are kept.
    `kept_run_days` is how many days of Dagster's runs and events are kept.
    `loopback_site` is the one "host:port" on this machine that may be visited, and without pauses.
    """

    warehouse: Path
    registers: Path | None = None
    registry: Path | None = None
    contact: str | None = None
    has_built_in_registry: bool = True
    nightly: str = "30 2 * * *"
    monthly: str = "0 12 5 * *"
    # A year of months and the one before, so that the same month of two years can be compared.
    kept_snapshots: int = 13
    # A quarter, as the ticks in deploy/dagster.yaml.
    kept_run_days: int = 90
    loopback_site: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Settings as DESIGN names them; unset or empty variables take their defaults."""
        variables = os.environ if environment is None else environment

        def folder(name: str) -> Path | None:
            value = variables.get(name)
            return Path(value).expanduser().resolve() if value else None

        def kept(name: str, what: str, default: int) -> int:
            value = variables.get(name) or str(default)
            if not value.isdecimal() or int(value) < 1:
                raise AnchorspendError(
                    f"{name} is {value!r}: write how many {what} are kept, 1 or more."
                )
            return int(value)

        return cls(
            warehouse=folder("ANCHORSPEND_WAREHOUSE") or PROJECT_ROOT / "warehouse",
            registers=folder("ANCHORSPEND_REGISTERS"),
            registry=folder("ANCHORSPEND_REGISTRY"),
            contact=variables.get("ANCHORSPEND_CONTACT") or None,
            has_built_in_registry=variables.get("ANCHORSPEND_BUILT_IN_REGISTRY") != "no",
            nightly=variables.get("ANCHORSPEND_NIGHTLY") or cls.nightly,
            monthly=variables.get("ANCHORSPEND_MONTHLY") or cls.monthly,
            kept_snapshots=kept(
                "ANCHORSPEND_KEPT_SNAPSHOTS",
                "snapshots of each register's addresses",
                cls.kept_snapshots,
            ),
            kept_run_days=kept(
                "ANCHORSPEND_KEPT_RUN_DAYS", "days of Dagster's runs", cls.kept_run_days
            ),
            loopback_site=variables.get("ANCHORSPEND_LOOPBACK_SITE") or None,
        )

    @property
    def archive_dir(self) -> Path:
        """Every file version ever fetched, by sha256, with sidecars; never overwritten."""
        return self.warehouse / "archive"

    @property
    def ledger_path(self) -> Path:
        """The SQLite ledger: one row per attempt to get a publication."""
        return self.archive_dir / "ledger.sqlite"

    @property
    def readings_dir(self) -> Path:
        """The cache of parsed files, by sha256 and digest of what decides a reading."""
        return self.warehouse / "readings"

    @property
    def payments_dir(self) -> Path:
        """One compacted Parquet file of payments per publisher."""
        return self.warehouse / "payments"

    @property
    def files_dir(self) -> Path:
        """One Parquet file per publisher on the file versions held of it."""
        return self.warehouse / "files"

    @property
    def identified_dir(self) -> Path:
        """Suppliers with the matcher's decisions and their places."""
        return self.warehouse / "identified"

    @property
    def registers_dir(self) -> Path:
        """The bulk registers and the postcode directory as Parquet."""
        return self.warehouse / "registers"

    @property
    def database_path(self) -> Path:
        """The published DuckDB file, read-only and replaced whole."""
        return self.warehouse / "anchorspend.duckdb"

    @property
    def report_dir(self) -> Path:
        """The report, a static site that is replaced whole."""
        return self.warehouse / "report"

    @property
    def export_dir(self) -> Path:
        """The marts as Parquet with their data package, a folder that is replaced whole."""
        return self.warehouse / "export"
