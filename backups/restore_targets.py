"""Where a set is restored to: a folder here, a folder on another machine, a new database. It is
made whole beside its place first and takes it by a rename; what stood there before is kept under
another name, even where its owner agreed to have it replaced."""

import os
import shutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from backups.counting import COUNTS, Counts
from backups.gathering import Order
from backups.pace import Pace
from backups.restoring import counted, restore_database
from backups.set_reading import Extracted, extract
from backups.trying import Unlike
from inventory.durable import make_folder, sync_folder
from inventory.explained import Explained
from netops.remote import Remote
from netops.ssh_files import RemoteFiles, files

ROOTS = "restore-roots"  # in the home: further folders, a line each, of whoever owns the machine


class Refused(Explained):
    """Nothing was restored; `reason` says why and what to do, in Chinese."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One set to be restored: its folder here, its key, which files (None all), `tag` for names of
    drafts and of what was there before, `replace` when that was agreed to."""

    folder: Path
    key: bytes = field(repr=False)
    tag: str
    only: Collection[str] | None = None
    replace: bool = False


def roots(home: Path) -> list[Path]:
    """The folders below which may be restored: one of the home, and those the machine's owner
    allowed."""
    told = home / ROOTS
    lines = told.read_text("utf-8").splitlines() if told.is_file() else []
    return [home / "restored", *(Path(line.strip()) for line in lines if line.startswith("/"))]


def to_folder(
    wish: Wish, home: Path, place: str, pace: Pace, begun: Callable[[Path], None]
) -> Extracted:
    """Into a folder of this machine, relative to the home's own root or below any of them; `begun`
    hears of the draft first, so that whoever is killed leaves word of it. Raises Refused, Damaged,
    NotInSet, NotKept, Stopped; nothing of it is left then."""
    into = _allowed(home, place)
    if _is_taken(into) and not wish.replace:
        raise Refused(f"“{place}”里已有内容，没有恢复；请另选一个位置，或在执行时再写一遍位置")
    make_folder(into.parent)
    draft = into.with_name(f".{into.name}.{wish.tag}")
    begun(draft)
    shutil.rmtree(draft, ignore_errors=True)  # of a try that was killed
    taken = extract(wish.folder, wish.key, draft, wish.only, pace)
    _take_place(draft, into, wish.tag)
    return taken


def _allowed(home: Path, place: str) -> Path:
    own = home / "restored"
    into = own / place  # an absolute place stays what it is
    for root in roots(home):
        real = into.parent.resolve() / into.name
        if real.is_relative_to(root.resolve()) and real != root.resolve():
            return real
    raise Refused(
        f"“{place}”不在允许恢复的目录以下；请写 {own} 下的一个名称，"
        f"或请机器管理员在 {ROOTS} 里登记目录"
    )


def _is_taken(place: Path) -> bool:
    return place.exists() and not (place.is_dir() and not any(place.iterdir()))


def _take_place(draft: Path, into: Path, tag: str) -> None:
    if into.is_symlink():
        raise Refused(f"“{into.name}”是一个链接，没有恢复；请写真实的目录")
    if into.exists():
        into.rename(into.with_name(f"{into.name}.before-{tag}"))
    draft.rename(into)
    sync_folder(into.parent)


def to_host(wish: Wish, work: Path, remote: Remote, place: str, pace: Pace) -> Extracted:
    """Onto another machine over SFTP, by way of the scratch folder `work`. Raises Refused, Damaged,
    NotInSet, NotKept, DeviceError, Stopped; a draft beside the place may be left there."""
    place = place.rstrip("/")
    with files(remote) as there:
        if _is_there(there, place) and not wish.replace:
            raise Refused(f"那台机器上已有“{place}”，没有恢复；请换一个，或在执行时再写一遍位置")
        taken = extract(wish.folder, wish.key, work, wish.only, pace)
        draft = f"{place}.{wish.tag}"
        there.make_folder(draft)
        for path in _below(work):
            _send(there, path, f"{draft}/{path.relative_to(work).as_posix()}", pace)
        if _is_there(there, place):
            there.rename(place, f"{place}.before-{wish.tag}")
        there.rename(draft, place)
    return taken


def _send(there: RemoteFiles, path: Path, name: str, pace: Pace) -> None:
    if path.is_dir():
        there.make_folder(name)
        return
    there.make_folder(name.rpartition("/")[0])
    with path.open("rb") as source:
        there.put(source, name, tell=pace.spend)


def _below(folder: Path) -> Iterator[Path]:
    """Every folder and file, folders first; links stay here: where they lead is another machine."""
    for top, folders, names in os.walk(folder):
        for name in sorted((*folders, *names)):
            path = Path(top) / name
            if not path.is_symlink():
                yield path


def _is_there(there: RemoteFiles, path: str) -> bool:
    try:
        there.found(path)
    except FileNotFoundError:
        return False
    return True


def to_database(
    wish: Wish, order: Order, name: str, pace: Pace, told: Callable[[str], None]
) -> Extracted:
    """Into a database of that name, which is made for it, and counted there; a name that is taken
    is refused. `told` hears what was counted. Raises Refused, Unlike, NotGathered, Damaged,
    NotKept, Stopped."""
    taken = extract(wish.folder, wish.key, order.work / "set", None, pace)
    dumps = [one for one in (order.work / "set").rglob(f"*{COUNTS}") if one.is_file()]
    if len(dumps) != 1:
        raise Refused(f"备份里有 {len(dumps)} 个数据库，不能恢复成一个；请恢复到目录")
    dump = dumps[0].with_name(dumps[0].name.removesuffix(COUNTS))
    restore_database(order, dump, name, pace)
    stored, there = Counts.parse(dumps[0].read_text("utf-8")), counted(order, name, pace)
    wrong = len(list(stored.differences(there)))
    if wrong:
        raise Unlike(f"已恢复成 {name}，但有 {wrong} 张表的行数或校验和与备份时不同，请勿使用")
    told(f"{len(there.tables)} 张表、{there.rows} 行，与备份时一致")
    return taken
