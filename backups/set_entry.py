"""One entry of a set as its listing tells it: what a file is called, how big it is, its digest."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from tarfile import DIRTYPE, PAX_FORMAT, REGTYPE, SYMTYPE, TarInfo
from typing import Any

from backups.gathering import Item

BLOCK = 512  # bytes: what tar counts in
_TYPES = {"file": REGTYPE, "folder": DIRTYPE, "link": SYMTYPE}
_BARE = {"kind": "file", "link": "", "mode": 0o644, "changed": False}


@dataclass(frozen=True, slots=True)
class Listed:
    """`kind` file, folder or link; `size` in bytes, `modified` aware UTC, `sha256` of the content
    ("" for what is no file). `changed`: it was written to while it was read."""

    path: str
    size: int
    modified: datetime
    sha256: str
    kind: str = "file"
    link: str = ""
    mode: int = 0o644
    changed: bool = False

    def line(self) -> bytes:
        """One line of JSON, in ASCII: a name may hold bytes that are no UTF-8 (PEP 383)."""
        further = {n: getattr(self, n) for n in _BARE if getattr(self, n) != _BARE[n]}
        told = {
            "path": self.path,
            "size": self.size,
            "modified": self.modified.isoformat(),
            "sha256": self.sha256,
        }
        return json.dumps(told | further).encode() + b"\n"

    def fits(self, info: TarInfo) -> bool:
        """Is this what stands in the archive at its place?"""
        return (info.name, info.size, info.type, info.linkname) == (
            self.path, self.size, _TYPES[self.kind], self.link,
        )  # fmt: skip


def read_line(line: bytes) -> Listed:
    """Raises ValueError, KeyError or TypeError for what is no line of a listing."""
    told: dict[str, Any] = json.loads(line)
    told["modified"] = datetime.fromisoformat(told["modified"])
    return Listed(**told)


def listed(item: Item, sha256: str = "", changed: bool = False) -> Listed:
    """An item as it was read."""
    size = item.size if item.kind == "file" else 0
    at = item.modified.astimezone(UTC)
    mode = item.mode & 0o777
    return Listed(_plain(item.path), size, at, sha256, item.kind, item.link, mode, changed)


def tar_header(item: Item) -> bytes:
    """The header of an entry (POSIX.1-2001 pax), without owner: who restores owns the files."""
    told = listed(item)
    info = TarInfo(told.path)
    info.size, info.mode = told.size, told.mode
    info.mtime, info.type = int(told.modified.timestamp()), _TYPES[told.kind]
    info.linkname = told.link
    return info.tobuf(PAX_FORMAT, "utf-8", "surrogateescape")


def _plain(path: str) -> str:
    """A gatherer may name what lies within the set, nothing else."""
    parts = path.split("/")
    if not path or "\0" in path or {"", ".", ".."} & set(parts):
        raise ValueError(f"not a path within a set: {path!r}")
    return path
