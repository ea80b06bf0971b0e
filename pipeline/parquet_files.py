"""Parquet files written whole, which may say what decided them so that they can be left alone."""

from pathlib import Path

import polars as pl

from pipeline.whole_files import written_whole

_DECIDED_BY = "anchorspend:decided_by"


def write_parquet(frame: pl.DataFrame, path: Path, decided: str | None = None) -> None:
    """Write beside, then rename: a reader sees the old file or the new one.

    `decided` is a digest of all that decides what is written.
    """
    with written_whole(path) as beside:
        metadata = {_DECIDED_BY: decided} if decided else None
        frame.write_parquet(beside, compression="zstd", metadata=metadata)


def is_decided_by(path: Path, decided: str) -> bool:
    """Whether there is a sound file that this decided."""
    try:
        return pl.read_parquet_metadata(path).get(_DECIDED_BY) == decided
    except (FileNotFoundError, pl.exceptions.ComputeError):
        return False
