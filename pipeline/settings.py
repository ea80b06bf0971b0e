"""Where things lie and what can be switched: the ANCHORSPEND_* environment variables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """The folders of one warehouse and the sources that stand in for the built-in ones.

    `nightly` is when the night begins, in cron's five fields, London time: after midnight, when
    councils' own exports have ended and their sites are quiet.
    """

    warehouse: Path
    registers: Path | None = None
    registry: Path | None = None
    contact: str | None = None
    has_built_in_registry: bool = True
    nightly: str = "30 2 * * *"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Settings as DESIGN names them; unset or empty variables take their defaults."""
        variables = os.environ if environment is None else environment

        def folder(name: str) -> Path | None:
            value = variables.get(name)
            return Path(value).expanduser().resolve() if value else None

        return cls(
            warehouse=folder("ANCHORSPEND_WAREHOUSE") or PROJECT_ROOT / "warehouse",
            registers=folder("ANCHORSPEND_REGISTERS"),
            registry=folder("ANCHORSPEND_REGISTRY"),
            contact=variables.get("ANCHORSPEND_CONTACT") or None,
            has_built_in_registry=variables.get("ANCHORSPEND_BUILT_IN_REGISTRY") != "no",
            nightly=variables.get("ANCHORSPEND_NIGHTLY") or cls.nightly,
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
