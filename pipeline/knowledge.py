"""What is known of the world and lies in YAML beside the code that uses it."""

from pathlib import Path
from typing import Any

import yaml

from pipeline.safe_yaml import SafeLoader


def read_knowledge(path: Path) -> Any:  # noqa: ANN401 - YAML
    """The content of a YAML file."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=SafeLoader)  # noqa: S506 - a safe one
