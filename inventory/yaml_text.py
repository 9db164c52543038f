"""YAML files of our own (seeds, profiles, templates), read by libyaml: plain Python takes ten times
as long, and each command, page server and worker reads all of them as it starts."""

from pathlib import Path
from typing import Any

import yaml


def load(file: Path) -> Any:
    """What the file says, by YAML's safe types only. Raises yaml.YAMLError, UnicodeDecodeError."""
    return yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
