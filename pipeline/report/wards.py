"""Where in a town, and in the rest of its county area, the pounds that stay there go."""

import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pipeline.report.figures import Cell, Figures, Row, money, money_cell, quoted
from pipeline.report.maps import Map, Shape, drawn_rings, path_of, place_for_label

Area = tuple[str, str]

_CLASSES = 5
_LARGEST_PAYMENTS = 200
_LARGEST_FIRST = "amount_gbp desc, file_sha256, row_number"
_NOT_KNOWN = "not known"
_KINDS = ("ward", "district")


def ward_section(
    figures: Figures, prefix: str, town: Row, year: str, basis: str
) -> dict[str, Any] | None:
    """The maps, their table and the rows behind each figure; None where nothing stays for sure."""
    payments = _payments(town["town_id"], year, basis)
    largest = _largest_payments(figures, payments)
    figure, rows = figures.figure(
        f"{prefix}-wards",
        "Influenceable pounds by ward of the town and other district",
        "select row_number() over (\n"
        "        partition by financial_year, amount_basis order by area_kind desc,\n"
        "        area_code = 'not known', amount_gbp desc, area_code\n"
        "    ) as number, financial_year, amount_basis, area_kind, area_code, area_name,\n"
        "    amount_gbp, low_gbp, high_gbp, credits_gbp, payment_rows, supplier_count\n"
        f"from marts.spend_by_ward_year\nwhere town_id = {quoted(town['town_id'])}\n"
        "order by financial_year desc, amount_basis, number",
        [("No.", True), ("Area", False), ("Kind", False), ("£ placed there", True),
         ("At least", True), ("At most", True), ("Payments", True), ("Payees", True)],
        lambda row: [
            Cell(str(row["number"])), _area_name(row), row["area_kind"],
            Cell(
                money(row["amount_gbp"]),
                _written(figures, f"{prefix}-wards-{row['number']}",
                         largest.get((row["area_kind"], row["area_code"]), [])),
                str(row["amount_gbp"]),
            ),
            money_cell(row["low_gbp"]), money_cell(row["high_gbp"]),
            f"{row['payment_rows']:,}", f"{row['supplier_count']:,}",
        ],
        lambda row: row["financial_year"] == year and row["amount_basis"] == basis,
    )  # fmt: skip
    if not rows:
        return None
    wards, districts = (
        {row["area_code"]: row for row in rows if row["area_kind"] == kind} for kind in _KINDS
    )
    boundaries = _boundaries(figures, town)
    of_wards, of_districts = (
        {row["area_code"]: row for row in boundaries if row["area_kind"] == kind} for kind in _KINDS
    )
    maps = []
    if of_wards:
        maps.append(_map(f"Wards of {town['town_name']}, {year}", "ward", of_wards, wards))
    if town["lad_code"] in of_districts and len(of_districts) > 1:
        whole = {
            "area_name": town["town_name"],
            "amount_gbp": sum((row["amount_gbp"] for row in wards.values()), Decimal(0)),
        }
        maps.append(
            _map(f"{town['county_area_name']}, {year}", "district", of_districts, districts,
                 {town["lad_code"]: whole})
        )  # fmt: skip
    elsewhere = [row for code, row in wards.items() if code not in {*of_wards, _NOT_KNOWN}]
    return {
        "figure": figure,
        "maps": maps,
        "has_wards": bool(of_wards),
        "ward_not_known": money(wards[_NOT_KNOWN]["amount_gbp"]) if _NOT_KNOWN in wards else None,
        "not_drawn": [_area_name(row) for row in elsewhere] if of_wards else [],
        "query": payments,
        "most": _LARGEST_PAYMENTS,
    }


def _area_name(row: Row) -> str:
    if row["area_code"] == _NOT_KNOWN:
        return "ward not known" if row["area_kind"] == "ward" else "one of several districts"
    return str(row["area_name"] or row["area_code"])


def _boundaries(figures: Figures, town: Row) -> list[Row]:
    return figures.rows(
        "select area_kind, area_code, area_name, rings from staging.stg_registers__boundaries"
        f" where if(area_kind = 'ward', lad_code = {quoted(town['lad_code'])}, lad_code in ("
        "select lad_code from staging.stg_registry__areas"
        f" where area_id = {quoted(town['county_area_id'])})) order by area_code"
    )


