"""Disc images are made: the plan, a bag for each disc, an image of it, all of it or nothing.

What is burned is never copied: the tree of an image consists of further names (hard links) of the
files where they lie. Images get their names only when every one of them is there.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from backups import iso
from backups.bag import digest_of
from backups.disc_plan import Entry, Sources, keep, kept, plan
from backups.disc_tags import About, write_common, write_disc
from backups.iso import Cut, NotMade
from backups.pace import Pace
from inventory.disc_progress import Made
from inventory.durable import make_folder, sync_folder
from inventory.os_words import cause_of

SPARE = 256 << 20  # bytes that stay free on the console's own disk
Point = Callable[[str], None]


def _pass(_point: str) -> None:
    """Nothing happens there, but in tests."""


@dataclass(frozen=True, slots=True)
class Making:
    """What to make, and where: `folder` is the disc set's own. `capacity` in bytes of one disc,
    `spare` bytes that must stay free; `at` is called with the name of each point that is passed."""

    folder: Path
    about: About
    sources: Sources
    capacity: int
    spare: int = SPARE
    at: Point = _pass


def image_of(folder: Path, ordinal: int) -> Path:
    """Where the image of one disc lies."""
    return folder / f"D{ordinal:02d}.iso"


def plan_of(folder: Path, ordinal: int) -> Path:
    return folder / "plan" / f"D{ordinal:02d}.jsonl"


def make_discs(order: Making, pace: Pace, tell: Callable[[str], None]) -> list[Made]:
    """Every disc of a set. Raises NotMade, Damaged, NotKept, Stopped; the images that were there
    before are there still, then."""
    _tidy(order.folder)
    _room_for(order, sum(one.size for one in order.sources.loads))
    try:
        tell("正在取出备份")
        order.sources.lay(pace)
        order.at("laid")
        tell("正在核对和分盘")
        discs = plan(order.sources, order.capacity, pace)
        made = list(_images(order, discs, pace, tell))
        order.at("imaged")
        _into_place(order, discs)
    except OSError as error:
        raise NotMade(f"本机磁盘写不进去：{cause_of(error)}；请腾出空间后重新发起") from None
    else:
        return made
    finally:
        _tidy(order.folder)


def remake(order: Making, ordinals: Sequence[int], pace: Pace) -> list[Made]:
    """Single discs of a set again, with the content they had. Raises NotMade (also where a backup
    is no longer there as it was), Damaged, NotKept, Stopped."""
    _tidy(order.folder)
    try:
        count = len(list((order.folder / "plan").glob("D*.jsonl")))
        discs = [list(kept(plan_of(order.folder, n))) for n in range(1, count + 1)]
        wanted = frozenset(one.group for n in ordinals for one in discs[n - 1])
        order.sources.lay(pace, wanted)
        _common(order, discs)
        made = []
        for n in ordinals:
            _unchanged(order, discs[n - 1], pace)
            _stage(order, discs[n - 1], (n, count))
            made.append(_image(order, discs[n - 1], n, pace))
        for n in ordinals:
            (_work(order.folder) / f"D{n:02d}.iso").replace(image_of(order.folder, n))
        sync_folder(order.folder)
    except (OSError, EOFError) as error:
        raise NotMade(f"没有重新生成：原来的备份已不在本机，或已改变（{error}）") from None
    else:
        return made
    finally:
        _tidy(order.folder)


def drop_images(folder: Path) -> int:
    """Delete the images of a set whose discs are all put away; how many there were."""
    found = list(folder.glob("D*.iso"))
    for one in found:
        one.unlink()
    return len(found)


def _images(
    order: Making, discs: Sequence[Sequence[Entry]], pace: Pace, tell: Callable[[str], None]
) -> Iterator[Made]:
    _common(order, discs)
    for ordinal, disc in enumerate(discs, 1):
        tell(f"正在生成第 {ordinal} 张，共 {len(discs)} 张")
        _stage(order, disc, (ordinal, len(discs)))
        yield _image(order, disc, ordinal, pace)
        order.at(f"image {ordinal}")


def _common(order: Making, discs: Sequence[Sequence[Entry]]) -> None:
    common = _work(order.folder) / "common"
    make_folder(common)
    write_common(common, order.about, order.sources.loads, discs)


def _stage(order: Making, disc: Sequence[Entry], place: tuple[int, int]) -> None:
    """The tree of one image, of names only."""
    tree = _work(order.folder) / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    make_folder(tree)
    for path in (_work(order.folder) / "common").iterdir():
        os.link(path, tree / path.name)
    (tree / "data").mkdir()
    for one in disc:
        if one.parts == 1:
            name = tree / one.path
            name.parent.mkdir(parents=True, exist_ok=True)
            _name(order.sources.file(one), name)
    write_disc(tree, order.about, disc, place)


def _name(source: Path, name: Path) -> None:
    """A further name; a copy where the set lies on another file system."""
    try:
        os.link(source, name)
    except OSError:
        shutil.copyfile(source, name)


def _image(order: Making, disc: Sequence[Entry], ordinal: int, pace: Pace) -> Made:
    image = _work(order.folder) / f"D{ordinal:02d}.iso"
    cuts = [
        Cut(order.sources.file(one), one.offset, one.size, one.path)
        for one in disc if one.parts > 1
    ]  # fmt: skip
    volume = order.about.volume(ordinal)
    iso.make(image, volume, _work(order.folder) / "tree", cuts, pace)
    size = image.stat().st_size
    if size > order.capacity:
        raise NotMade(f"第 {ordinal} 张超出光盘容量，请改用更大的光盘")
    if wrong := iso.damaged(str(image), pace):
        raise NotMade(f"刚生成的映像读出来不符：{wrong[0]}；请检查本机磁盘")
    told = iso.prints(str(image), size, pace)
    sets = tuple(sorted({one.group for one in disc if one.group}))
    return Made(ordinal, volume, size, len(disc), told.sha256, told.md5, sets)


def _into_place(order: Making, discs: Sequence[Sequence[Entry]]) -> None:
    """The new images instead of the old ones; whoever dies here finds the images of one making or
    of the other by their digests, and makes them again."""
    drop_images(order.folder)
    shutil.rmtree(order.folder / "plan", ignore_errors=True)
    make_folder(order.folder / "plan")
    for ordinal, disc in enumerate(discs, 1):
        keep(plan_of(order.folder, ordinal), disc)
        (_work(order.folder) / f"D{ordinal:02d}.iso").replace(image_of(order.folder, ordinal))
    sync_folder(order.folder / "plan")
    sync_folder(order.folder)


def _unchanged(order: Making, disc: Sequence[Entry], pace: Pace) -> None:
    """A disc that is made again holds exactly what the first one held."""
    for one in disc:
        place = order.sources.file(one)
        told, _ = digest_of(place, [(one.offset, one.size)], pace)
        if told[0].sha256 != one.sha256:
            raise NotMade(
                f"{one.told} 与原来刻入的不同，不能重新生成这一张；请从原来的映像或副本恢复"
            )


def _room_for(order: Making, size: int) -> None:
    """What is taken out, and the images of it, must fit beside what is there."""
    make_folder(order.folder)
    free, needed = shutil.disk_usage(order.folder).free, 2 * size + order.spare
    if free < needed:
        raise NotMade(
            f"本机磁盘空间不够：约需 {needed // 1_000_000} MB，只剩 {free // 1_000_000} MB；"
            "请腾出空间后重新发起"
        )


def _work(folder: Path) -> Path:
    return folder / "work"


def _tidy(folder: Path) -> None:
    """Plain files lie here no longer than they are needed, whatever ended the last making."""
    shutil.rmtree(_work(folder), ignore_errors=True)
    make_folder(folder)
