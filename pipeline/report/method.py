"""How we know: definitions, measured accuracy, holes, licences, and how an error is put right."""

from collections.abc import Iterator

from pipeline.compare import band, compare_towns, match_precision_lines, percent
from pipeline.report.figures import Cell, Figures, worded
from pipeline.report.page import Page, publisher_path, town_path


def method_pages(figures: Figures) -> Iterator[Page]:
    """The one page on method."""
    natures, _ = figures.figure(
        "natures", "What a payment can be, and whether its payer can choose whom it pays",
        "select * from seeds.spend_natures",
        [("Nature", False), ("Can be influenced", False), ("Meaning", False)],
        lambda row: [worded(row["nature"]), row["influenceable"], row["meaning"]],
    )  # fmt: skip
    definitions, _ = figures.figure(
        "local-definitions", "What makes a supplier local",
        "select * from seeds.local_definitions",
        [("Definition", False), ("Place that counts", False), ("Why", False)],
        lambda row: [worded(row["local_definition"]), row["place_kind"], row["reason"]],
    )  # fmt: skip
    matching, _ = figures.figure(
        "match-quality", "How well suppliers are identified",
        "select * from marts.match_quality\n"
        "order by population != 'real files', population, metric",
        [("Measured on", False), ("What", False), ("Share", True), ("95% interval", True),
         ("Of", True), ("How", False)],
        lambda row: [
            row["population"], worded(row["metric"]),
            Cell(percent(row["value"]), order=str(row["value"])),
            band(row["low"], row["high"]), f"{row['n']:,}", row["method"],
        ],
    )  # fmt: skip
    reading, _ = figures.figure(
        "reader-quality", "How well files are read",
        "select * from marts.reader_quality\norder by publisher_name",
        [("Publisher", False), ("Files", True), ("Refused", True), ("Rows", True),
         ("Payments", True), ("Rejected", True), ("Printed totals that agree", False)],
        lambda row: [
            Cell(row["publisher_name"], publisher_path(row["publisher_id"])),
            f"{row['files_held']:,}", f"{row['files_refused']:,}", f"{row['file_rows']:,}",
            f"{row['payment_rows']:,}", f"{row['rejected_rows']:,}",
            f"{row['files_with_agreeing_total']} of {row['files_with_printed_total']}",
        ],
    )  # fmt: skip
    holes, _ = figures.figure(
        "holes", "Anchor institutions of which nothing is held",
        "select distinct town_id, town_name, publisher_id, publisher_name, publishes\n"
        "from marts.anchors\nwhere files_held = 0 and valid_to_date >= current_date\n"
        "order by town_name, publisher_name",
        [("Town", False), ("Anchor", False), ("What was found", False)],
        lambda row: [
            Cell(row["town_name"], town_path(row["town_id"])),
            Cell(row["publisher_name"], publisher_path(row["publisher_id"])),
            worded(row["publishes"]),
        ],
    )  # fmt: skip
    licences, _ = figures.figure(
        "licences", "Publishers’ licences",
        "select publisher_id, publisher_name, licence, attribution\n"
        "from marts.publishers\norder by publisher_name",
        [("Publisher", False), ("Licence", False), ("Attribution", False)],
        lambda row: [
            Cell(row["publisher_name"], publisher_path(row["publisher_id"])),
            row["licence"] or "not stated", row["attribution"] or "-",
        ],
    )  # fmt: skip
    yield Page(
        "method.html",
        "method.html",
        {
            "title": "How we know",
            "natures": natures,
            "definitions": definitions,
            "matching": matching,
            "precision": match_precision_lines(compare_towns(figures.database_path, [])),
            "reading": reading,
            "holes": holes,
            "licences": licences,
        },
    )