def _largest_payments(figures: Figures, query: str) -> dict[Area, list[Row]]:
    """The largest payments of a query, by their area."""
    found: dict[Area, list[Row]] = {}
    for payment in figures.rows(
        f"from ({query}) qualify row_number() over (partition by area_kind, area_code"
        f" order by {_LARGEST_FIRST}) <= {_LARGEST_PAYMENTS} order by {_LARGEST_FIRST}"
    ):
        found.setdefault((payment["area_kind"], payment["area_code"]), []).append(payment)
    return found


def _written(figures: Figures, name: str, payments: Sequence[Row]) -> str | None:
    """Where the payments are written to, None where there are none."""
    if not payments:
        return None
    figures.write(name, list(payments[0]), [list(one.values()) for one in payments])
    return f"data/{name}.csv"


def _payments(town_id: str, year: str, basis: str) -> str:
    return (
        "select areas.area_kind, areas.area_code, payments.publisher_name,\n"
        "    payments.payment_date, payments.amount_gbp, payments.amount_basis,\n"
        "    payments.supplier_name, payments.organisation_name, payments.register,\n"
        "    payments.register_number, payments.spend_nature, payments.description,\n"
        "    payments.category, payments.transaction_id, payments.file_sha256,\n"
        "    payments.sheet, payments.row_number\n"
        "from marts.payments as payments\n"
        "inner join intermediate.int_spend_units as units\n"
        "    using (publisher_id, file_sha256, sheet, row_number)\n"
        "inner join intermediate.int_unit_areas as areas using (publisher_id, unit_id)\n"
        "inner join intermediate.int_anchor_years as anchors\n"
        "    on anchors.town_id = areas.town_id and anchors.publisher_id = payments.publisher_id\n"
        "    and anchors.financial_year = payments.financial_year\n"
        f"where areas.town_id = {quoted(town_id)}"
        f" and payments.financial_year = {quoted(year)}\n"
        f"    and payments.amount_basis = {quoted(basis)}"
        " and payments.influenceable in ('yes', 'unclear')"
    )


def _map(
    title: str,
    kind: str,
    boundaries: Mapping[str, Row],
    rows: Mapping[str, Row],
    wholes: Mapping[str, Row] | None = None,
) -> Map:
    """Areas in classes of pounds; `wholes` are drawn in a tone of their own."""
    amounts = {code: row["amount_gbp"] for code, row in rows.items() if code in boundaries}
    classes, legend = classed(amounts, kind)
    shown = {code: ("whole", row, "") for code, row in (wholes or {}).items()} | {
        code: (classes[code], row, str(row["number"])) for code, row in rows.items()
        if code in boundaries
    }  # fmt: skip
    rings, height = drawn_rings(
        {code: json.loads(row["rings"]) for code, row in boundaries.items()}
    )
    shapes = []
    for code, boundary in boundaries.items():
        if not rings[code]:
            continue
        name = boundary["area_name"]
        if code in shown:
            of, row, number = shown[code]
            words = f"{name}: {money(row['amount_gbp'])}"
        else:
            of, number, words = "none", "", f"{name}: nothing placed there"
        shapes.append(Shape(of, path_of(rings[code]), words, number, *place_for_label(rings[code])))
    if wholes:
        legend = [
            *(
                ("whole", f"{row['area_name']}: {money(row['amount_gbp'])}")
                for row in wholes.values()
            ),
            *legend,
        ]
    if any(shape.kind == "none" for shape in shapes):
        legend.append(("none", "nothing placed there"))
    alt = ". ".join([title, *(shape.words for shape in shapes)])
    return Map(title, alt, height, shapes, legend)


def classed(
    amounts: Mapping[str, Decimal], kind: str
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The class of each area, and what the classes hold: as many areas in each as may be.

    Areas of the same pounds are of one class; those of no pounds or of more credits than payments
    are "none" and "out".
    """
    above = sorted(amount for amount in amounts.values() if amount > 0)
    count = min(_CLASSES, len(set(above)))
    held: dict[str, list[Decimal]] = {}
    classes = {}
    for code, amount in sorted(amounts.items(), key=lambda one: one[1]):
        if amount > 0:
            place = _CLASSES - count + 1 + bisect_left(above, amount) * count // len(above)
            of = f"{kind}-{place}"
        else:
            of = "out" if amount < 0 else "none"
        classes[code] = of
        held.setdefault(of, []).append(amount)
    return classes, [(of, _range(some)) for of, some in held.items() if of != "none"]


def _range(amounts: Sequence[Decimal]) -> str:
    ends = dict.fromkeys([money(min(amounts)), money(max(amounts))])
    return " to ".join(ends)
