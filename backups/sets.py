"""Where sets lie in the console's home: found, known again, cleared of what killed runs left."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from backups.bringing_back import ASIDE, BACK
from backups.clearing import GONE
from backups.set_manifest import NAME, Manifest, read_manifest
from backups.set_writing import DRAFT, MARK, alone, remove
from backups.vault import NotKept
from inventory.store import Damaged

_ASIDE = (BACK, ASIDE, GONE)


class Row(Protocol):
    """What it takes of a BackupSet to find its folder."""

    @property
    def id(self) -> str: ...
    @property
    def source_id(self) -> str: ...
    @property
    def centre_id(self) -> str: ...


class Known(Protocol):
    """What it takes of a BackupSet to know its set again; `sha256` of its manifest, "" while it is
    not known."""

    @property
    def id(self) -> str: ...
    @property
    def sha256(self) -> str: ...


def folder_of(home: Path, row: Row) -> Path:
    """Where a set's files are in the console's home."""
    return home / "sets" / row.centre_id / row.source_id / row.id


def matched(folder: Path, row: Known) -> Manifest:
    """The manifest of the folder this set lies in, compared with the catalogue: another backup,
    whole as it may be, is not taken for this one. Raises Damaged."""
    manifest = read_manifest(folder)
    if manifest.facts.set_id != row.id or row.sha256 not in ("", manifest.sha256):
        raise Damaged(f"这里的 {NAME} 不是登记的这一份：放的是另一份备份，或清单已被改动")
    return manifest


def sweep(home: Path) -> list[Path]:
    """Remove what killed runs left half written; what somebody is writing now stays, and so does a
    set that has lost its manifest since. Raises OSError."""
    removed: list[Path] = []
    for source in sorted((home / "sets").glob("*/*/")):
        try:
            with alone(source):
                removed += filter(_swept, sorted(path for path in source.iterdir()))
        except NotKept:
            continue  # its writer is alive
    return removed


def _swept(folder: Path) -> bool:
    """Whether a folder was half a set, which is gone now."""
    if not folder.is_dir():
        return False
    if (folder / NAME).exists():
        for left in (MARK, DRAFT):
            (folder / left).unlink(missing_ok=True)
        return False
    half = (folder / MARK).exists() or not any(folder.iterdir())
    if half:
        remove(folder)
    return half


def found(root: Path) -> Iterator[Path]:
    """Every folder with a manifest at or below a folder, in the order of their names; not what is
    being brought back, was moved aside as damaged or is being cleared away."""
    for folder, below, files in os.walk(root):
        below[:] = sorted(name for name in below if not any(one in name for one in _ASIDE))
        if NAME in files:
            below.clear()
            yield Path(folder)
