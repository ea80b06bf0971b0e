"""The files that each invented body publishes, in the shape of its website."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.demo.generator.layouts import (
    Layout,
    as_cells,
    as_delimited,
    read_layouts,
)
from pipeline.demo.generator.paper import pdf_bytes
from pipeline.demo.generator.publishers import Publisher
from pipeline.demo.generator.workbook import Cell, workbook_bytes

# A sheet holds no more than 1,048,576 rows, and writing large ones serves no benchmark.
LARGEST_WORKBOOK = 60_000
LARGEST_PDF = 400
# In this financial year one month is first published short and a night later whole, as Devon's
# 202003 was.
YEAR_OF_REPLACED_MONTH = 2021
# The quarter that is published again beside its months.
REPEATED_QUARTER = (date(2023, 4, 1), date(2023, 6, 30))
EXCEL_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True)
class Publication:
    """A link: what it says, where its file lies below the site, under which heading."""

    publisher_id: str
    label: str
    path: str
    heading: str


@dataclass(frozen=True)
class Shelves:
    """Where files go: the site, what replaces parts of it on the second night, the drop folder."""

    site: Path
    second_night: Path
    drop: Path
    repeats_quarter: bool


Publish = Callable[[Publisher, pl.DataFrame, Shelves], Iterator[Publication]]
LAYOUTS = read_layouts()


def publish_spending(
    publisher: Publisher, payments: pl.DataFrame, shelves: Shelves
) -> list[Publication]:
    """Write the files of these payments; the links to them."""
    return list(_SITES[publisher.site](publisher, payments, shelves))


def publish_cards(
    publisher: Publisher, payments: pl.DataFrame, shelves: Shelves
) -> list[Publication]:
    """Write a file of purchase-card transactions per calendar year; the links to them."""
    links = []
    for year, rows in _by_calendar_year(payments):
        path = f"{publisher.id}/files/purchase-cards-{year}.csv"
        _write(shelves.site / path, as_delimited(LAYOUTS["purchase_cards"], rows, publisher.name))
        label = f"Purchase card transactions {year} (CSV)"
        links.append(Publication(publisher.id, label, path, "Purchase cards"))
    return links


def _article_page(
    publisher: Publisher, payments: pl.DataFrame, shelves: Shelves
) -> Iterator[Publication]:
    """Three layouts on an article page whose files lie at /media/{id}/{title}/{format}/{file}."""
    for month, rows in _by_month(payments):
        name = f"Spending_over_250_{month:%B_%Y}"
        layout = LAYOUTS[
            "article_2020"
            if month < date(2021, 4, 1)
            else "article_2021"
            if month < date(2024, 10, 1)
            else "article_2024"
        ]
        is_workbook = layout is LAYOUTS["article_2020"] and rows.height < LARGEST_WORKBOOK // 12
        ending = "xlsx" if is_workbook else "csv"
        number = 1400 + 12 * (month.year - 2020) + month.month
        path = f"{publisher.id}/media/{number}/{name.replace('_', '-')}/{ending}/{name}.{ending}"
        content = (
            workbook_bytes([("Sheet1", as_cells(layout, rows, publisher.name))])
            if is_workbook
            else as_delimited(layout, rows, publisher.name)
        )
        _write(shelves.site / path, content)
        kind = "Excel" if is_workbook else "CSV"
        label = f"Spending over £250 {month:%B %Y} ({kind})"
        yield Publication(publisher.id, label, f"{path}?m=63800{number}0000000", f"{month:%Y}")


def _form(publisher: Publisher, payments: pl.DataFrame, shelves: Shelves) -> Iterator[Publication]:
    """The answers of a form, a month each."""
    for month, rows in _by_month(payments):
        name = f"{publisher.id}/answers/{month:%m%Y}.csv"
        _write(shelves.site / name, as_delimited(LAYOUTS["form_answer"], rows, publisher.name))
        address = f"{publisher.id}/index.asp?Period={month:%m%Y}&Version=1"
        yield Publication(publisher.id, f"{month:%B %Y}", address, "Payments to suppliers")


def _year_workbooks(
    publisher: Publisher, payments: pl.DataFrame, shelves: Shelves
) -> Iterator[Publication]:
    """A workbook a year with a sheet a month, whose headings differ from sheet to sheet."""
    for year, rows in _by_financial_year(payments):
        sheets = []
        for month, of_month in _by_month(rows):
            is_old = year == 2020 or (year == 2021 and month.month % 2 == 0)
            cells = as_cells(
                LAYOUTS["workbook_old" if is_old else "workbook_new"], of_month, publisher.name
            )
            if (year, month.month) == (2023, 10):
                cells = [[_as_serial(cell) for cell in row] for row in cells]
            sheets.append((f"{month:%b %y}", cells))
        span = f"{year}-{(year + 1) % 100:02}"
        path = f"{publisher.id}/media/expenditure-over-500-{span}.xlsx"
        _write(shelves.site / path, workbook_bytes(sheets))
        yield Publication(publisher.id, f"Expenditure over £500 {span}", path, "Spending over £500")


def _year_pages(
    publisher: Publisher, payments: pl.DataFrame, shelves: Shelves
) -> Iterator[Publication]:
    """Months on a page per calendar year, their files without an ending."""
    for month, rows in _by_month(payments):
        content = as_delimited(LAYOUTS["over_25k"], rows, publisher.name)
        path = f"{publisher.id}/download/{month:%Y%m}-expenditure-over-threshold"
        _write(shelves.site / path, content)
        size = max(1, len(content) // 1024)
        label = f"{month:%Y%m} Expenditure Over Threshold Report {month:%b %Y} [csv] {size}KB"
        yield Publication(publisher.id, label, path, f"{month:%Y}")


def _annual_sheets(
    publisher: Publisher, payments: pl.DataFrame, shelves: Shelves
) -> Iterator[Publication]:
    """A sheet a year whose columns change in October, in mid-sheet."""
    for year, rows in _by_financial_year(payments):
        half = pl.col("true_date") < date(year, 10, 1)
        cells = [
            *as_cells(LAYOUTS["fire_spring"], rows.filter(half), publisher.name),
            *as_cells(LAYOUTS["fire_autumn"], rows.filter(~half), publisher.name),
        ]
        path = f"{publisher.id}/publications/spend-over-500-{year}-{year + 1}.xlsx"
        _write(shelves.site / path, workbook_bytes([("Sheet1 (2)", cells)]))
        label = f"Spend over £500 for {year}-{year + 1} (EXCEL format)"
        yield Publication(publisher.id, label, path, "Publications")


def _report_export(
    publisher: Publisher, payments: pl.DataFrame, shelves: Shelves
) -> Iterator[Publication]:
    """24 columns that a person exports from a report tool and hands in."""
    for year, rows in _by_financial_year(payments):
        name = f"AP_500_Report_{year}-{(year + 1) % 100:02}.csv"
        content = as_delimited(LAYOUTS["report_export"], rows, publisher.name)
        _write(shelves.drop / publisher.id / name, content)
    yield from ()


def _folder_listing(
    publisher: Publisher, payments: pl.DataFrame, shelves: Shelves
) -> Iterator[Publication]:
    """Files in a bare folder, one of which is replaced by a longer one."""
    layout = LAYOUTS["folder_month"]
    months = dict(_by_month(payments))
    longest = max(months, key=lambda month: months[month].height)
    for month, rows in months.items():
        name = f"HarbourSpendingOver500_{month:%Y%m}.csv"
        path = f"{publisher.id}/spending/{name}"
        published = rows
        if month == longest and rows["financial_year"][0].startswith(str(YEAR_OF_REPLACED_MONTH)):
            whole = as_delimited(layout, rows, publisher.name)
            _write(shelves.second_night / path, whole)
            published = rows.head(max(1, rows.height // 3))
        _write(shelves.site / path, as_delimited(layout, published, publisher.name))
        yield Publication(publisher.id, name, path, "spending")


def _csv_and_pdf(
    publisher: Publisher, payments: pl.DataFrame, shelves: Shelves
) -> Iterator[Publication]:
    """Every month as PDF and as CSV, the month beside the links and not in them."""
    layout = LAYOUTS["list_item"]
    for month, rows in _by_month(payments):
        path = f"{publisher.id}/media/{month:%y%m}/expenditure-{month:%b-%Y}".lower()
        content = as_delimited(layout, rows, publisher.name)
        _write(shelves.site / f"{path}.csv", content)
        yield Publication(publisher.id, "CSV", f"{path}.csv", f"{month:%b %Y} PDF and CSV")
        if rows.height <= LARGEST_PDF:
            _write(shelves.site / f"{path}.pdf", _pdf(layout, rows, publisher, month))
            yield Publication(publisher.id, "PDF", f"{path}.pdf", f"{month:%b %Y} PDF and CSV")


def _months_and_quarters(
    publisher: Publisher, payments: pl.DataFrame, shelves: Shelves
) -> Iterator[Publication]:
    """A file a month, and a quarter that is published again as a whole."""
    layout = LAYOUTS["over_25k"]
    for month, rows in _by_month(payments):
        path = f"{publisher.id}/wp-content/uploads/spend-over-25k-{month:%B-%Y}.csv".lower()
        _write(shelves.site / path, as_delimited(layout, rows, publisher.name))
        label = f"Spend over £25k {month:%B %Y}"
        yield Publication(publisher.id, label, path, "Expenditure reports")
    first, last = REPEATED_QUARTER
    quarter = payments.filter(pl.col("true_date").is_between(first, last))
    if quarter.height and shelves.repeats_quarter:
        path = f"{publisher.id}/wp-content/uploads/spend-over-25k-april-to-june-2023.csv"
        _write(shelves.site / path, as_delimited(layout, quarter, publisher.name))
        label = "Spend over £25k April to June 2023"
        yield Publication(publisher.id, label, path, "Expenditure reports")


def _calendar_years(
    publisher: Publisher, payments: pl.DataFrame, shelves: Shelves
) -> Iterator[Publication]:
    """A file a calendar year, so that a line without a day may be of either financial year."""
    for year, rows in _by_calendar_year(payments):
        path = f"{publisher.id}/files/payments-over-500-{year}.csv"
        _write(shelves.site / path, as_delimited(LAYOUTS["calendar_year"], rows, publisher.name))
        label = f"Payments over £500 {year} (CSV)"
        yield Publication(publisher.id, label, path, "Payments over £500")


def _none(publisher: Publisher, payments: pl.DataFrame, shelves: Shelves) -> Iterator[Publication]:
    yield from ()


_SITES: dict[str, Publish] = {
    "article_page": _article_page,
    "form": _form,
    "year_workbooks": _year_workbooks,
    "year_pages": _year_pages,
    "annual_sheets": _annual_sheets,
    "report_export": _report_export,
    "folder_listing": _folder_listing,
    "csv_and_pdf": _csv_and_pdf,
    "months_and_quarters": _months_and_quarters,
    "calendar_years": _calendar_years,
    "nothing": _none,
    "blocked": _none,
}
# Of these, files cross the end of the financial year.
CROSSES_YEARS = frozenset({"calendar_years"})


def _pdf(layout: Layout, rows: pl.DataFrame, publisher: Publisher, month: date) -> bytes:
    cells = as_cells(layout, rows, publisher.name)[1:]
    texts = [[_on_paper(cell) for cell in row] for row in cells]
    return pdf_bytes(f"{publisher.name} {month:%B %Y}", layout.headings, texts)


def _on_paper(cell: Cell) -> str:
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return f"{cell:.2f}" if not isinstance(cell, str | None) else cell or ""


def _as_serial(cell: Cell) -> Cell:
    return (cell - EXCEL_EPOCH).days if isinstance(cell, date) else cell


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _by_month(payments: pl.DataFrame) -> Iterator[tuple[date, pl.DataFrame]]:
    ordered = payments.sort("true_date", maintain_order=True).with_columns(
        month=pl.col("true_date").dt.truncate("1mo")
    )
    for (month,), rows in ordered.partition_by("month", as_dict=True, maintain_order=True).items():
        assert isinstance(month, date)  # noqa: S101
        yield month, rows.drop("month")


def _by_financial_year(payments: pl.DataFrame) -> Iterator[tuple[int, pl.DataFrame]]:
    for (year,), rows in payments.partition_by(
        "financial_year", as_dict=True, maintain_order=True
    ).items():
        yield int(str(year)[:4]), rows.sort("true_date", maintain_order=True)


def _by_calendar_year(payments: pl.DataFrame) -> Iterator[tuple[int, pl.DataFrame]]:
    ordered = payments.sort("true_date", maintain_order=True)
    for year in ordered["true_date"].dt.year().unique().sort():
        yield year, ordered.filter(pl.col("true_date").dt.year() == year)
