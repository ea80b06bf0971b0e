"""Reads every published file of a folder and writes what became of it, one line per file.

Usage: python benchmarks/corpus.py FOLDER OUT.csv
"""

import csv
import sys
import time
from pathlib import Path

from pipeline.normalise.reading import read_payments

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
    "excluded_total_gbp",
    "excluded_note_gbp",
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


def main(folder: Path, out: Path) -> None:
    """Write the outcome per file, then print the counts that the project is held to."""
    lines = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        started = time.perf_counter()
        summary = read_payments(path.read_bytes()).summary
        seconds = time.perf_counter() - started
        line = summary.as_dict() | summary.excluded
        line |= {f"excluded_{kind}_gbp": gbp for kind, gbp in summary.excluded_gbp.items()}
        line |= {
            "file": path.relative_to(folder).as_posix(),
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
    rows = sum(int(line["rows"]) for line in read)
    rejected = sum(int(line["rejected"]) for line in read)
    print(f"{len(lines)} files: {len(read)} read, {len(lines) - len(read)} refused")
    print(f"{rows:,} rows, {rejected:,} rejected ({rejected / max(rows, 1):.3%})")
    for line in lines:
        if line["status"] != "payments":
            print(f"  refused {line['file']}: {line['reason']}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
