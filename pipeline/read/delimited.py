"""Delimited text -> grid: the delimiter by consistency, quotes respected but never trusted."""

import re
from collections import Counter
from itertools import zip_longest

import polars as pl

from pipeline.errors import RefusedFileError
from pipeline.read.grid import ROW_NUMBER, Grid, frame_of_strings, tidy_frame, without_empty_tail
from pipeline.read.limits import FILE_CELLS, Limits
from pipeline.read.quotes import Dialect, is_plain, quotes_are_proper, split_records
from pipeline.read.text import with_line_feeds

_DELIMITERS = (b",", b"\t", b";", b"|")
_SAMPLE_BYTES = 16_000
_SPARE_COLUMNS = 4
_QUOTED = re.compile(rb'"[^"\n]*"')


def read_delimited(text: bytes, limits: Limits) -> Grid:
    """The records of UTF-8 text as one grid.

    Raises RefusedFileError when there are more columns or cells than the limits allow.
    """
    dialect = find_dialect(text)
    if dialect.width > 1 and is_plain(text, dialect):
        _check_size(text, dialect.width, limits)
        plain = _read_fast(text, dialect)
        if plain is not None:
            row_number, *cells = plain.get_columns()
            frame = pl.DataFrame([row_number.cast(pl.Int64), *cells])
            return Grid("", without_empty_tail(frame))
    if b"\r" in text:
        text = with_line_feeds(text)
        dialect = find_dialect(text)
    frame = _read(text, dialect, limits)
    if dialect.width == 1 and b'"' in text:
        # Some exports quote each line whole, so that it is one cell of its own text.
        unwrapped = "\n".join(frame["0"].fill_null("")).encode()
        if (inner := find_dialect(unwrapped)).width > 1:
            frame = _read(unwrapped, inner, limits)
    return Grid("", frame)


def _read(text: bytes, dialect: Dialect, limits: Limits) -> pl.DataFrame:
    _check_size(text, dialect.width, limits)
    if quotes_are_proper(text, dialect):
        frame = _read_fast(text, dialect)
        if frame is not None:
            return tidy_frame(frame)
    records = _exact_records(text, dialect, limits)
    return frame_of_strings(zip_longest(*records))


def find_dialect(text: bytes) -> Dialect:
    """The delimiter that cuts most lines into the same number of fields, and that number."""
    lines = _sample_lines(text)
    sample = b"\n".join(lines)
    best = Dialect(b",", 1)
    best_score = 0.0
    for delimiter in _DELIMITERS:
        if delimiter not in sample:
            continue
        counts = Counter(line.count(delimiter) for line in lines)
        del counts[0]
        # Of equally frequent widths the larger: a sparse file's full rows are its widest.
        width, frequency = max(counts.items(), key=lambda item: (item[1], item[0]))
        score = frequency / len(lines) * (width + 1)
        if score > best_score:
            best, best_score = Dialect(delimiter, width + 1), score
    return best


def _sample_lines(text: bytes) -> list[bytes]:
    parts = [text[:_SAMPLE_BYTES]]
    if len(text) > 4 * _SAMPLE_BYTES:
        middle = len(text) // 2
        parts.append(text[middle : middle + _SAMPLE_BYTES].partition(b"\n")[2])
    lines = [
        line for part in parts for line in _QUOTED.sub(b"", part).split(b"\n") if line.strip(b" \r")
    ]
    return lines[:-1] if len(lines) > 2 else lines


def _check_size(text: bytes, width: int, limits: Limits) -> None:
    if width > limits.max_columns:
        raise RefusedFileError(
            f"A record of the text has {width:,} columns and the limit is {limits.max_columns:,}."
        )
    parsed_width = width + _SPARE_COLUMNS
    if len(text) * parsed_width < limits.max_text_cells:
        return
    lines = text.count(b"\n") + 1
    if lines * parsed_width > limits.max_text_cells:
        raise RefusedFileError(
            f"The text has {lines:,} lines of up to {width:,} columns and the limit is "
            f"{limits.max_text_cells:,} cells: split it, or set {FILE_CELLS}."
        )
    # Texts between quotes are kept apart while they are looked at; a cell has two quotes.
    quotes = text.count(b'"')
    if quotes > limits.max_text_cells // 2:
        raise RefusedFileError(
            f"The text has {quotes:,} quotation marks and the limit is "
            f"{limits.max_text_cells // 2:,}; split it, or set {FILE_CELLS}."
        )


def _read_fast(text: bytes, dialect: Dialect) -> pl.DataFrame | None:
    """Polars' parse, for text whose quotes were proven to open and close at field borders.

    None where some records are much wider than most: those must be cut one by one.
    """
    if not text.lstrip(b"\n"):
        return pl.DataFrame(schema={ROW_NUMBER: pl.Int64, "0": pl.String})
    for width in (dialect.width, dialect.width + _SPARE_COLUMNS):
        try:
            return _polars_parse(text, dialect, width)
        except (pl.exceptions.ComputeError, pl.exceptions.SchemaError):
            continue
    return None


def _exact_records(text: bytes, dialect: Dialect, limits: Limits) -> list[list[str]]:
    """The records cut one by one, for as many cells as there is time and memory for."""
    cells = text.count(dialect.delimiter) + text.count(b"\n") + 1
    if cells > limits.max_repaired_cells:
        raise RefusedFileError(
            f"The text has stray quotes or ragged records and about {cells:,} cells, and the "
            f"limit for repairing such is {limits.max_repaired_cells:,}; split it."
        )
    records = split_records(text.decode(), dialect)
    _check_size(text, max(map(len, records)), limits)
    return records


def _polars_parse(text: bytes, dialect: Dialect, width: int) -> pl.DataFrame:
    return pl.read_csv(
        text,
        has_header=False,
        schema=dict.fromkeys(map(str, range(width)), pl.String),
        separator=dialect.delimiter.decode(),
        quote_char='"' if b'"' in text else None,
        row_index_name=ROW_NUMBER,
        row_index_offset=1,
        missing_columns="insert",
        extra_columns="raise",
    ).rechunk()
