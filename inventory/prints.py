"""Files that the worker made for somebody: whole or not there, gone after a week.

Whose a file is stands in its JobRun; here it is known by that run's id only.
"""

import hashlib
import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

KEPT = timedelta(days=7)


def keep(home: Path, run_id: str, parts: Iterable[bytes]) -> tuple[int, str]:
    """Write the file (mode 0600), safe on the disk before it bears its name; its size in bytes and
    its SHA-256."""
    place, digest, size = made(home, run_id), hashlib.sha256(), 0
    draft = place.with_name(f"{run_id}.part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for part in parts:
            digest.update(part)
            size += file.write(part)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(place)
    return size, digest.hexdigest()


def made(home: Path, run_id: str) -> Path:
    """Where the file of this run lies, once it is made and as long as it is kept."""
    return _folder(home) / run_id


def prune(home: Path, now: datetime) -> int:
    """Delete what was made more than a week ago, and what a killed worker left behind; how many
    files that were."""
    before = (now - KEPT).timestamp()
    old = [file for file in _folder(home).iterdir() if file.stat().st_mtime < before]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def _folder(home: Path) -> Path:
    place = home / "prints"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place
