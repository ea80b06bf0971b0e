"""Records of delimited text, also where stray quotes would swallow what follows them."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

# A cell with more lines than this was opened by a stray quote, not by its writer.
_MOST_LINES_IN_A_CELL = 40
# After as many quotes that close nowhere the text is taken not to have cells of several lines.
_MOST_VAIN_SEARCHES = 500


@dataclass(frozen=True)
class Dialect:
    """One delimiter byte, and the number of fields that most records have."""

    delimiter: bytes
    width: int


def quotes_are_proper(text: bytes, dialect: Dialect) -> bool:
    """Whether every quote opens or closes a field at its border, or is a doubled one within.

    False also when a quoted field holds whole records: then a stray quote swallowed them.
    """
    if b'"' not in text or _are_on_one_line(text, dialect.delimiter.decode()):
        return True
    parts = text.split(b'"')
    if len(parts) % 2 == 0:
        return False
    borders = {b"", dialect.delimiter, b"\n"}
    # Text between a closing and an opening quote; empty where a quote is doubled.
    if not {part[-1:] for part in parts[:-1:2]} <= borders:
        return False
    if not {part[:1] for part in parts[2::2]} <= borders:
        return False
    inside = parts[1::2]
    if b"\n" not in b"".join(inside):
        return True
    return not any(_holds_records(part.split(b"\n"), dialect) for part in inside if b"\n" in part)


def _are_on_one_line(text: bytes, delimiter: str) -> bool:
    """Whether all quoted fields lie between borders and hold no line end."""
    border = rf"(?:[{delimiter}\n]|$)"
    quoted = r'"[^"\n]*(?:""[^"\n]*)*"'
    return _matches(
        text, rf'(?:[^"{delimiter}\n]*[{delimiter}\n]|{quoted}{border})*[^"{delimiter}\n]*'
    )


def is_plain(text: bytes, dialect: Dialect) -> bool:
    """Whether each line is one record whose cells need no second look.

    No quote stands within a cell, no white space around one, no line end but LF or CRLF.
    """
    delimiter = dialect.delimiter.decode()
    end = rf'[^"\s{delimiter}]'
    bare = rf'{end}(?:[^"\r\n{delimiter}]*{end})?'
    quoted = r'"[^"\s](?:[^"\r\n]*[^"\s])?"'
    return _matches(text, rf"(?:(?:{bare}|{quoted})?(?:[{delimiter}]|\r?\n|$))*")


def _matches(text: bytes, pattern: str) -> bool:
    # Polars' engine of expressions takes half the time of Python's over a whole text.
    whole = pl.Series([text], dtype=pl.Binary).cast(pl.String)
    return bool(whole.str.contains(f"^(?:{pattern})$").item())


def _holds_records(lines: list[bytes], dialect: Dialect) -> bool:
    if len(lines) > _MOST_LINES_IN_A_CELL:
        return True
    separators = dialect.width - 1
    return separators > 0 and any(
        line.count(dialect.delimiter) >= separators for line in lines[1:-1]
    )


def split_records(text: str, dialect: Dialect) -> list[list[str]]:
    """The records, line by line; a quoted field goes on over lines only if it ends properly.

    A quote that never closes at a field's border is taken as a character of its cell.
    """
    return list(_RecordReader(text, dialect).records())


class _RecordReader:
    """Cuts lines into fields, joining lines only where a quoted field needs it."""

    def __init__(self, text: str, dialect: Dialect) -> None:
        self.lines = text.split("\n")
        if self.lines[-1] == "":
            del self.lines[-1]
        self.delimiter = dialect.delimiter.decode()
        self.width = dialect.width
        self.vain_searches = 0
        border = rf" *(?=[{self.delimiter}]|\Z)"
        closed = rf' *"((?:[^"]++|"")*+)"{border}'
        inner_quotes = rf' *"((?:[^"]++|"(?!{border}))*+)"{border}'
        self.strict = re.compile(rf'{closed}|((?! *")[^{self.delimiter}]*)')
        self.by_field = re.compile(rf"{closed}|([^{self.delimiter}]*)")
        self.tolerant = re.compile(rf"{inner_quotes}|([^{self.delimiter}]*)")

    def records(self) -> Iterator[list[str]]:
        position = 0
        while position < len(self.lines):
            line = self.lines[position]
            taken = 1
            if '"' not in line:
                fields = line.split(self.delimiter)
            elif (strictly := _split(line, self.strict)) is not None:
                fields = strictly
            else:
                fields, taken = self._unclosed(position)
            yield fields
            position += taken

    def _unclosed(self, position: int) -> tuple[list[str], int]:
        alone = self._repaired(self.lines[position])
        joined = self._joined(position)
        if joined is None or (len(alone) == self.width != len(joined[0])):
            return alone, 1
        return joined

    def _joined(self, position: int) -> tuple[list[str], int] | None:
        if self.vain_searches >= _MOST_VAIN_SEARCHES:
            return None
        self.vain_searches += 1
        joined = self.lines[position]
        following = self.lines[position + 1 : position + _MOST_LINES_IN_A_CELL]
        for taken, line in enumerate(following, start=2):
            joined = f"{joined}\n{line}"
            if '"' in line and (fields := _split(joined, self.strict)) is not None:
                self.vain_searches -= 1
                return fields, taken
            if self._is_record(line):
                return None
        return None

    def _is_record(self, line: str) -> bool:
        if self.width < 2 or line.count(self.delimiter) < self.width - 1:
            return False
        fields = _split(line, self.strict)
        return fields is not None and len(fields) >= self.width

    def _repaired(self, line: str) -> list[str]:
        """The reading of one line with stray quotes that has the width of most records."""
        by_field = _split(line, self.by_field) or [line]
        readings = (_split(line, self.tolerant), by_field, self._as_python_reads(line))
        return next(
            (fields for fields in readings if fields and len(fields) == self.width), by_field
        )

    def _as_python_reads(self, line: str) -> list[str] | None:
        try:
            return next(csv.reader([line], delimiter=self.delimiter))
        except csv.Error:
            return None


def _split(line: str, field: re.Pattern[str]) -> list[str] | None:
    fields = []
    position = 0
    while match := field.match(line, position):
        quoted, bare = match.groups()
        fields.append(bare if quoted is None else quoted.replace('""', '"'))
        position = match.end()
        if position == len(line):
            return fields
        position += 1
    return None
