"""The last resort: a function that was written for one publisher."""

from collections.abc import Callable
from importlib import import_module
from typing import cast

from pipeline.collect.discovery.found import Discovery, FetchPage
from pipeline.errors import AnchorspendError
from pipeline.registry.models import Publisher
from pipeline.registry.rules import PythonRule


def named_function(rule: PythonRule) -> Callable[[Publisher, FetchPage], Discovery]:
    """The function that the rule names, in the package pipeline.odd.

    Raises AnchorspendError where there is none.
    """
    module, _, name = rule.function.partition(":")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise AnchorspendError(
            f"There is no function {rule.function} ({error}): write it, or correct its name in "
            "the publisher's YAML."
        ) from error
    return cast(Callable[[Publisher, FetchPage], Discovery], found)
