"""Speed and memory of the build, the report and the twenty questions, as ratios within one run.

A generated world of about 5,000 payments is taken through the whole job once. Its two towns and 12
publishers get two twins each, in the same places: 6 towns, 36 publishers. What that left for the
SQL is then multiplied: each copy of a payment has a row and a description of its own,
and goes to one of as many copies of the suppliers as make 30,000. So natures, bands, withheld names
and undated lines keep their parts, and the database is built and tested by the product's own build.
Bars: DESIGN section 6, ten times a bare scan for the questions, and for the report of a million
payments a minute and 3 GB.
"""

import argparse
import json
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import duckdb
import polars as pl

from pipeline.changed_rows import CHANGED_ROWS, compare_marts
from pipeline.demo.invented import run_invented_demo
from pipeline.payments import COMPACTED
from pipeline.report.site import build_report
from pipeline.settings import PROJECT_ROOT, SQL_ROOT, Settings
from pipeline.sql_models import load_project
from pipeline.sql_models.sql_text import identifier
from pipeline.warehouse import BUILD_RECORD, build_database, open_database

WORLD_SCALE, TWINS, SUPPLIERS = 0.25, 3, 30_000
# What tells twins apart, in whatever table it stands.
OWN = ("publisher_id", "publisher_name", "town_id", "town_name", "supplier_id")
TABLES_OF_ALL = (
    *(f"registry/{name}" for name in ("towns", "town_areas", "anchors", "publishers")),
    "registry/service_areas",
    *(f"identified/{name}" for name in ("suppliers", "supplier_places", "candidates")),
)
QUESTIONS = sorted((PROJECT_ROOT / "docs/queries").glob("*.sql"))
# For each table of the SQL's sources, what a copy (of number n) has of its own.
PAYMENTS = """
    * exclude (n) replace (
        row_number + 1000000 * n as row_number,
        supplier_id || '-' || n % {suppliers} as supplier_id,
        description || ' T' || n % 20 as description
    )
"""
OF_SUPPLIERS = (
    "* exclude (n) replace (supplier_id || '-' || n as supplier_id, number || '-' || n as number)"
)
OF_SELECTED_FILES = """
    * exclude (n) replace (
        rows * {copies} as rows, (total_gbp * {copies})::decimal(18, 4) as total_gbp
    )
"""
OF_FILES = """
    * exclude (n) replace (
        rows + payments * ({copies} - 1) as rows,
        payments * {copies} as payments,
        (total_gbp * {copies})::decimal(18, 4) as total_gbp
    )
"""
OF_FILE_REVISIONS = """
    * exclude (n) replace (
        rows_before * {copies} as rows_before,
        rows_after * {copies} as rows_after,
        rows_added * {copies} as rows_added,
        rows_removed * {copies} as rows_removed,
        rows_edited * {copies} as rows_edited,
        (added_gbp * {copies})::decimal(18, 4) as added_gbp,
        (removed_gbp * {copies})::decimal(18, 4) as removed_gbp,
        (moved_gbp * {copies})::decimal(18, 4) as moved_gbp
    )
"""
OF_ORGANISATIONS = "* exclude (n) replace (number || '-' || n as number)"


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def add_twins(world: Path) -> None:
    """Put twins of every town, publisher and supplier beside them."""

    def twin(path: Path, number: int) -> pl.DataFrame:
        frame = pl.read_parquet(path)
        own = [name for name in OWN if name in frame.columns]
        return frame.with_columns(pl.col(own) + f"_{number}") if number > 1 else frame

    for table in TABLES_OF_ALL:
        path = world / f"{table}.parquet"
        twins = pl.concat([twin(path, number) for number in range(1, TWINS + 1)])
        twins.write_parquet(path)
    for folder in COMPACTED:
        for path in sorted((world / folder).glob("*.parquet")):
            for number in range(2, TWINS + 1):
                twin(path, number).write_parquet(path.with_stem(f"{path.stem}_{number}"))


