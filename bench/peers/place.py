"""Where the clients of `bench backup` work, known without importing any of them."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """What is backed up, and a folder to do it in."""

    source: Path
    scratch: Path
