"""Files of another machine over SFTP: fetched one by one into the source's staging folder, then
read into the set. What was fetched before the line broke is not fetched again."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from backups.gathering import Gathered, Item, NotGathered, Order
from backups.gathering_local import item_of, named, outermost
from backups.pace import Pace
from backups.tally import Tally
from inventory.durable import make_folder
from inventory.os_words import cause_of
from netops.errors import CommandRejected, DeviceError
from netops.ssh_files import RemoteFiles, files
from netops.walking import Found

_PIECE = 256 * 1024
_NO_SERVER = "没有选择服务器：请在备份来源中选择"
_OVERLAP = 1 << 20  # octets that must be the same before the rest of a file is added to them


@contextmanager
def remote(order: Order, pace: Pace) -> Iterator[Gathered]:
    """Items of the declared paths there. Raises NotGathered, Stopped, also while they are read."""
    if order.remote is None:
        raise NotGathered(_NO_SERVER, permanent=True)
    tally = Tally()
    with in_words(), files(order.remote) as far:
        fetching = Fetching(far, (order.staging or order.work) / "fetched", pace, tally)
        items = _items(order, fetching)
        yield Gathered(items, "SFTP", order.remote.place, tally.warnings)


def look_there(order: Order) -> str:
    """Log in and look into every declared path, fetching nothing. Raises NotGathered."""
    if order.remote is None:
        raise NotGathered(_NO_SERVER, permanent=True)
    tops = outermost(order.paths)
    with in_words(), files(order.remote) as far:
        for top in tops:
            _looked(far, top)
    return f"登录 {order.remote.place} 成功，{len(tops)} 个目录或文件都能读取"


def _looked(far: RemoteFiles, top: str) -> None:
    try:
        if far.found(top).kind == "folder":
            next(far.walk(top), None)
        else:
            far.open(top, 0, 1).read(1)
    except OSError as error:
        raise _closed(far, top, error) from error


def _items(order: Order, fetching: "Fetching") -> Iterator[Item]:
    with in_words():
        for top in outermost(order.paths):
            for found in _walked(fetching.far, top, order, fetching.tally):
                yield from fetching.item(top, found)
        fetching.tally.end()


def _walked(far: RemoteFiles, top: str, order: Order, tally: Tally) -> Iterator[Found]:
    try:
        found = far.found(top)
    except OSError as error:
        raise _closed(far, top, error) from error
    if found.kind == "folder":
        return far.walk(top, order.exclude, tally.refused)
    return iter([replace(found, path="")])


def _closed(far: RemoteFiles, top: str, error: OSError) -> NotGathered:
    return NotGathered(
        f"{far.place} 上的 {top} 打不开（{cause_of(error)}），没有备份：请核对路径和读取权限",
        permanent=True,
    )


class Fetching:
    """What is on its way into the staging folder of one source."""

    def __init__(self, far: RemoteFiles, folder: Path, pace: Pace, tally: Tally) -> None:
        self.far, self.tally = far, tally
        self._folder, self._pace = folder, pace

    def item(self, top: str, found: Found) -> Iterator[Item]:
        """At most one. A file's content lies here when it is offered, whole."""
        name = named(top, found.path)
        if found.kind == "other":
            self.tally.special += 1
        elif found.kind != "file":
            yield item_of(name, found)
        elif place := self._fetched(f"/{name}", found):
            self.tally.read += 1
            size = place.stat().st_size
            yield item_of(name, replace(found, size=size), lambda: place.open("rb"))

    def _fetched(self, path: str, found: Found) -> Path | None:
        """A copy of the file as it was when it was found; None (told) when it cannot be had.

        Its name here says which file of which size and time it is of: one that changed since is
        another file.
        """
        about = f"{path}\0{found.size}\0{found.modified}"
        digest = hashlib.sha256(about.encode("utf-8", "surrogateescape")).hexdigest()
        place = self._folder / digest[:2] / digest
        if not place.exists():
            draft = place.with_suffix(".part")
            make_folder(place.parent)
            try:
                self._fetch(path, found, draft)
            except (FileNotFoundError, PermissionError, CommandRejected) as error:
                self.tally.refused(path, _told(error))
                return None
            draft.replace(place)
        return place

    def _fetch(self, path: str, found: Found, draft: Path) -> None:
        begun = self._begun(path, found, draft)
        with draft.open("r+b" if begun else "wb") as out:
            out.seek(begun)
            with self.far.open(path, begun, found.size) as source:
                while piece := source.read(_PIECE):
                    out.write(piece)
                    begun += len(piece)
                    self._pace.spend(len(piece))
            out.truncate(begun)
            out.flush()
            os.fsync(out.fileno())
        if begun < found.size:
            self.tally.changed(path, "变短，只备份到剩下的长度")

    def _begun(self, path: str, found: Found, draft: Path) -> int:
        """From where on the file is missing here. A power cut may leave zeros at the end of what a
        kill left: it counts only if its last megabyte is what lies there."""
        with suppress(FileNotFoundError):
            size = min(draft.stat().st_size, found.size)
            start = max(size - _OVERLAP, 0)
            with draft.open("rb") as here, self.far.open(path, start, size) as there:
                here.seek(start)
                while piece := there.read(_PIECE):
                    self._pace.spend(len(piece))
                    if here.read(len(piece)) != piece:
                        return 0
            return size
        return 0


def _told(error: OSError | CommandRejected) -> OSError:
    return error if isinstance(error, OSError) else OSError(error.reason)


@contextmanager
def in_words() -> Iterator[None]:
    """What the other machine refused, as a NotGathered."""
    try:
        yield
    except DeviceError as error:
        raise NotGathered(error.reason, error.permanent) from error
