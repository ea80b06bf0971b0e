"""Plans the reading of each sheet: which rows lie under which header, and what its columns are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from pipeline.normalise.columns import Sources, choose_sources
from pipeline.normalise.profile import Profile
from pipeline.normalise.shapes import why_no_list
from pipeline.normalise.unheaded import guess_sources, means_amount, under_headings
from pipeline.read.grid import Grid
from pipeline.read.header import (
    UNKNOWN,
    Header,
    Heading,
    HeadingRules,
    find_header,
    later_headers,
    unknown_header,
)


@dataclass(frozen=True)
class BlockPlan:
    """Rows start..stop (positions in the sheet) that are read with the same sources."""

    start: int
    stop: int
    header: Header | None
    sources: Sources


@dataclass(frozen=True)
class SheetPlan:
    """How one sheet will be read; `problem` says why it can't be, then there are no blocks."""

    grid: Grid
    cells: pl.DataFrame
    header: Header | None
    blocks: tuple[BlockPlan, ...]
    problem: str = ""

    @property
    def sources(self) -> Sources:
        """The sources of the sheet's first block."""
        return self.blocks[0].sources


def plan_sheets(grids: Sequence[Grid], rules: HeadingRules) -> list[SheetPlan]:
    """A plan for each sheet that holds anything; sheets without headings borrow their sisters'."""
    plans = [
        plan_sheet(grid, rules) for grid in grids if grid.frame.height and grid.frame.width > 1
    ]
    models = [plan for plan in plans if plan.blocks and not plan.sources.guessed]
    has_dates = any(plan.sources.date is not None for plan in models)
    return [
        plan
        if plan.blocks
        and not plan.sources.guessed
        and (plan.sources.date is not None or not has_dates)
        else _borrow_headings(plan, models, rules)
        for plan in plans
    ]


def plan_sheet(grid: Grid, rules: HeadingRules) -> SheetPlan:
    """The plan of one sheet from its own headings alone."""
    _row_number, *columns = grid.frame.get_columns()
    cells = pl.DataFrame(columns)
    header = find_header(cells, rules)
    if header is None:
        return SheetPlan(grid, cells, None, (), "no row of headings was found")
    return _plan_under(grid, cells, header, rules)


def _plan_under(grid: Grid, cells: pl.DataFrame, header: Header, rules: HeadingRules) -> SheetPlan:
    headers = [header]
    for later in later_headers(cells, header, rules):
        if later.columns_of(("amount", *_AMOUNT_LIKE)) and not later.same_columns(headers[-1]):
            headers = _with_later(headers, later)
    if len(headers) > _MOST_HEADERS:
        problem = f"its headings change {len(headers):,} times and the limit is {_MOST_HEADERS}"
        return SheetPlan(grid, cells, header, (), problem)
    starts = [0, *[later.rows[0] for later in headers[1:]]]
    stops = [*starts[1:], cells.height]
    blocks = []
    for start, stop, own in zip(starts, stops, headers, strict=True):
        body = _body(cells, start, stop, own)
        sources = choose_sources(own, Profile(body))
        if sources.is_complete and (problem := why_no_list(own, sources, cells, body)):
            return SheetPlan(grid, cells, header, (), problem)
        if sources.is_complete:
            blocks.append(BlockPlan(start, stop, own, sources))
        elif not blocks:
            return SheetPlan(grid, cells, header, (), _what_is_missing(own, sources, body))
        else:
            # Words that look like headings but rule no rows: the block above goes on.
            blocks[-1] = replace(blocks[-1], stop=stop)
    return SheetPlan(grid, cells, header, tuple(blocks))


# Lancashire Fire changes its columns once, Durham's PCC on each of twelve sheets.
_MOST_HEADERS = 500
_AMOUNT_LIKE = ("amount_line", "amount_net", "amount_gross", "invoice_total", "debit", "credit")


def _with_later(headers: list[Header], later: Header) -> list[Header]:
    """Headings right below others say the same in another language: the better known are kept."""
    last = headers[-1]
    if later.rows[0] != last.rows[-1] + 1:
        return [*headers, later]
    better = later if later.score > last.score else last
    return [*headers[:-1], replace(better, rows=(*last.rows, *later.rows))]


