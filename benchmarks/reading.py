"""Reading speed as ratios in one run: against a bare Polars scan and against bare calamine.

The messy files have a preamble, cp1252 with £1,234.50, d/m/Y, CRLF, a total below; the clean ones
hold the same payments as plain csv. The bare scan, parse and sink ends as Parquet on disk. Ours is
timed until all is read and normalised, for which DESIGN section 6 has a bar, and once more with
each reading written as the cache of readings keeps it. Wall time, and the work of processors, which
others on the machine blur less.
"""

import argparse
import io
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars as pl
import python_calamine

from pipeline.normalise.processes import reading_processes
from pipeline.normalise.reading import read_payments
from pipeline.payments import write_cached
from pipeline.read import read_workbook

# The writer of small pdfs lies with the tests, which are no part of what is installed.
sys.path.append(str(Path(__file__).resolve().parents[1]))
from tests.read.pdf_writer import PdfPage, pdf_of

HEADING = ["Payment Date", "Supplier Name", "Net Amount (£)", "Expense Type", "Directorate", "Ref"]
CATEGORIES = ["Agency Staff", "Building Works", "Repairs, Planned", "Catering", "Computer Software"]


def write_files(folder: Path, files: int, rows: int) -> tuple[Path, Path]:
    """The same payments, messy and clean; the two folders."""
    chance = random.Random(1)
    messy, clean = folder / "messy", folder / "clean"
    messy.mkdir()
    clean.mkdir()
    suppliers = [f"Supplier {number:05} & Sons Ltd" for number in range(20_000)]
    for number in range(files):
        day = date(2015, 4, 1) + timedelta(days=number)
        table = [
            (
                day + timedelta(days=chance.randrange(28)),
                chance.choice(suppliers),
                Decimal(chance.randrange(-50_000, 5_000_000)) / 100,
                chance.choice(CATEGORIES),
                "Place & Environment",
                f"{number:04}{row:06}",
            )
            for row in range(rows)
        ]
        lines = ["A Council", "Payments over £250", ",,,,,", ",".join(HEADING)]
        lines += [
            f'{paid:%d/%m/%Y},{supplier},"£{amount:,.2f}","{category}",{directorate},{reference}'
            for paid, supplier, amount, category, directorate, reference in table
        ]
        lines.append(f',Total,"£{sum(row[2] for row in table):,.2f}",,,')
        (messy / f"{number:04}.csv").write_bytes(("\r\n".join(lines) + "\r\n").encode("cp1252"))
        pl.DataFrame(
            table,
            schema=["paid", "supplier", "amount", "category", "directorate", "reference"],
            orient="row",
        ).write_csv(clean / f"{number:04}.csv")
    return messy, clean


def read_one(path: Path, out: Path | None) -> tuple[int, Decimal, float]:
    """Read and normalise one messy file, and write it where `out` is given.

    Its rows and pounds, and the seconds of work that it took.
    """
    started = time.process_time()
    reading = read_payments(path.read_bytes())
    if out is not None:
        write_cached(reading.payments, out / f"{path.stem}.parquet")
    worked = time.process_time() - started
    return reading.payments.height, Decimal(reading.summary.total_gbp), worked


def warm_up(pool: Executor, messy: Path, out: Path, processes: int) -> None:
    """Let the processes start, import the reader and read one file each."""
    first = [min(messy.iterdir())] * processes
    list(pool.map(read_one, first, [out] * processes))


def read_all(pool: Executor, messy: Path, out: Path | None) -> tuple[int, Decimal, float]:
    """Every messy file; rows, pounds and seconds of work in all."""
    paths = sorted(messy.iterdir())
    rows, pounds, worked = zip(
        *pool.map(read_one, paths, [out] * len(paths), chunksize=8), strict=True
    )
    return sum(rows), sum(pounds, Decimal(0)), sum(worked)


