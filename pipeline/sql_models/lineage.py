"""Which columns of its parents each column of a model is made from."""

from sqlglot import exp
from sqlglot.lineage import Node, lineage

from pipeline.sql_models.project import SqlModel, SqlProject

# By column of the model: the tables it reads and the columns of them, in order.
Lineage = dict[str, list[tuple[str, str]]]


def column_lineage(project: SqlProject, model: SqlModel) -> Lineage:
    """The models' and seeds' columns behind each column, through CTEs; sources are left out."""
    parents = {name: project.tables[name] for name in model.sql.refs}
    columns_of = {name: list(table.yaml.columns) for name, table in parents.items()}
    schema: dict[str, dict[str, dict[str, str]]] = {}
    for name, table in parents.items():
        schema.setdefault(table.schema, {})[name] = dict.fromkeys(columns_of[name], "text")
    sql = model.sql.compiled(project.qualified, lambda source: f'"{source[0]}"."{source[1]}"')
    # Trimmed selects are pictures of each step, which nobody looks at here, and half of the time.
    nodes = lineage(None, sql, schema, dialect="duckdb", trim_selects=False)
    if not isinstance(nodes, dict):
        raise TypeError(f"{model.name}: sqlglot gave {type(nodes)} for all columns")
    return {column: _origins(node, columns_of) for column, node in nodes.items()}


def _origins(node: Node, columns_of: dict[str, list[str]]) -> list[tuple[str, str]]:
    found = set()
    for leaf in node.walk():
        table = leaf.expression
        column = leaf.name.split(".")[-1].strip('"')
        if not leaf.downstream and isinstance(table, exp.Table) and table.name in columns_of:
            found.add((table.name, column))
    return sorted(found)
