"""Bulk registers and postcode directories, as published, kept as Parquet."""