def scan_all(clean: Path, out: Path) -> None:
    """The bare Polars scan, parse and sink of the clean equivalent."""
    pl.scan_csv(clean / "*.csv", infer_schema=False).with_columns(
        pl.col("paid").str.to_date("%Y-%m-%d"), pl.col("amount").cast(pl.Decimal(18, 4))
    ).sink_parquet(out / "clean.parquet")


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def compare_csv(files: int, rows: int, processes: int) -> None:
    """Print the ratio of reading messy csv, unwritten and written, to a bare scan of clean csv."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        messy, clean = write_files(folder, files, rows)
        out = folder / "out"
        out.mkdir()
        # In turn, so that what else the machine does weighs on all.
        bare, bare_worked = [], []
        ours: dict[Path | None, list[float]] = {None: [], out: []}
        ours_worked: dict[Path | None, list[float]] = {None: [], out: []}
        with reading_processes(processes) as pool:
            start_up = seconds(lambda: warm_up(pool, messy, out, processes))
            for _ in range(2):
                before = time.process_time()
                bare.append(seconds(lambda: scan_all(clean, out)))
                bare_worked.append(time.process_time() - before)
                for target in ours:
                    started = time.perf_counter()
                    read, pounds, worked = read_all(pool, messy, target)
                    ours[target].append(time.perf_counter() - started)
                    ours_worked[target].append(worked)
        total = pl.scan_csv(clean / "*.csv", infer_schema=False)
        expected = total.select(pl.col("amount").cast(pl.Decimal(18, 4)).sum()).collect().item()
    assert (read, pounds) == (files * rows, expected), "the readings are wrong"
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    print(
        f"{read:,} rows in {files} csv files: bare Polars {min(bare):.1f} s, the work of "
        f"processors {min(bare_worked):.1f} s; {start_up:.1f} s to start {processes} processes; "
        f"peak {peak:.2f} GB a process (bar 1.5)"
    )
    for target, said in ((None, "read and normalised"), (out, "and written for the cache")):
        print(
            f"  {said}: {min(ours[target]):.1f} s, ratio {min(ours[target]) / min(bare):.2f}; work "
            f"{min(ours_worked[target]):.1f} s, ratio "
            f"{min(ours_worked[target]) / min(bare_worked):.2f} (bar 3 for what is read and "
            "normalised)"
        )


def compare_odd(rows: int) -> None:
    """Print what a csv costs whose stray quote makes the reader cut its records one by one."""
    with tempfile.TemporaryDirectory() as name:
        messy, clean = write_files(Path(name), 1, rows)
        data = min(messy.iterdir()).read_bytes()
        odd = data.replace(b"Sons Ltd", b'"Sons Ltd', 1)
        bare = min(seconds(lambda: scan_all(clean, Path(name))) for _ in range(5))
        regular = min(seconds(lambda: read_payments(data)) for _ in range(5))
        taken = min(seconds(lambda: read_payments(odd)) for _ in range(5))
    assert read_payments(odd).payments.height == rows, "the odd file is read wrongly"
    print(
        f"{rows:,} rows with a stray quote: {taken:.2f} s, ratio to bare Polars {taken / bare:.1f} "
        f"(no bar; without the quote {regular / bare:.1f}, of one file alone)"
    )


def compare_workbook(rows: int) -> None:
    """Print the ratio of reading a workbook to bare calamine."""
    chance = random.Random(2)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("April")
    sheet.append(HEADING)
    for row in range(rows):
        paid = date(2024, 4, 1) + timedelta(days=chance.randrange(28))
        amount = chance.randrange(5_000_000) / 100
        sheet.append([paid, f"Supplier {row % 9000} Ltd", amount, "Works", "Place", f"T{row}"])
    stream = io.BytesIO()
    book.save(stream)
    data = stream.getvalue()

    def bare() -> object:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        return workbook.get_sheet_by_index(0).to_python()

    calamine = min(seconds(bare) for _ in range(5))
    grid = min(seconds(lambda: read_workbook(data)) for _ in range(5))
    whole = min(seconds(lambda: read_payments(data)) for _ in range(5))
    print(
        f"{rows:,}-row workbook: to a grid {grid:.2f} s, bare calamine {calamine:.2f} s, "
        f"ratio {grid / calamine:.2f} (bar 2); to payments {whole:.2f} s"
    )


def time_pdf(pages: int) -> None:
    """Print how long a ruled pdf of the given pages takes."""
    rows = [[f"Supplier {n}", "01/04/2024", f"{n}.00", "Repairs and so on"] for n in range(1, 61)]
    heading = ["Supplier Name", "Payment Date", "Net Amount", "Description"]
    page = PdfPage()
    for at, row in enumerate([heading, *rows]):
        for left, text in zip((40, 200, 290, 370), row, strict=True):
            page.text(left, 768 - 12 * at, text)
        page.line(35, 780 - 12 * at, 570, 780 - 12 * at)
    for x in (35, 195, 285, 365, 570):
        page.line(x, 780, x, 48)
    data = pdf_of(*[page] * pages)
    taken = min(seconds(lambda: read_payments(data)) for _ in range(3))
    assert read_payments(data).payments.height == pages * len(rows), "the pdf is read wrongly"
    print(f"{pages}-page pdf of {pages * len(rows):,} payments: {taken:.2f} s (bar 5 s)")


def main() -> None:
    """Run the comparisons, and time a pdf."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--files", type=int, default=1000)
    options.add_argument("--rows", type=int, default=10_000)
    options.add_argument("--processes", type=int, default=2)
    chosen = options.parse_args()
    time_pdf(13)
    compare_workbook(50_000)
    compare_odd(chosen.rows)
    compare_csv(chosen.files, chosen.rows, chosen.processes)


if __name__ == "__main__":
    main()
