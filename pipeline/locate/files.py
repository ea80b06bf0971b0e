"""Geocodes the postcodes of a csv file, row by row."""

import tempfile
from pathlib import Path

import polars as pl

from pipeline.locate.suppliers import with_areas
from pipeline.registers.loading import load_register_files
from pipeline.registers.postcodes import clean_postcode
from pipeline.registers.published import RegisterFiles
from pipeline.registers.row_files import read_rows, write_rows

AREAS = {
    "latitude": "lat",
    "longitude": "long",
    "ward_code": "ward",
    "lsoa_code": "lsoa",
    "lad_code": "lad",
    "county_code": "county",
    "region_code": "region",
    "country_code": "country",
}


def locate_postcodes_file(postcodes_csv: Path, nspl: Path, out: Path) -> None:
    """Writes the rows of a csv with a column `postcode`, in order, with their areas.

    Raises AnchorspendError where the csv or the postcode directory cannot be read.
    """
    rows = read_rows(postcodes_csv, "postcode")
    with tempfile.TemporaryDirectory(prefix="anchorspend-") as folder:
        load_register_files(RegisterFiles(postcodes=(nspl,)), Path(folder))
        places = with_areas(rows.select(postcode=clean_postcode(pl.col("postcode"))), Path(folder))
    write_rows(rows.with_columns(places[code].alias(name) for code, name in AREAS.items()), out)
