"""A set's own files are cleared away: out of sight in one rename first, deleted once the catalogue
says so. Killed between the two, the start puts back what the catalogue still has."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from backups.set_writing import alone
from backups.vault import NotKept
from inventory.durable import sync_folder

GONE = ".gone"


def hide(folder: Path) -> Path:
    """Take a set's folder out of sight; where it lies now. Raises OSError."""
    hidden = folder.with_name(folder.name + GONE)
    folder.rename(hidden)
    sync_folder(folder.parent)
    return hidden


def show(hidden: Path) -> None:
    """Put it back."""
    hidden.rename(hidden.with_name(hidden.name.removesuffix(GONE)))
    sync_folder(hidden.parent)


def delete(hidden: Path) -> None:
    """Delete what is out of sight for good; deleted already is well, too."""
    if hidden.is_dir():
        shutil.rmtree(hidden)
        sync_folder(hidden.parent)


def settle(home: Path, expired: Callable[[str], bool]) -> list[Path]:
    """At a start: finish what was cleared away by the catalogue (`expired` is asked with the set's
    id), put back the rest. A source that somebody is at is left, and keeps no other from being
    settled. What was. Raises OSError."""
    settled: list[Path] = []
    for source in sorted({hidden.parent for hidden in (home / "sets").glob(f"*/*/*{GONE}")}):
        with suppress(NotKept), alone(source):
            for hidden in sorted(source.glob(f"*{GONE}")):
                (delete if expired(hidden.name.removesuffix(GONE)) else show)(hidden)
                settled.append(hidden)
    return settled
