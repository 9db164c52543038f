"""Discs are opened to be read: folders, images and drives, one or several, as if they were one.

A backup that goes on on the next disc is joined by further names of its parts; nothing is copied
but what has to be read out of an image or a drive.
"""

import os
import re
import shutil
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from backups import iso
from backups.bringing_back import ASIDE, BACK
from backups.clearing import GONE
from backups.iso import Unreadable
from backups.pace import Pace
from backups.set_manifest import NAME, Manifest, read_manifest
from inventory.durable import make_folder
from inventory.os_words import cause_of
from inventory.store import Damaged

_PART = re.compile(r"(?:content|listing)\.\d{3,}")
_ASIDE = (BACK, ASIDE, GONE)
_DEEP = 8  # folders below the top of a disc: sets lie four deep
_Pieces = dict[tuple[str, str], Path]


def laid(places: Sequence[str], work: Path, pace: Pace) -> list[Path]:
    """Each disc as a folder: where it is mounted or copied to, or what was read out of an image or
    a drive, below `work`. Raises Unreadable, NotMade (no xorriso), Stopped."""
    return [_folder(place, work / f"disc {n}", pace) for n, place in enumerate(places, 1)]


def sets_on(roots: Sequence[Path], work: Path, pace: Pace) -> list[Path]:
    """The folders of all sets on these discs; one that is spread over several is joined below
    `work`. Raises Damaged, Stopped."""
    told = [(folder, names) for root in roots for folder, names in _walked(root, pace)]
    pieces = {
        (folder.name, name): folder / name
        for folder, names in told for name in names if name != NAME
    }  # fmt: skip
    folders = [folder for folder, names in told if NAME in names]
    return [_joined(one, work / f"set {n}", pieces) for n, one in enumerate(folders, 1)]


def refuse_ours(places: Iterable[str], home: Path) -> None:
    """What the console keeps itself is no old disc, and nobody walks the whole machine. Raises
    Unreadable."""
    own = home.resolve()
    for place in places:
        real = Path(place).resolve()
        if real.is_relative_to(own) or own.is_relative_to(real):
            raise Unreadable(f"{place} 是值守台自己的目录，不是旧盘：请写光盘或介质挂载到的目录")


def whole(folder: Path, manifest: Manifest) -> bool:
    """Does every part lie here?"""
    return all((folder / part.name).is_file() for part in manifest.parts)


def _folder(place: str, into: Path, pace: Pace) -> Path:
    if Path(place).is_dir():
        return Path(place)
    _room_for(place, into.parent)
    make_folder(into.parent)
    iso.extract(place, "/", into, pace)
    for where, _, _ in os.walk(into):
        Path(where).chmod(0o700)  # discs are read-only: what came from one must go again
    return into


def _room_for(place: str, work: Path) -> None:
    """It has to fit where it is read out to. Raises Unreadable."""
    source = Path(place.removeprefix("stdio:"))
    try:
        mode = source.stat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISBLK(mode)):
            raise Unreadable(f"{place} 不是目录、光盘映像或光驱")
        with source.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
    except OSError as error:
        raise Unreadable(
            f"{place} 读不出来：{cause_of(error)}；请确认盘已放好、路径没有写错"
        ) from None
    if shutil.disk_usage(work).free < size:
        raise Unreadable(f"本机磁盘空间不够读出 {place}：约需 {size // 1_000_000 + 1} MB")


def _walked(root: Path, pace: Pace) -> Iterator[tuple[Path, list[str]]]:
    """The folders with a manifest or parts (by the name of their folder they are the same set on
    every disc), and the names of these; links on a disc are nobody's parts. What is being brought
    back or cleared away on a medium is no set."""
    for where, below, files in os.walk(root):
        pace.spend(0)
        place = Path(where)
        names = [one for one in sorted(files) if one == NAME or _PART.fullmatch(one)]
        names = [one for one in names if not (place / one).is_symlink()]
        if NAME in names or len(place.relative_to(root).parts) >= _DEEP:
            below.clear()
        below[:] = sorted(one for one in below if not any(word in one for word in _ASIDE))
        if names:
            yield place, names


def _joined(folder: Path, into: Path, pieces: _Pieces) -> Path:
    """The folder itself when nothing is missing, or nothing could be added."""
    try:
        manifest = read_manifest(folder)
    except Damaged:
        return folder
    there = [pieces.get((folder.name, part.name)) for part in manifest.parts]
    if whole(folder, manifest) or None in there:
        return folder
    make_folder(into)
    for part in filter(None, there):
        (into / part.name).symlink_to(part.resolve())
    (into / NAME).symlink_to((folder / NAME).resolve())
    return into
