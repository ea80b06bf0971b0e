"""Small csv files of a person's own, answered row by row."""

from pathlib import Path

import polars as pl

from pipeline.errors import AnchorspendError
from pipeline.whole_files import written_whole


def read_rows(path: Path, column: str) -> pl.DataFrame:
    """The rows of a csv as text, in order; blanks are null.

    Raises AnchorspendError where the file cannot be read or has no such column.
    """
    try:
        rows = pl.read_csv(
            path, infer_schema=False, encoding="utf8-lossy", row_index_name="row_of_file"
        )
    except FileNotFoundError as fault:
        raise AnchorspendError(f"There is no file {path}: check the name.") from fault
    except (pl.exceptions.PolarsError, OSError) as fault:
        reason = str(fault).splitlines()[0]
        raise AnchorspendError(
            f"{path} cannot be read as csv ({reason}): save it as csv in UTF-8."
        ) from fault
    rows = rows.sort("row_of_file").drop("row_of_file")
    rows = rows.rename({name: name.strip().removeprefix("\ufeff") for name in rows.columns})
    if column not in rows.columns:
        raise AnchorspendError(
            f"{path} has no column {column} but {', '.join(rows.columns[:6])}: rename the one "
            f"that holds it to {column}."
        )
    return rows


def write_rows(rows: pl.DataFrame, path: Path) -> None:
    """Writes rows as csv, whole or not at all."""
    try:
        with written_whole(path) as beside:
            rows.write_csv(beside)
    except OSError as fault:
        raise AnchorspendError(f"{path} cannot be written ({fault.strerror}).") from fault
