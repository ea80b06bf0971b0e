"""The YAML beside each model: its shape, and errors that name file, place and allowed keys."""

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)

from pipeline.errors import AnchorspendError
from pipeline.safe_yaml import SafeLoader
from pipeline.sql_models.row_tests import (
    ColumnTest,
    Name,
    Severity,
    TableTest,
    column_test,
    table_test,
)

Text = Annotated[str, Field(min_length=1)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnYaml(_Shape):
    """One column of a model."""

    description: Text
    tests: list[Annotated[ColumnTest, BeforeValidator(column_test)]] = []


class SeedColumnYaml(ColumnYaml):
    """One column of a seed, with the DuckDB type it is loaded as."""

    type: Annotated[str, Field(pattern=r"^[A-Za-z]+( ?\(\d+(, ?\d+)?\))?$")]


def _states_the_grain(description: str) -> str:
    if "one row" not in description.lower():
        raise ValueError("must end by stating the grain, as in 'One row per publisher and year.'")
    return description


class _TableYaml(_Shape):
    description: Annotated[Text, BeforeValidator(_states_the_grain)]
    grain: Annotated[list[str], Field(min_length=1)]
    tests: list[Annotated[TableTest, BeforeValidator(table_test)]] = []


class ConfigYaml(_Shape):
    """How a model is kept: its rows written as a table, or found anew by each query of a view."""

    materialized: Literal["table", "view"] = "table"


class ModelYaml(_TableYaml):
    """The YAML beside a model."""

    config: ConfigYaml = ConfigYaml()
    columns: Annotated[dict[str, ColumnYaml], Field(min_length=1)]


class SeedYaml(_TableYaml):
    """The YAML beside a seed."""

    columns: Annotated[dict[str, SeedColumnYaml], Field(min_length=1)]


class SingularTestYaml(_Shape):
    """The YAML beside a query in tests/."""

    description: Text
    severity: Severity = "error"


class SourceColumnYaml(_Shape):
    """One column of a source."""

    description: Text


class SourceYaml(_Shape):
    """One entry of sources.yml: Parquet files below the warehouse folder."""

    path: Text
    description: Text
    made_by: Text = "anchorspend run"
    columns: dict[str, SourceColumnYaml] = {}


SourcesYaml = dict[Name, dict[Name, SourceYaml]]

Shape = TypeVar("Shape")


class _UniqueKeyLoader(SafeLoader):
    """YAML without the silent rule that of two equal keys the last one wins."""


def _mapping_without_repeats(loader: _UniqueKeyLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    mapping: dict[Any, Any] = loader.construct_mapping(node, deep=True)
    if len(mapping) < len(node.value):
        keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
        repeated = sorted({str(key) for key in keys if keys.count(key) > 1})
        raise yaml.constructor.ConstructorError(
            None, None, f"the key {', '.join(repeated)} is written twice", node.start_mark
        )
    return mapping


_UniqueKeyLoader.add_constructor(
    yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_repeats
)


def read_yaml(path: Path, shown_as: str, shape: type[Shape]) -> Shape:
    """The file's content in the given shape; AnchorspendError names the place that is wrong."""
    try:
        # _UniqueKeyLoader is a SafeLoader.
        content = yaml.load(path.read_text("utf-8"), Loader=_UniqueKeyLoader)  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        cause = " ".join(str(error).split())
        raise AnchorspendError(f"{shown_as} is not readable as YAML: {cause}.") from error
    try:
        return TypeAdapter(shape).validate_python(content)
    except ValidationError as error:
        raise AnchorspendError(f"{shown_as}: {_first_fault(error, shape)}.") from error


def _first_fault(error: ValidationError, shape: Any) -> str:  # noqa: ANN401
    fault = error.errors()[0]
    place = ".".join(str(part) for part in fault["loc"]) or "the whole file"
    if fault["type"] == "extra_forbidden":
        return f"{place} is not a known key; allowed there: {_allowed_keys(shape, fault['loc'])}"
    return f"{place}: {fault['msg'].removeprefix('Value error, ')}".rstrip(".")


def _allowed_keys(shape: Any, place: tuple[int | str, ...]) -> str:  # noqa: ANN401
    schema = TypeAdapter(shape).json_schema()
    definitions = schema.get("$defs", {})
    node = schema
    for part in place[:-1]:
        node = node.get("properties", {}).get(part) or node.get("additionalProperties", {})
        node = definitions.get(str(node.get("$ref", "")).rpartition("/")[2], node)
    return ", ".join(node.get("properties", {})) or "none"
