"""Identifies the supplier names of a csv file, row by row."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipeline.match.suppliers import DECISIONS, match_suppliers
from pipeline.registers.loading import load_register_files
from pipeline.registers.published import named_register_files
from pipeline.registers.row_files import read_rows, write_rows

# What a row may say beside the name, and where the matcher takes it.
OPTIONAL_COLUMNS = {
    "supplier_postcode": "postcode",
    "company_number": "company_number",
    "charity_number": "charity_number",
    "vat_number": "vat_number",
    "publisher_id": "publisher_id",
}
NO_TEXT = pl.lit(None, pl.String)


def match_names_file(
    names_csv: Path, companies: Sequence[Path], charities: Sequence[Path], out: Path
) -> None:
    """Writes one decision per row of a csv with a column `supplier_name`, in order.

    Raises AnchorspendError where the csv or a register cannot be read.
    """
    rows = read_rows(names_csv, "supplier_name")
    suppliers = rows.with_row_index("row").select(
        pl.col("supplier_name").str.strip_chars().str.replace_all(r"\s+", " "),
        *(
            (pl.col(column) if column in rows.columns else NO_TEXT).alias(name)
            for name, column in OPTIONAL_COLUMNS.items()
        ),
        supplier_id=pl.col("row").cast(pl.String).str.zfill(9),
        is_redacted=pl.lit(value=False),
    )
    with tempfile.TemporaryDirectory(prefix="anchorspend-") as folder:
        load_register_files(named_register_files(companies, charities), Path(folder))
        decisions = match_suppliers(suppliers, Path(folder)).decisions
    answer = decisions.select(column for column in DECISIONS.names() if column != "supplier_id")
    write_rows(pl.concat([rows.select("supplier_name"), answer], how="horizontal"), out)
