"""From grids of strings to payments: columns, amounts, dates, redactions."""
