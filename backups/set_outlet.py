"""Where files taken out of a set are put: all of them appear at once, or none."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from stat import S_IRUSR

from backups.set_entry import Listed
from backups.vault import NotKept
from inventory.durable import make_folder, sync_folder
from inventory.keys import new_key

_TOLD = 20  # changed files that are named


class Outlet:
    """A folder that is filled aside, on the same file system, and shown when it is whole. Raises
    OSError, and NotKept where something stands in the way."""

    def __init__(self, into: Path) -> None:
        self._into = into
        self._draft = into / f".netops-{new_key()}"
        self._ready: str | None = None  # the folder that was looked at last
        self._files = self._size = 0
        self._changed: list[str] = []

    def take(self, entry: Listed, fill: Callable[[Callable[[bytes], object]], None]) -> None:
        """Put one entry there; `fill` writes a file's content."""
        place = os.path.join(self._parent(entry), entry.path.rpartition("/")[2])  # noqa: PTH118  (a path of odd bytes, a million times)
        if entry.kind == "folder":
            Path(place).mkdir(0o700, exist_ok=True)
        elif entry.kind == "link":
            Path(place).symlink_to(entry.link)
        else:
            self._file(place, entry, fill)
        self._files, self._size = self._files + 1, self._size + entry.size
        if entry.changed and len(self._changed) < _TOLD:
            self._changed.append(entry.path)

    def finish(self) -> tuple[int, int, tuple[str, ...]]:
        """Show what was taken out; entries, bytes and the names of those that were changed."""
        make_folder(self._into)
        if self._draft.is_dir():
            names = sorted(os.listdir(self._draft))  # noqa: PTH208  (names, not paths)
            for name in names:
                if os.path.lexists(self._into / name):
                    raise NotKept(f"目标文件夹里已有 {name!r}，没有恢复；请另选一个空文件夹")
            for name in names:
                (self._draft / name).rename(self._into / name)
            sync_folder(self._into)
        return self._files, self._size, tuple(self._changed)

    def clear(self) -> None:
        """Leave nothing half done."""
        shutil.rmtree(self._draft, ignore_errors=True)

    def _parent(self, entry: Listed) -> str:
        """The folder an entry lies in, made when it is not there. A link that stands where a folder
        should be is not followed."""
        wanted = entry.path.rpartition("/")[0]
        if wanted != self._ready:
            make_folder(self._draft)
            place = self._draft
            for name in filter(None, wanted.split("/")):
                place /= name
                if place.is_symlink():
                    raise NotKept(f"{entry.path!r} 在一个链接之下，没有恢复")
                place.mkdir(0o700, exist_ok=True)
            self._ready = wanted
        return os.path.join(self._draft, wanted)  # noqa: PTH118

    def _file(
        self, place: str, entry: Listed, fill: Callable[[Callable[[bytes], object]], None]
    ) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(place, flags, 0o600), "wb") as file:
            fill(file.write)
            os.fchmod(file.fileno(), entry.mode | S_IRUSR)  # or whoever took it out cannot read it
        at = entry.modified.timestamp()
        os.utime(place, (at, at))
