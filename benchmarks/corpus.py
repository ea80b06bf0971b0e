"""Reads every published file of a folder and writes what became of it, one line per file.

Usage: python benchmarks/corpus.py FOLDER OUT.csv

Exit code 1 where a bar of the project is missed; the rows and files to look at are printed.
"""

import csv
import re
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import polars as pl

from pipeline.normalise.reading import Reading, read_payments
from pipeline.read.rows import EXCLUDED

MOST_REFUSED, MOST_REJECTED = 0.05, 0.02

FIELDS = [
    "file",
    "status",
    "kind",
    "rows",
    "payments",
    "rejected",
    "blank",
    "total",
    "header",
    "note",
    "total_gbp",
    "excluded_blank_gbp",
    "excluded_total_gbp",
    "excluded_header_gbp",
    "excluded_note_gbp",
    "unexplained",
    "printed_total_gbp",
    "amount_column",
    "amount_basis",
    "supplier_column",
    "date_column",
    "first_date",
    "last_date",
    "negative",
    "redacted",
    "undated",
    "format",
    "encoding",
    "sheets",
    "seconds",
    "reason",
    "warnings",
]


# What the rows are judged by here is kept apart from the reader, which it judges.
_SUM_LABEL = re.compile(r"(?i)\W*(?:grand|sub|overall)?[\s-]*(?:totals?|sum|count)\W*")
_MONEY = re.compile(r"[-(£ ]*\d[\d,]*\.\d\d[) -]*")
_PENNY = Decimal("0.01")


def unexplained_rows(reading: Reading) -> Iterator[tuple[str, int, str]]:
    """Excluded rows that name somebody beside an amount and are no sum of payments: defects.

    Each as sheet, row number and text. A sum is that of all payments of the sheet, of those above
    the row, or of those between it and the excluded amount before it.
    """
    rows = reading.excluded.filter(pl.col("class") != "blank").sort("sheet", "row_number")
    last: tuple[str, int] = ("", 0)
    for row in rows.iter_rows(named=True):
        sheet, number, text = row["sheet"], row["row_number"], row["text"]
        start = last[1] if last[0] == sheet else 0
        cells = text.split(" | ")
        if row["amount_gbp"] is not None:
            last = (sheet, number)
        is_money = row["amount_gbp"] is not None or any(_MONEY.fullmatch(cell) for cell in cells)
        names = [c for c in cells if re.search("[A-Za-z]{3}", c) and not _SUM_LABEL.fullmatch(c)]
        if names and is_money and not _is_a_sum(reading.payments, row, start):
            yield sheet, number, text


def _is_a_sum(payments: pl.DataFrame, row: dict[str, object], start: int) -> bool:
    here = payments.filter(pl.col("sheet") == row["sheet"])
    above = here.filter(pl.col("row_number") < row["row_number"])
    group = above.filter(pl.col("row_number") > start)
    amount = row["amount_gbp"]
    return isinstance(amount, Decimal) and any(
        len(frame) > 1 and abs(Decimal(frame["amount_gbp"].sum()) - amount) < _PENNY
        for frame in (here, above, group)
    )


def main(folder: Path, out: Path) -> bool:
    """Write the outcome per file, print what the project is held to, and whether it holds."""
    lines = []
    unexplained = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        started = time.perf_counter()
        reading = read_payments(path.read_bytes())
        seconds = time.perf_counter() - started
        summary = reading.summary
        name = path.relative_to(folder).as_posix()
        found = [
            f"{name}, {sheet} row {row}: {text}" for sheet, row, text in unexplained_rows(reading)
        ]
        unexplained += found
        line = summary.as_dict() | summary.excluded
        line |= {f"excluded_{kind}_gbp": gbp for kind, gbp in summary.excluded_gbp.items()}
        line |= {
            "file": name,
            "unexplained": len(found),
            "sheets": len(summary.sheets),
            "seconds": f"{seconds:.3f}",
            "warnings": " | ".join(summary.warnings),
        }
        lines.append(line)
    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, FIELDS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(lines)
    read = [line for line in lines if line["status"] == "payments"]
    refused = [line for line in lines if line["status"] != "payments"]
    rows = sum(int(line["rows"]) for line in read)
    rejected = sum(int(line["rejected"]) for line in read)
    print(
        f"{len(lines)} files: {len(read)} read, {len(refused)} refused (at most {MOST_REFUSED:.0%})"
    )
    print(
        f"{rows:,} rows, {rejected:,} rejected "
        f"({rejected / max(rows, 1):.3%}, at most {MOST_REJECTED:.0%})"
    )
    for kind in EXCLUDED:
        pounds = sum(Decimal(line[f"excluded_{kind}_gbp"]) for line in read)
        print(f"  left out as {kind}: {sum(line[kind] for line in read):,} rows, £{pounds:,.2f}")
    print(f"{len(unexplained)} rows left out that name somebody beside an amount and are no sum")
    for text in unexplained:
        print(f"  {text}")
    # Pounds may be left out as a total, which is checked, and never as a note.
    unaccounted = [
        line["file"]
        for line in read
        if line["rows"] != line["payments"] + line["rejected"] + sum(line[k] for k in EXCLUDED)
        or Decimal(line["excluded_note_gbp"])
    ]
    print(f"{len(unaccounted)} files whose rows are not all accounted for")
    for text in unaccounted:
        print(f"  {text}")
    for line in refused:
        print(f"  refused {line['file']}: {line['reason']}")
    return (
        not unexplained
        and not unaccounted
        and len(refused) <= MOST_REFUSED * len(lines)
        and rejected <= MOST_REJECTED * rows
    )


if __name__ == "__main__":
    sys.exit(0 if main(Path(sys.argv[1]), Path(sys.argv[2])) else 1)
