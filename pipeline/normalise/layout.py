"""What the reader made of a sheet's rows and columns, small enough to keep with a reading."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.normalise.sheets import BlockPlan, SheetPlan


@dataclass(frozen=True)
class ColumnUse:
    """One column: its position from 1, its heading as published, and what it became."""

    position: int
    heading: str
    became: str


@dataclass(frozen=True)
class BlockLayout:
    """Rows of a sheet under one header; all row numbers from 1, as published."""

    sheet: str
    first_row: int
    last_row: int
    header_rows: tuple[int, ...]
    columns: tuple[ColumnUse, ...]


def layouts_of(plans: Sequence[SheetPlan]) -> tuple[BlockLayout, ...]:
    """The blocks of all sheets that were read, in their order."""
    return tuple(
        BlockLayout(
            sheet=plan.grid.name,
            first_row=_row_number(plan, block.start),
            last_row=_row_number(plan, block.stop - 1),
            header_rows=tuple(_row_number(plan, row) for row in block.header.rows)
            if block.header
            else (),
            columns=tuple(
                ColumnUse(column + 1, " ".join(heading.split()), _became(plan, block, column))
                for column, heading in enumerate(block.sources.headings)
            ),
        )
        for plan in plans
        for block in plan.blocks
    )


def _row_number(plan: SheetPlan, position: int) -> int:
    return int(plan.grid.frame.item(position, 0))


def _became(plan: SheetPlan, block: BlockPlan, column: int) -> str:
    """The column of the payments that a published column feeds; "other", or "nothing"."""
    sources = block.sources
    if column in sources.amount_columns:
        return "amount_gbp"
    named: dict[int | None, str] = {
        sources.supplier: "supplier_name",
        sources.date: "payment_date",
    }
    named.update({at: name for name, at in sources.fields.items()})
    if column in named:
        return named[column]
    if sources.month is not None and column in (sources.month, sources.year):
        return "payment_month"
    heading = sources.headings[column].strip()
    if heading == "*" or "ignore" in sources.roles[column]:
        return "nothing"
    cells = plan.cells.to_series(column).slice(block.start, block.stop - block.start)
    return "other" if heading or cells.count() else "nothing"
