"""Reads, orders, builds, tests and documents the models of dbt_like_sql/."""

from pipeline.sql_models.build import (
    ModelResult,
    TestResult,
    build_models,
    compiled_sql,
    count_rows,
    run_tests,
    source_files,
)
from pipeline.sql_models.loading import load_project, read_project
from pipeline.sql_models.project import (
    Macro,
    Parents,
    RowTest,
    Seed,
    SqlModel,
    SqlProject,
    Table,
    describe_macros,
    describe_models,
    model_dependencies,
)

__all__ = [
    "Macro",
    "ModelResult",
    "Parents",
    "RowTest",
    "Seed",
    "SqlModel",
    "SqlProject",
    "Table",
    "TestResult",
    "build_models",
    "compiled_sql",
    "count_rows",
    "describe_macros",
    "describe_models",
    "load_project",
    "model_dependencies",
    "read_project",
    "run_tests",
    "source_files",
]
