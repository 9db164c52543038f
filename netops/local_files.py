"""Files of this machine, told the way other machines' are. Standard library only: the agent carries
this module, too."""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Literal

from netops.walking import Found, Listed

Kind = Literal["file", "folder", "link", "other"]


def listing(top: Path, same_disk: bool = False) -> Listed:
    """How the folders below `top` are listed. A folder that is its own ancestor (a bind mount, a
    junction) is not entered again; with `same_disk` nothing mounted below `top` is entered.

    Raises OSError for what cannot be listed; what vanishes while it is listed is left out.
    """
    disk = top.stat().st_dev
    above: dict[str, set[tuple[int, int]]] = {"": {_identity(top)}}

    def listed(folder: str) -> Iterator[Found]:
        place = top / folder
        parent = folder.rpartition("/")[0]
        ancestors = above.get(parent, set()) if folder else set()
        mine = _identity(place)
        if mine in ancestors and any(mine):
            raise OSError("目录指回它的上级，没有再进入")
        if same_disk and mine[0] != disk:
            raise OSError("在另一个文件系统上，没有进入")
        for gone in [one for one in above if one and not f"{folder}/".startswith(f"{one}/")]:
            del above[gone]
        above[folder] = ancestors | {mine}
        with os.scandir(place) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):
                    yield _found(f"{folder}/{entry.name}" if folder else entry.name, entry)

    return listed


def _identity(place: Path) -> tuple[int, int]:
    told = place.stat()
    return told.st_dev, told.st_ino


def _found(path: str, entry: "os.DirEntry[str]") -> Found:
    told = entry.stat(follow_symlinks=False)
    kind = kind_of(told.st_mode)
    link = os.readlink(entry.path) if kind == "link" else ""  # noqa: PTH115  (to the letter)
    size = told.st_size if kind == "file" else 0
    return Found(path, kind, size, told.st_mtime, stat.S_IMODE(told.st_mode), link)


def kind_of(mode: int) -> Kind:
    """What the type bits of a mode say; devices, pipes and sockets are "other"."""
    kinds: dict[int, Kind] = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}
    return kinds.get(stat.S_IFMT(mode), "other")


def opened(place: Path) -> BinaryIO:
    """A regular file, open to be read. What meanwhile is a pipe or a link is refused and never
    waited for: OSError."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(place, flags | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("已不是普通文件")
    return os.fdopen(descriptor, "rb")
