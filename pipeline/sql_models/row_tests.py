"""What a test in the YAML means: a query that returns the rows that break the rule."""

import re
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationError,
    model_validator,
)

from pipeline.sql_models.sql_text import identifier, literal, reference

Severity = Literal["error", "warn"]

# Test names become names of Dagster checks, which allow nothing else.
NAME = re.compile(r"[a-z][a-z0-9_]*")


def _checked_name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise ValueError(f"{text!r} is not a name of small letters, digits and underscores")
    return text


Name = Annotated[str, AfterValidator(_checked_name)]


class _Test(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    severity: Severity = "error"
    description: str = ""

    @property
    def rule(self) -> str:
        """The description given in the YAML, or else what the kind of test says in general."""
        return self.description or (type(self).__doc__ or "").splitlines()[0]


class NotNull(_Test):
    """No row lacks a value."""

    def test_name(self, column: str) -> str:
        """The name of the test, unique within its table."""
        return f"not_null_{column}"

    def offending_rows(self, table: str, column: str) -> str:
        """The rows without a value."""
        return f"select * from {reference(table)} where {identifier(column)} is null"


class Unique(_Test):
    """No value occurs twice; nulls are left to not_null."""

    def test_name(self, column: str) -> str:
        """The name of the test, unique within its table."""
        return f"unique_{column}"

    def offending_rows(self, table: str, column: str) -> str:
        """The repeated values with the number of their rows."""
        return repeated_keys(table, [column], f"where {identifier(column)} is not null")


class AcceptedValues(_Test):
    """Every value is one of a list; nulls are left to not_null."""

    values: Annotated[list[StrictStr | StrictInt | StrictBool], Field(min_length=1)]

    def test_name(self, column: str) -> str:
        """The name of the test, unique within its table."""
        return f"accepted_values_{column}"

    def offending_rows(self, table: str, column: str) -> str:
        """The rows with another value."""
        accepted = ", ".join(literal(value) for value in self.values)
        # In DuckDB `not in` is null, never true, for a null value.
        return f"select * from {reference(table)} where {identifier(column)} not in ({accepted})"


class Relationships(_Test):
    """Every value occurs in a column of another table; nulls are left to not_null."""

    to: Name
    field: str

    def test_name(self, column: str) -> str:
        """The name of the test, unique within its table."""
        return f"relationships_{column}_{self.to}"

    def offending_rows(self, table: str, column: str) -> str:
        """The rows whose value is not there."""
        return (
            f"select child.* from {reference(table)} as child"
            f" anti join {reference(self.to)} as parent"
            f" on child.{identifier(column)} = parent.{identifier(self.field)}"
            f" where child.{identifier(column)} is not null"
        )


class RowCount(_Test):
    """The number of rows lies in a range, both ends included."""

    min: Annotated[StrictInt, Field(ge=0)] | None = None
    max: Annotated[StrictInt, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("row_count needs min, max or both")
        return self

    def test_name(self) -> str:
        """The name of the test, unique within its table."""
        return "row_count"

    def offending_rows(self, table: str) -> str:
        """One row with the count when it lies outside."""
        outside = []
        if self.min is not None:
            outside.append(f"count(*) < {self.min}")
        if self.max is not None:
            outside.append(f"count(*) > {self.max}")
        return f"select count(*) as rows from {reference(table)} having {' or '.join(outside)}"


class SumEquals(_Test):
    """The sum of a column equals the sum of a column of another table, exactly."""

    column: str
    to: Name
    to_column: str

    def test_name(self) -> str:
        """The name of the test, unique within its table."""
        return f"sum_equals_{self.column}_{self.to}"

    def offending_rows(self, table: str) -> str:
        """One row with both sums when they differ; the sum of no rows is 0."""
        return (
            "select sums.this_sum, sums.other_sum, sums.this_sum - sums.other_sum as difference"
            f" from (select (select coalesce(sum({identifier(self.column)}), 0)"
            f" from {reference(table)}) as this_sum,"
            f" (select coalesce(sum({identifier(self.to_column)}), 0)"
            f" from {reference(self.to)}) as other_sum) as sums"
            " where sums.this_sum <> sums.other_sum"
        )


class CustomSql(_Test):
    """A rule written out as the query for the rows that break it."""

    name: Name
    sql: str

    def test_name(self) -> str:
        """The name given in the YAML."""
        return self.name

    def offending_rows(self, table: str) -> str:
        """The query as written; it names its tables itself."""
        return self.sql


ColumnTest = NotNull | Unique | AcceptedValues | Relationships
TableTest = RowCount | SumEquals | CustomSql

_COLUMN_TESTS: dict[str, type[ColumnTest]] = {
    "not_null": NotNull,
    "unique": Unique,
    "accepted_values": AcceptedValues,
    "relationships": Relationships,
}
_TABLE_TESTS: dict[str, type[TableTest]] = {"row_count": RowCount, "sum_equals": SumEquals}


def column_test(written: Any) -> ColumnTest:  # noqa: ANN401 - whatever the YAML holds
    """The test that one entry below a column's `tests` asks for; ValueError says what is wrong."""
    if isinstance(written, str):
        written = {written: {}}
    name, arguments = _single_entry(written, _COLUMN_TESTS)
    if name == "accepted_values" and isinstance(arguments, list):
        arguments = {"values": arguments}
    return _with_arguments(_COLUMN_TESTS[name], name, arguments)


def table_test(written: Any) -> TableTest:  # noqa: ANN401 - whatever the YAML holds
    """The test that one entry below a model's `tests` asks for; ValueError says what is wrong."""
    if isinstance(written, dict) and "sql" in written:
        return _with_arguments(CustomSql, "the test", written)
    name, arguments = _single_entry(written, _TABLE_TESTS)
    return _with_arguments(_TABLE_TESTS[name], name, arguments)


Test = TypeVar("Test", bound=_Test)


def _with_arguments(kind: type[Test], name: str, arguments: Any) -> Test:  # noqa: ANN401
    try:
        return kind.model_validate(arguments)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join([name, *(str(part) for part in fault["loc"])])
        allowed = ", ".join(kind.model_fields)
        cause = fault["msg"].removeprefix("Value error, ")
        # A ValidationError raised inside a validator would print as several lines.
        raise ValueError(f"{place}: {cause}; allowed there: {allowed}") from None


def _single_entry(written: Any, known: dict[str, Any]) -> tuple[str, Any]:  # noqa: ANN401
    if not isinstance(written, dict) or len(written) != 1:
        raise ValueError(f"{written!r} is not one of the tests {', '.join(known)}")
    [(name, arguments)] = written.items()
    if name not in known:
        raise ValueError(f"{name!r} is not a test; there are {', '.join(known)}")
    return name, arguments


def repeated_keys(table: str, columns: list[str], condition: str = "") -> str:
    """The query for the keys that more than one row holds."""
    keys = ", ".join(identifier(column) for column in columns)
    return (
        f"select {keys}, count(*) as rows from {reference(table)} {condition}"
        f" group by {keys} having count(*) > 1"
    )


def incomplete_keys(table: str, columns: list[str]) -> str:
    """The query for the rows where part of the key is null."""
    missing = " or ".join(f"{identifier(column)} is null" for column in columns)
    return f"select * from {reference(table)} where {missing}"
