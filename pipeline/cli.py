"""The `anchorspend` command: reads its words, calls one function, prints what came of it."""

import sys
from typing import Annotated

import duckdb
import typer

from pipeline.commands import inspecting, publishing, registries, running
from pipeline.errors import AnchorspendError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Where the money of councils, police, fire and NHS bodies goes, from their published "
    "spending files alone.",
)
archive_app = typer.Typer(no_args_is_help=True, help="The archive of published files.")
registry_app = typer.Typer(no_args_is_help=True, help="The towns and publishers that are known.")
registers_app = typer.Typer(
    no_args_is_help=True, help="The registers that suppliers are sought in."
)
app.add_typer(archive_app, name="archive")
app.add_typer(registers_app, name="registers")
app.add_typer(registry_app, name="registry")

_is_debugging = False


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback on errors.")] = False,
) -> None:
    """Options that every command understands."""
    global _is_debugging
    _is_debugging = debug


for command in (
    running.demo,
    running.run,
    running.add,
    inspecting.read,
    inspecting.discover,
    inspecting.periods,
    inspecting.match,
    inspecting.locate,
    publishing.compare,
    publishing.report,
    publishing.docs,
    publishing.export,
    publishing.sql,
    publishing.status,
    running.review,
    running.withdraw,
):
    app.command()(command)
archive_app.command("rebuild-ledger")(running.archive_rebuild_ledger)
registers_app.command("refresh")(registries.registers_refresh)
registry_app.command("check")(registries.registry_check)
registry_app.command("new")(registries.registry_new)


def main() -> None:
    """Run the command; an error that the user can put right is one sentence and exit code 1."""
    try:
        app()
    except (AnchorspendError, OSError, duckdb.Error) as error:
        if _is_debugging:
            raise
        print(f"anchorspend: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
