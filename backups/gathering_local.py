"""Files of this machine, or of a share mounted on it, as they are read into a set."""

import io
import os
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from stat import S_IMODE
from typing import BinaryIO, cast

from backups import mounts
from backups.gathering import Gathered, Item, NotGathered, Order, moment
from backups.pace import Pace
from backups.tally import Tally
from inventory.os_words import cause_of
from netops.local_files import listing, opened
from netops.walking import Found, walk

SAME_DISK = "@mounts"  # among what is excluded: whatever is mounted below


@contextmanager
def local(order: Order, _pace: Pace) -> Iterator[Gathered]:
    """Items of the declared paths. Raises NotGathered, also while they are read."""
    tally = Tally()
    with closing(_items(order, outermost(order.paths), tally)) as items:
        yield Gathered(items, "值守台文件备份", "本机", tally.warnings)


@contextmanager
def mounted(order: Order, pace: Pace) -> Iterator[Gathered]:
    """As `local`, from shares that must be there before and after, at the pace of their line."""
    tops = outermost(order.paths)

    def checked(items: Iterator[Item]) -> Iterator[Item]:
        for item in items:
            yield replace(item, open=partial(_paced, item.open, pace))
        mounts.check(tops)

    mounts.check(tops)
    with local(order, pace) as gathered:
        yield replace(gathered, items=checked(gathered.items), server="挂载的共享")


def look(order: Order) -> str:
    """Can every declared path be read? In a sentence. Raises NotGathered."""
    tops = outermost(order.paths)
    for top in tops:
        try:
            os.close(os.open(top, os.O_RDONLY))
        except OSError as error:
            raise _closed(top, error) from error
    return f"{len(tops)} 个目录或文件都能读取"


def look_mounted(order: Order) -> str:
    """The same of shares, which must be there."""
    mounts.check(outermost(order.paths))
    return f"共享已挂载并有应答；{look(order)}"


def outermost(paths: Collection[str]) -> list[str]:
    """The declared paths without those that lie below another one. Raises NotGathered for one that
    is not absolute."""
    plain = [line.strip() for line in paths if line.strip()]
    if wrong := [one for one in plain if not one.startswith("/")]:
        raise NotGathered(f"“{wrong[0]}”不是绝对路径：请在备份来源中改正", permanent=True)
    tops = sorted({os.path.normpath(one).replace("//", "/") for one in plain})
    return [one for one in tops if not any(_below(one, other) for other in tops)]


def _below(path: str, other: str) -> bool:
    return path != other and path.startswith(f"{other.rstrip('/')}/")


def named(top: str, path: str) -> str:
    """What a file is called in the set: its whole path, so that several folders stay apart."""
    return f"{top}/{path}".strip("/")


def _items(order: Order, tops: list[str], tally: Tally) -> Generator[Item, None, None]:
    for top in tops:
        for found in _walked(Path(top), order.exclude, tally):
            yield from _item(Path(top, found.path), named(top, found.path), found, tally)
    tally.end()


def _walked(top: Path, lines: Collection[str], tally: Tally) -> Iterator[Found]:
    """Everything below a folder; the one file itself where a file was declared."""
    exclude = [line for line in lines if line != SAME_DISK]
    try:
        if top.is_dir():
            return walk(listing(top, SAME_DISK in lines), exclude, tally.refused)
        told = top.stat()
        return iter([Found("", "file", told.st_size, told.st_mtime, S_IMODE(told.st_mode))])
    except OSError as error:
        raise _closed(str(top), error) from error


def _closed(top: str, error: OSError) -> NotGathered:
    return NotGathered(
        f"{top} 打不开（{cause_of(error)}），没有备份：请核对路径和读取权限", permanent=True
    )


def _item(place: Path, name: str, found: Found, tally: Tally) -> Iterator[Item]:
    """At most one. A file is opened before it is offered: what is gone or forbidden by then is told
    and left out, and what happens later cannot change which file it is."""
    if found.kind == "other":
        tally.special += 1
        return
    if found.kind != "file":
        yield item_of(name, found)
        return
    try:
        file = opened(place)
    except OSError as error:
        tally.refused(str(place), error)
        return
    with file:
        told = os.fstat(file.fileno())
        tally.read += 1
        now = replace(found, size=told.st_size, modified=told.st_mtime)
        yield item_of(name, now, lambda: file)


def item_of(name: str, found: Found, content: Callable[[], BinaryIO] = io.BytesIO) -> Item:
    """What was found, as it goes into the set."""
    assert found.kind != "other"
    return Item(
        name, found.size, moment(found.modified), content, found.kind, found.link, found.mode
    )


class _Paced(io.RawIOBase):
    """A file on a share, read no faster than the pace allows."""

    def __init__(self, file: BinaryIO, pace: Pace) -> None:
        self._file, self._pace = file, pace

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        data = self._file.read(len(view))
        view[: len(data)] = data
        self._pace.spend(len(data))
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def _paced(content: Callable[[], BinaryIO], pace: Pace) -> BinaryIO:
    return cast("BinaryIO", _Paced(content(), pace))
