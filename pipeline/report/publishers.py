"""A page for each publisher: what is held, month by month and file by file, and what is not."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from pipeline.report.figures import Cell, Figures, Row, money_cell, quoted, worded
from pipeline.report.page import Page, publisher_path, town_path

_STATUS = {
    "published": "held",
    "held_back": "waits for review",
    "missing": "missing",
    "blocked": "site refuses scripts",
    "no_file": "no file",
}


def publisher_pages(figures: Figures) -> Iterator[Page]:
    """The list of publishers, then a page for each."""
    publishers = figures.rows("select * from marts.publishers order by publisher_name")
    table, _ = figures.figure(
        "publishers", "Publishers and what is held of them",
        "select * from marts.publishers\norder by files_held desc, publisher_name",
        [("Publisher", False), ("Kind", False), ("Files", True), ("Payments", True),
         ("Rejected rows", True), ("£", True), ("Months", True)],
        lambda row: [
            Cell(row["publisher_name"], publisher_path(row["publisher_id"])),
            worded(row["publisher_kind"]), f"{row['files_held']:,}", f"{row['payment_rows']:,}",
            f"{row['rejected_rows']:,}", money_cell(row["total_gbp"]), str(row["months_held"]),
        ],
    )  # fmt: skip
    yield Page("publishers.html", "publishers.html", {"title": "Publishers", "table": table})
    for publisher in publishers:
        path = publisher_path(publisher["publisher_id"])
        yield Page(path, "publisher.html", _publisher(figures, publisher))


def _publisher(figures: Figures, publisher: Row) -> dict[str, Any]:
    is_publisher = f"publisher_id = {quoted(publisher['publisher_id'])}"
    prefix = f"publisher-{publisher['publisher_id']}"
    files, _ = figures.figure(
        f"{prefix}-files", "Every version of every file",
        f"select * from marts.files\nwhere {is_publisher}\n"
        "order by publication_first_date desc nulls last, label, fetched_at desc",
        [("File", False), ("Period", False), ("Fetched or added", False), ("Address", False),
         ("sha256", False), ("Payments", True), ("Rejected rows", True), ("£", True),
         ("Counts", False)],
        _file_cells,
    )  # fmt: skip
    rejected, rejected_rows = figures.figure(
        f"{prefix}-rejected", "Rows that look like payments and could not be read",
        f"select * from marts.rejected_rows\nwhere {is_publisher}\n"
        "order by label, sheet, row_number",
        [("File", False), ("Row", True), ("Column", False), ("Cell", False), ("Why", False)],
        lambda row: [row["label"], str(row["row_number"]), row["column_name"] or "-",
                     row["cell_value"] or "-", row["rejection_reason"]],
    )  # fmt: skip
    months = figures.download(
        f"{prefix}-months",
        f"select * from marts.coverage\nwhere {is_publisher}\norder by payment_month",
    )
    quality = figures.rows(f"select * from marts.reader_quality where {is_publisher}")
    towns = figures.rows(
        f"select distinct town_id, town_name from marts.anchors where {is_publisher} order by 2"
    )
    return {
        "title": publisher["publisher_name"],
        "publisher": publisher,
        "towns": [Cell(row["town_name"], town_path(row["town_id"])) for row in towns],
        "files": files,
        "rejected": rejected if rejected_rows else None,
        "calendar": _calendar(months) if publisher["payment_rows"] else [],
        "statuses": _STATUS,
        "gaps": _gaps(months),
        "months_csv": f"data/{prefix}-months.csv",
        "quality": quality[0] if quality else None,
        "caveats": (publisher["caveats"] or "").splitlines(),
    }


def _file_cells(row: Row) -> list[str | Cell]:
    if row["is_selected"]:
        counts = "yes"
    else:
        counts = f"no: {row['refusal_reason'] or row['selection_reason'] or 'not selected'}"
    period = (
        f"{row['publication_first_date']} to {row['publication_last_date']}"
        if row["publication_first_date"]
        else "not said"
    )
    return [
        row["label"] or "-",
        period,
        f"{row['fetched_at']:%d %b %Y %H:%M}",
        row["url"],
        row["file_sha256"],
        f"{row['payment_rows'] or 0:,}",
        f"{row['rejected_rows'] or 0:,}",
        money_cell(row["total_gbp"]),
        counts,
    ]


def _gaps(months: list[Row]) -> list[str]:
    """Runs of months that are missing between months that are held."""
    gaps = []
    for is_missing, run in groupby(months, lambda row: row["status"] == "missing"):
        days = [row["payment_month"] for row in run]
        if is_missing:
            span = f"{days[0]:%b %Y}"
            gaps.append(f"{span} to {days[-1]:%b %Y} ({len(days)})" if len(days) > 1 else span)
    return gaps


def _calendar(months: list[Row]) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Financial years from the first month held to the last, with twelve months each."""
    held = [row["payment_month"] for row in months if row["status"] != "no_file"]
    years: dict[str, list[tuple[str, str, str]]] = {}
    for row in months:
        if held and row["payment_month"] >= min(held).replace(month=1, day=1):
            words = f"{row['payment_month']:%b %Y}: {_STATUS[row['status']]}"
            if row["payment_rows"]:
                words += f", {row['payment_rows']:,} payments"
            cell = (row["status"], f"{row['payment_month']:%b}", words)
            years.setdefault(row["financial_year"], []).append(cell)
    return sorted(years.items())
