"""Pages of the suppliers paid most, and the table in which all can be sought."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pipeline.compare import pounds
from pipeline.report.charts import trend, years_between
from pipeline.report.figures import (
    BANDS,
    BASES,
    Cell,
    Figure,
    Figures,
    Row,
    Table,
    money,
    money_cell,
    quoted,
    worded,
)
from pipeline.report.page import Page, publisher_path, supplier_path, town_path

_PAGES = 1000
_SOUGHT = 20_000
_PAYMENTS_SHOWN = 25
# What a payment is netted under in int_spend_units, where the payee is not withheld.
_UNIT = "if(match_decision = 'matched', concat_ws(':', register, register_number), supplier_id)"
_NAMED = "supplier_class not in ('person', 'redacted')"
REGISTERS = {
    "coh": "Companies House",
    "chc": "the Charity Commission’s register",
    "mpr": "the Mutuals Public Register",
    "gias": "the register of schools",
    "ods": "the NHS register of organisations",
    "lad": "the list of local authorities",
    "pub": "the list of public bodies",
}
_BY_YEAR = (
    f"select {_UNIT} as unit_id,\n    financial_year, amount_basis,\n"
    "    count(*) as payment_rows, sum(amount_gbp) as amount_gbp\n"
    f"from marts.payments\nwhere {_NAMED} and financial_year is not null\ngroup by all"
)


def paged_units(figures: Figures) -> list[str]:
    """The suppliers that have a page: those paid most by all publishers together."""
    return [
        row["unit_id"]
        for row in figures.rows(
            f"select {_UNIT} as unit_id from marts.suppliers where {_NAMED}"
            " group by all having sum(payment_rows) > 0"
            f" order by sum(amount_gbp) desc, unit_id limit {_PAGES}"
        )
    ]


def supplier_pages(figures: Figures) -> Iterator[Page]:
    """The searchable table, then a page for each of the largest."""
    paged = paged_units(figures)
    yield _search_page(figures, set(paged))
    names = _grouped(figures, f"select {_UNIT} as unit_id, * from marts.suppliers where {_NAMED}"
                     " order by amount_gbp desc, supplier_name")  # fmt: skip
    received = _grouped(
        figures,
        "select recipients.*, towns.town_name from marts.top_recipients as recipients"
        " inner join marts.towns as towns using (town_id)"
        " order by financial_year desc, town_name, amount_basis",
    )
    payments = _grouped(
        figures,
        f"select {_UNIT} as unit_id, publisher_id, publisher_name, payment_date, payment_month,"
        " amount_gbp, amount_basis, spend_nature, description, category,"
        " file_sha256, sheet, row_number"
        f" from marts.payments where {_NAMED} qualify row_number() over (partition by unit_id"
        f" order by amount_gbp desc, file_sha256, row_number) <= {_PAYMENTS_SHOWN}"
        " order by amount_gbp desc",
    )
    by_year = _grouped(figures, f"{_BY_YEAR}\norder by unit_id, amount_basis, financial_year")
    organisations = {
        f"{row['register']}:{row['register_number']}": row
        for row in figures.rows("select * from marts.organisations")
    }
    for unit_id in paged:
        of_publishers = names[unit_id]
        organisation = organisations.get(unit_id)
        name = (organisation or {}).get("organisation_name") or of_publishers[0]["supplier_name"]
        path = supplier_path(unit_id)
        yield Page(
            path,
            "supplier.html",
            {
                "title": name,
                "organisation": organisation,
                "register": REGISTERS[organisation["register"]] if organisation else None,
                "first": of_publishers[0],
                "names": _names_table(of_publishers),
                "years": _years(figures, path, unit_id, by_year.get(unit_id, [])),
                "received": _received_table(received.get(unit_id, [])),
                "payments": _payments_table(payments.get(unit_id, [])),
                "query_text": _query(unit_id, organisation),
                "total": sum((row["payment_rows"] for row in of_publishers), 0),
            },
        )


def _grouped(figures: Figures, sql: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in figures.rows(sql):
        groups.setdefault(row["unit_id"], []).append(row)
    return groups


def _years(figures: Figures, path: str, unit_id: str, rows: list[Row]) -> dict[str, Any] | None:
    """All published pounds by year, a drawing for each basis beside one table; None without any."""
    if not rows:
        return None
    name = path.removesuffix(".html").replace("/", "-")
    columns = ("financial_year", "amount_basis", "payment_rows", "amount_gbp")
    figures.write(name, columns, [[row[column] for column in columns] for row in rows])
    axis = years_between(
        min(row["financial_year"] for row in rows), max(row["financial_year"] for row in rows)
    )
    paid: dict[str, dict[str, tuple[Decimal, str]]] = {}
    for row in rows:
        words = (row["amount_gbp"], money(row["amount_gbp"]))
        paid.setdefault(row["amount_basis"], {})[row["financial_year"]] = words
    table = Table(
        "All published pounds by year",
        [("Year", False), ("Basis", False), ("Payments", True), ("£", True)],
        [
            [Cell(row["financial_year"]), Cell(BASES[row["amount_basis"]]),
             Cell(f"{row['payment_rows']:,}"), money_cell(row["amount_gbp"])]
            for row in rows
        ],
    )  # fmt: skip
    query = (
        f"from (\n{_BY_YEAR}\n)\nwhere unit_id = {quoted(unit_id)}\n"
        "order by amount_basis, financial_year"
    )
    return {
        "figure": Figure(table, f"data/{name}.csv", query),
        "trends": [
            (BASES[basis], trend(axis, years)) for basis, years in paid.items() if len(axis) > 1
        ],
        "axis": axis,
    }


def _query(unit_id: str, organisation: Row | None) -> str:
    if organisation:
        return (
            "select * from marts.payments\n"
            f"where register = {quoted(organisation['register'])}"
            f" and register_number = {quoted(organisation['register_number'])}\n"
            "order by amount_gbp desc"
        )
    return (
        f"select * from marts.payments\nwhere supplier_id = {quoted(unit_id)}\n"
        "order by amount_gbp desc"
    )


def _names_table(rows: list[Row]) -> Table:
    return Table(
        "As its publishers print it",
        [("Name", False), ("Publisher", False), ("Decision", False), ("Evidence", False),
         ("Score", True), ("Payments", True), ("£", True)],
        [
            [
                Cell(row["supplier_name"]),
                Cell(row["publisher_name"], publisher_path(row["publisher_id"])),
                Cell(row["match_decision"]),
                Cell(worded(row["match_method"] or "-")),
                Cell(f"{row['match_score']:.2f}" if row["match_score"] is not None else "-"),
                Cell(f"{row['payment_rows']:,}"),
                money_cell(row["amount_gbp"]),
            ]
            for row in rows
        ],
    )  # fmt: skip


def _received_table(rows: list[Row]) -> Table:
    return Table(
        "Influenceable pounds from the anchors of each town",
        [("Year", False), ("Town", False), ("Basis", False), ("Registered", False),
         ("Anchors", True), ("Payments", True), ("£", True), ("Place among suppliers", True)],
        [
            [
                Cell(row["financial_year"]), Cell(row["town_name"], town_path(row["town_id"])),
                Cell(row["amount_basis"]), Cell(BANDS[row["band"]]), Cell(str(row["anchors"])),
                Cell(f"{row['payment_rows']:,}"), money_cell(row["amount_gbp"]),
                Cell(f"{row['place']:,}"),
            ]
            for row in rows
        ],
    )  # fmt: skip


def _payments_table(rows: list[Row]) -> Table:
    return Table(
        "Largest payments, each with the row of the file that it stands in",
        [("Day", False), ("Publisher", False), ("£", True), ("Basis", False), ("Nature", False),
         ("As described", False), ("File and row", False)],
        [
            [
                Cell(f"{row['payment_date'] or '-'}"),
                Cell(row["publisher_name"], publisher_path(row["publisher_id"])),
                Cell(f"£{pounds(row['amount_gbp'])}", order=str(row["amount_gbp"])),
                Cell(row["amount_basis"]), Cell(worded(row["spend_nature"])),
                Cell(row["description"] or row["category"] or "-"),
                Cell(f"{row['file_sha256'][:12]} row {row['row_number']}",
                     f"{publisher_path(row['publisher_id'])}#{row['file_sha256'][:12]}"),
            ]
            for row in rows
        ],
    )  # fmt: skip


def _search_page(figures: Figures, paged: set[str]) -> Page:
    sql = (
        f"select {_UNIT} as unit_id, coalesce(organisation_name, supplier_name) as name,\n"
        "    string_agg(distinct publisher_name, '; ' order by publisher_name) as publishers,\n"
        "    string_agg(distinct supplier_name, '; ' order by supplier_name) as printed_as,\n"
        "    any_value(register) as register, any_value(register_number) as register_number,\n"
        "    sum(payment_rows) as payment_rows, sum(amount_gbp) as amount_gbp\n"
        f"from marts.suppliers\nwhere {_NAMED}\ngroup by all\nhaving sum(payment_rows) > 0\n"
        f"order by amount_gbp desc, name\nlimit {_SOUGHT}"
    )
    rows = figures.download("suppliers", sql)
    publishers = {name: index for index, name in enumerate({row["publishers"]: 0 for row in rows})}
    figures.script(
        "suppliers",
        {
            "publishers": list(publishers),
            "rows": [
                [
                    row["name"],
                    publishers[row["publishers"]],
                    f"{row['register']} {row['register_number']}" if row["register_number"] else "",
                    money_cell(row["amount_gbp"]).text,
                    str(row["amount_gbp"].quantize(Decimal(1))),
                    supplier_path(row["unit_id"]) if row["unit_id"] in paged else "",
                ]
                for row in rows
            ],
        },
    )
    [counted] = figures.rows(
        f"select count(distinct {_UNIT}) as suppliers from marts.suppliers"
        f" where {_NAMED} and payment_rows > 0"
    )
    return Page(
        "suppliers.html",
        "search.html",
        {
            "title": "Find a supplier",
            "shown": len(rows),
            "all": counted["suppliers"],
            "paged": len(paged),
            "query_text": sql,
        },
    )