def _body(cells: pl.DataFrame, start: int, stop: int, header: Header) -> pl.DataFrame:
    """The rows below the header, or where there are hardly any, those above it."""
    below = cells.slice(header.rows[-1] + 1, stop - header.rows[-1] - 1)
    if any(column.count() >= 3 for column in below.iter_columns()):
        return below
    above = cells.slice(start, header.rows[0] - start)
    filled = pl.any_horizontal(pl.col(c).is_not_null() for c in cells.columns)
    rows_below, rows_above = below.filter(filled).height, above.filter(filled).height
    if rows_below == 0 or (rows_below < 3 and rows_above >= 10):
        return above
    return below


def _what_is_missing(header: Header, sources: Sources, body: pl.DataFrame) -> str:
    if all(column.null_count() == body.height for column in body.iter_columns()):
        return f"there are headings in row {header.rows[0] + 1} and no payments below them"
    names = ", ".join(f'"{" ".join(h.text.split())}"' for h in header.headings if h.text)
    missing = []
    if sources.supplier is None:
        missing.append("whom was paid")
    if not sources.amount_columns:
        missing.append("an amount")
    return (
        f"no column says {' or '.join(missing)}; the headings in row {header.rows[0] + 1} are "
        f"{names[:400]}"
    )


def _borrow_headings(
    plan: SheetPlan, models: Sequence[SheetPlan], rules: HeadingRules
) -> SheetPlan:
    """Read a sheet whose headings are missing with those of a sheet beside it, if they fit."""
    for model in models:
        borrowed = _borrowed_header(plan, model)
        if borrowed is None:
            continue
        own = _plan_under(plan.grid, plan.cells, borrowed, rules) if plan.header else None
        if own is None:
            sources = choose_sources(borrowed, Profile(plan.cells))
            own = replace(plan, blocks=(BlockPlan(0, plan.cells.height, None, sources),))
        if own.blocks and _as_complete(own.sources, model.sources):
            first = replace(
                own.sources, guessed=(f"headings taken from sheet {model.grid.name!r}",)
            )
            return replace(
                own, blocks=(replace(own.blocks[0], sources=first), *own.blocks[1:]), problem=""
            )
    return plan


def _as_complete(sources: Sources, model: Sources) -> bool:
    return sources.is_complete and (sources.date is None) == (model.date is None)


def _borrowed_header(plan: SheetPlan, model: SheetPlan) -> Header | None:
    if model.header is None:
        return None
    theirs = model.header.headings
    if plan.header is not None:
        # Derbyshire's July 2024 lost the headings of the columns it still holds.
        mine = plan.header.headings
        if len(mine) > len(theirs) or not _agree(mine, theirs):
            return None
        merged = tuple(a if a.text else b for a, b in zip(mine, theirs, strict=False))
        return Header(plan.header.rows, merged, plan.header.score)
    # Sutton Coldfield's later pages have no header and leave out the column that is empty there.
    filled = _filled_columns(plan.cells)
    their_filled = _filled_columns(model.cells)
    if len(filled) != len(their_filled) or not filled:
        return None
    headings = [Heading("", "")] * plan.cells.width
    for column, their_column in zip(filled, their_filled, strict=True):
        if their_column < len(theirs):
            headings[column] = theirs[their_column]
    return Header((0,), tuple(headings), 0)


def _agree(mine: Sequence[Heading], theirs: Sequence[Heading]) -> bool:
    known = [(a, b) for a, b in zip(mine, theirs, strict=False) if a.certainty != UNKNOWN]
    return bool(known) and all(a.folded == b.folded for a, b in known)


def _filled_columns(cells: pl.DataFrame) -> list[int]:
    """The columns that hold something in a tenth of the rows or more."""
    rows = cells.filter(pl.sum_horizontal(pl.col(c).is_not_null() for c in cells.columns) >= 3)
    return [i for i, column in enumerate(rows.iter_columns()) if column.count() > 0.1 * rows.height]


def plan_without_header(plan: SheetPlan, rules: HeadingRules) -> SheetPlan:
    """The plan of a sheet by the look of its cells alone; unchanged where they leave a choice."""
    header = unknown_header(plan.cells, rules)
    body = plan.cells.slice(header.rows[-1] + 1) if header else plan.cells
    sources = guess_sources(Profile(body))
    if sources is None:
        return plan
    if header is not None:
        sources = under_headings(sources, header)
        if not means_amount(header.headings[sources.amount_columns[0]]):
            return replace(plan, problem=_what_is_missing(header, Sources(None, 0), body))
        if problem := why_no_list(header, sources, plan.cells, body):
            return replace(plan, problem=problem)
    block = BlockPlan(0, plan.cells.height, header, sources)
    return replace(plan, blocks=(block,), problem="")