def multiply(world: Path, payments: int) -> int:
    """Put copies in place of what the SQL reads; how many payments there are now."""
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")

        def count(pattern: str) -> int:
            [(rows,)] = connection.execute(f"select count(*) from '{world}/{pattern}'").fetchall()
            return int(rows)

        def copy(path: Path, columns: str, copies: int) -> None:
            beside = path.with_suffix(".new")
            connection.execute(
                f"copy (select {columns} from '{path}', range({copies}) as copies(n))"
                f" to '{beside}' (format parquet, compression zstd)"
            )
            beside.replace(path)

        copies = max(1, payments // count("payments/*.parquet"))
        suppliers = max(1, SUPPLIERS // count("identified/suppliers.parquet"))
        for path in sorted((world / "payments").glob("*.parquet")):
            copy(path, PAYMENTS.format(suppliers=suppliers), copies)
        for folder, columns in (
            ("selected_files", OF_SELECTED_FILES),
            ("files", OF_FILES),
            ("file_revisions", OF_FILE_REVISIONS),
        ):
            for path in sorted((world / folder).glob("*.parquet")):
                copy(path, columns.format(copies=copies), 1)
        for name in ("suppliers", "supplier_places"):
            copy(world / f"identified/{name}.parquet", OF_SUPPLIERS, suppliers)
        for name in ("organisations", "organisation_addresses"):
            copy(world / f"identified/{name}.parquet", OF_ORGANISATIONS, suppliers)
        return count("payments/*.parquet")


def build(world: Path) -> tuple[float, list[tuple[float, str]], float]:
    """Seconds of the build, those of each model, and the most memory it took in GB."""
    report = build_database(
        world / "bench.duckdb", load_project(SQL_ROOT), world, "of the benchmark"
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    models = sorted(((model.seconds, model.name) for model in report.models), reverse=True)
    return report.seconds, models, peak


def bare(world: Path, query: str) -> float:
    """Seconds to write the result of a query to a new DuckDB file."""
    path = world / "bare.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(path) as connection:
        connection.execute("set enable_progress_bar = false")
        return seconds(lambda: connection.execute(f"create table bare as {query}"))


def compare_build(world: Path, payments: int) -> None:
    """Print the build against a bare scan and a bare join of the same Parquet."""
    lines = f"'{world}/payments/*.parquet'"
    scan = bare(world, f"select * from {lines}")
    join = bare(
        world,
        f"select lines.*, places.* exclude (supplier_id) from {lines} as lines left join"
        " (select supplier_id, any_value(lad_code) as lad_code, any_value(postcode) as postcode,"
        " any_value(latitude) as latitude, any_value(longitude) as longitude"
        f" from '{world}/identified/supplier_places.parquet' group by 1) as places"
        " using (supplier_id)",
    )
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        taken, models, peak = pool.submit(build, world).result()
    print(
        f"{payments:,} payments: built and tested in {taken:.1f} s, a bare scan and write takes "
        f"{scan:.2f} s (ratio {taken / scan:.1f}), a bare join written {join:.2f} s (ratio "
        f"{taken / join:.1f}, bar 25); peak {peak:.2f} GB (bar 8)"
    )
    rest = taken - sum(spent for spent, _ in models)
    slowest = ", ".join(f"{name} {spent:.1f} s" for spent, name in models[:8])
    print(f"  slowest models: {slowest}; comparing, tests and the rest {rest:.1f} s")


def time_comparison(world: Path) -> None:
    """Print how long it takes to compare every mart with a database before of as many rows."""
    before = shutil.copy(world / "bench.duckdb", world / "before.duckdb")
    project = load_project(SQL_ROOT)
    about = project.made_from(BUILD_RECORD) | project.made_from(CHANGED_ROWS)
    marts = [
        model
        for name, model in project.models.items()
        if model.schema == "marts" and name not in about
    ]
    changes = []
    taken = seconds(lambda: changes.extend(compare_marts(world / "bench.duckdb", before, marts)))
    assert not any(one.differing_rows or one.not_compared_reason for one in changes)
    print(f"comparing {len(marts)} marts with those of the database before: {taken:.1f} s")


def scans(connection: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    """A bare scan of the columns that a query reads, for each time it reads a table."""
    [(_, plan)] = connection.execute(f"explain (format json) {sql}").fetchall()
    nodes, found = json.loads(plan), []
    while nodes:
        node = nodes.pop()
        nodes += node["children"]
        info = node.get("extra_info", {})
        if node["name"].strip() == "SEQ_SCAN":
            columns = info.get("Projections") or []
            columns = [columns] if isinstance(columns, str) else columns
            # DuckDB answers count(column) from statistics where no value is null.
            read = ", ".join(map(identifier, columns))
            scanned = f"bit_xor(hash({read}))" if read else "count(*)"
            found.append(f"select {scanned} from {info['Table']}")
    return found


def best(connection: duckdb.DuckDBPyConnection, *statements: str) -> float:
    """The least seconds, of five times, that the statements take together."""
    return min(
        seconds(lambda: [connection.execute(one).fetchall() for one in statements])
        for _ in range(5)
    )


def compare_headline(world: Path, copies: int) -> None:
    """Print the headline against a bare GROUP BY over the payments, each as often as `copies`."""
    path = shutil.copy(world / "bench.duckdb", world / "headline.duckdb")
    with duckdb.connect(path) as connection:
        connection.execute("set enable_progress_bar = false")
        if copies > 1:
            connection.execute(
                "create or replace table marts.payments as select payments.*"
                f" from marts.payments as payments, range({copies})"
            )
        [(rows,)] = connection.execute("select count(*) from marts.payments").fetchall()
        grouped = best(
            connection,
            "select lad_code, financial_year, sum(amount_gbp) from marts.payments group by all",
        )
        headline = best(connection, QUESTIONS[0].read_text(encoding="utf-8"))
    Path(path).unlink()
    print(
        f"headline {headline * 1e3:.1f} ms, a bare GROUP BY over {rows:,} rows of marts.payments "
        f"{grouped * 1e3:.1f} ms, ratio {headline / grouped:.3f} (bar 3)"
    )


def report(world: Path) -> tuple[float, float]:
    """Seconds of the report, and the most memory it took in GB."""
    taken = seconds(lambda: build_report(Settings(warehouse=world)))
    return taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def time_report(world: Path) -> None:
    """Print what the report of the database takes, and how large it is."""
    settings = Settings(warehouse=world)
    shutil.copy(world / "bench.duckdb", settings.database_path)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        taken, peak = pool.submit(report, world).result()
    folder = settings.report_dir
    pages = {path: path.stat().st_size for path in folder.rglob("*.html")}
    assets = sum(path.stat().st_size for path in (folder / "assets").iterdir())
    largest = max(pages, key=lambda path: pages[path])
    print(
        f"report: {taken:.1f} s, peak {peak:.2f} GB, {len(pages):,} pages; front page with assets "
        f"{(pages[folder / 'index.html'] + assets) / 1e6:.2f} MB (bar 1), the largest page, "
        f"{largest.relative_to(folder)}, {pages[largest] / 1e6:.2f} MB (bar 3); of 1M payments "
        "the bars are 60 s and 3 GB"
    )


def compare_questions(world: Path) -> None:
    """Print each question against bare scans of the columns that it uses."""
    with open_database(world / "bench.duckdb") as connection:
        for path in QUESTIONS:
            sql = path.read_text(encoding="utf-8")
            taken, bare_scans = best(connection, sql), scans(connection, sql)
            if not bare_scans:
                print(f"{path.stem}: {taken * 1e3:.1f} ms, answered from statistics without a scan")
                continue
            scanned = best(connection, *bare_scans)
            print(
                f"{path.stem}: {taken * 1e3:.1f} ms, bare scan {scanned * 1e3:.1f} ms, "
                f"ratio {taken / scanned:.1f} (bar 10)"
            )


def main() -> None:
    """Invent, multiply, build and ask."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--payments", type=int, default=1_000_000)
    options.add_argument("--headline-copies", type=int, default=1, help="of each, for the headline")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        world = Path(name)
        run_invented_demo(Settings(warehouse=world), lambda _: None, scale=WORLD_SCALE)
        add_twins(world)
        payments = multiply(world, chosen.payments)
        compare_build(world, payments)
        time_comparison(world)
        time_report(world)
        compare_headline(world, chosen.headline_copies)
        compare_questions(world)


if __name__ == "__main__":
    main()
