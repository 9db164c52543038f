"""A dump is given to a program to read, to its last byte, at our pace."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from backups.pace import Pace
from backups.tool_process import CHUNK, running

_SILENCE = 6 * 3600.0  # seconds: the index of a big table is made without a word


def fed(words: Sequence[str], dump: Path, pace: Pace) -> tuple[int, str]:
    """Its exit code and what it complained. Raises NotGathered, Stopped, OSError."""
    with (
        dump.open("rb") as file,
        running(words, pace, stdin=subprocess.PIPE, silence=_SILENCE) as child,
    ):
        while (chunk := file.read(CHUNK)) and child.write(chunk):
            pace.spend(0)
        return child.exit_status(), child.stderr
