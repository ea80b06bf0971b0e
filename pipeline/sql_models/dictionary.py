"""The data dictionary: one page of every table, column, macro and test, from the models' YAML."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.sql_models.project import (
    SqlModel,
    SqlProject,
    Table,
    describe_macros,
    describe_models,
)

_HERE = Path(__file__).parent
_COLUMN_WIDTH, _ROW_HEIGHT, _BOX_WIDTH, _BOX_HEIGHT = 300, 22, 230, 16


@dataclass(frozen=True)
class Box:
    """A table in the picture of the lineage, at pixels from the top left."""

    name: str
    schema: str
    x: int
    y: int


@dataclass(frozen=True)
class Picture:
    """Boxes by depth from left to right, and the paths of the lines from parents to children."""

    width: int
    height: int
    boxes: list[Box]
    lines: list[str]


def lineage_picture(project: SqlProject) -> Picture:
    """Every table right of all that it is made from."""
    depth: dict[str, int] = {}
    for name, table in project.tables.items():
        refs = table.sql.refs if isinstance(table, SqlModel) else ()
        depth[name] = 1 + max((depth[ref] for ref in refs), default=-1)
    columns: dict[int, list[str]] = {}
    for name, at in sorted(depth.items()):
        columns.setdefault(at, []).append(name)
    boxes = {
        name: Box(name, project.tables[name].schema, at * _COLUMN_WIDTH, row * _ROW_HEIGHT)
        for at, names in columns.items()
        for row, name in enumerate(names)
    }
    lines = [
        _line(boxes[ref], boxes[name])
        for name, model in project.models.items()
        for ref in model.sql.refs
    ]
    return Picture(
        len(columns) * _COLUMN_WIDTH,
        max(map(len, columns.values()), default=0) * _ROW_HEIGHT,
        list(boxes.values()),
        lines,
    )


def _line(parent: Box, child: Box) -> str:
    left, right = parent.x + _BOX_WIDTH, child.x
    from_y, to_y = parent.y + _BOX_HEIGHT // 2, child.y + _BOX_HEIGHT // 2
    middle = (left + right) // 2
    return f"M{left} {from_y}C{middle} {from_y} {middle} {to_y} {right} {to_y}"


def dictionary_page(project: SqlProject, row_counts: Mapping[str, int]) -> str:
    """The page as HTML that asks for nothing outside itself.

    `row_counts` are those of the published database by name of the table; it may lack any.
    """
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = ((_HERE / f"dictionary.{kind}").read_text("utf-8") for kind in ("css", "js"))
    children: dict[str, list[str]] = {name: [] for name in project.tables}
    for name, model in project.models.items():
        for ref in model.sql.refs:
            children[ref].append(name)
    return environment.get_template("dictionary.html").render(
        policy=f"default-src 'none'; style-src {_source(style)}; script-src {_source(script)};"
        " base-uri 'none'; form-action 'none'",
        # Our own files, which hold nothing that was published by others.
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        tables=[_described(project, table, children) for table in describe_models(project)],
        tests=[test for test in project.row_tests if test.table is None],
        macros=describe_macros(project),
        row_counts=row_counts,
        picture=lineage_picture(project),
        box_width=_BOX_WIDTH,
        box_height=_BOX_HEIGHT,
    )


def _source(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _described(
    project: SqlProject, table: Table, children: Mapping[str, list[str]]
) -> dict[str, object]:
    return {
        "name": table.name,
        "schema": table.schema,
        "yaml": table.yaml,
        "parents": table.sql.refs if isinstance(table, SqlModel) else (),
        "sources": [".".join(one) for one in table.sql.sources]
        if isinstance(table, SqlModel)
        else [],
        "children": sorted(children[table.name]),
        "tests": [test for test in project.row_tests if test.table == table.name],
        "sql": table.sql.template if isinstance(table, SqlModel) else None,
    }
