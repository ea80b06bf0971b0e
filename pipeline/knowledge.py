"""What is known of the world and lies in YAML beside the code that uses it."""

from pathlib import Path
from typing import Any

import yaml

# libyaml parses in a tenth of the time, which every start of a command waits for.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_knowledge(path: Path) -> Any:  # noqa: ANN401 - YAML
    """The content of a YAML file."""
    # Either loader is a safe one.
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
