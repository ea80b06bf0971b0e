"""The columns of payments, of rejected rows and of excluded rows, as they are read and kept."""

import polars as pl

from pipeline.normalise.amounts import GBP

PAYMENTS_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "sheet": pl.String,
    "row_number": pl.Int64,
    "payment_date": pl.Date,
    "payment_month": pl.Date,
    "supplier_name": pl.String,
    "amount_gbp": GBP,
    "amount_basis": pl.String,
    "description": pl.String,
    "department": pl.String,
    "category": pl.String,
    "transaction_id": pl.String,
    "supplier_postcode": pl.String,
    "supplier_id_as_published": pl.String,
    "company_number": pl.String,
    "charity_number": pl.String,
    "vat_number": pl.String,
    "capital_or_revenue": pl.String,
    "is_redacted": pl.Boolean,
    "is_card": pl.Boolean,
    "repeated_total_suspected": pl.Boolean,
    "other": pl.String,
}
REJECTED_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "sheet": pl.String,
    "row_number": pl.Int64,
    "column_name": pl.String,
    "value": pl.String,
    "reason": pl.String,
}
EXCLUDED_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "sheet": pl.String,
    "row_number": pl.Int64,
    "class": pl.String,
    "amount_gbp": GBP,
    "text": pl.String,
}
# What the compacted payments of a publisher are identified by, beside what is read of them.
IDENTITY_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "publisher_id": pl.String(),
    "file_sha256": pl.String(),
    "supplier_id": pl.String(),
}
# The columns of a publisher's compacted payments.
PAYMENT_COLUMNS = {**IDENTITY_SCHEMA, **PAYMENTS_SCHEMA}
