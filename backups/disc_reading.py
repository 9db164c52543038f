"""Discs are read back: in a drive, as an image, as a folder, or by the list of digests that
somebody made on another machine. And the catalogue is told from discs alone."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backups import bag, iso
from backups.bag import BadBag, manifest_digest, read_info, read_manifest
from backups.disc_plan import kept
from backups.disc_tags import SETS
from backups.iso import Unreadable
from backups.pace import Pace
from backups.set_manifest import Manifest, parse
from inventory.explained import Explained
from inventory.store import Damaged

_WORDS = ("set_id", "number", "source", "kind", "period", "form")
COMMAND = "find . -type f -exec sha256sum {} + > ~/校验.txt"
MANIFEST = "manifest-sha256.txt"
_TAGS = (MANIFEST, "tagmanifest-sha256.txt", "bag-info.txt", "bagit.txt")
_LARGEST = 256 << 20  # bytes of a list of digests: of a million files


class NoList(Explained):
    """What was sent says nothing about a disc, good or bad; `reason` in Chinese."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The disc that should be there. `number` is its set's; digests and `size` (bytes) are of its
    image, `plan` the file that tells its content."""

    identifier: str
    number: str
    size: int
    sha256: str
    md5: str
    plan: Path


def read_device(source: str, wanted: Wanted, pace: Pace) -> str:
    """A drive (/dev/sr0), or an image: byte for byte what was made. Returns the SHA-256 that was
    read. Raises Unreadable naming what is wrong: another disc, damaged files, cut short."""
    try:
        told = iso.prints(source, wanted.size, pace)
    except Unreadable as error:
        raise Unreadable(_why(source, wanted, pace, error.reason)) from None
    if told.sha256 != wanted.sha256:
        other = "与登记的 SHA-256 不符，但每个文件的校验一致：可能不是原映像；请改用“光盘目录”核对"
        raise Unreadable(_why(source, wanted, pace, other))
    return told.sha256


def read_folder(folder: Path, wanted: Wanted, pace: Pace) -> str:
    """A mounted or copied disc. Returns the SHA-256 of its manifest. Raises Unreadable, Stopped."""
    _identified(_info_of(folder), wanted)
    try:
        bag.check(folder, pace)
    except BadBag as error:
        raise Unreadable("；".join(error.reasons)) from None
    with (folder / "manifest-sha256.txt").open(encoding="utf-8") as lines:
        _compared(dict(read_manifest(lines)), wanted)
    return bag.digest_file(folder / "manifest-sha256.txt")


def read_list(data: bytes, wanted: Wanted) -> str:
    """What somebody read on another machine: one line for each file of the disc, as `sha256sum`
    writes it; the digests of the manifest and of the other tag files stand nowhere but on the disc.
    Returns the SHA-256 of the manifest. Raises Unreadable; NoList for what was not made so."""
    told = dict(_on_disc(read_manifest(_decoded(data).splitlines())))
    if lost := [name for name in _TAGS if name not in told]:
        raise NoList(
            f"校验文件里没有 {'、'.join(lost)}：要在光盘根目录对盘上每个文件生成，运行 {COMMAND}"
        )
    _compared(told, wanted)
    manifest = manifest_digest((one.path, one.sha256) for one in kept(wanted.plan))
    if told[MANIFEST] != manifest:
        raise Unreadable(f"{MANIFEST} 内容不符：盘刻坏了，或不是这一张")
    return manifest


@dataclass(frozen=True, slots=True)
class Found:
    """One backup as discs tell it, by its `manifest` (None where that cannot be read); `missing`
    names the discs that are still needed for it to be whole, `discs` all it lies on."""

    set_id: str
    number: str
    source: str
    kind: str
    period: str
    form: str
    missing: tuple[int, ...]
    discs: tuple[int, ...]
    folders: tuple[Path, ...]
    manifest: Manifest | None = None


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A disc set as its discs tell it: `missing` are the numbers of the discs that were not given,
    `broken` of those that are not whole, `wrong` says which folder is no disc, or not whole."""

    number: str
    period: str
    centre: str
    total: int
    missing: tuple[int, ...]
    sets: tuple[Found, ...]
    wrong: tuple[str, ...]
    broken: tuple[int, ...] = ()


def rebuild_from_discs(folders: Sequence[Path], pace: Pace) -> list[Rebuilt]:
    """The catalogue from discs alone (mounted, or copied), set by set; every bag is read whole.
    Raises Unreadable when there is no disc among them, Stopped."""
    groups: dict[str, list[tuple[int, Path]]] = {}
    wrong: dict[Path, str] = {}
    for folder in folders:
        try:
            info = _info_of(folder)
            groups.setdefault(info["Bag-Group-Identifier"], []).append((_ordinal(info), folder))
            bag.check(folder, pace)
        except (Unreadable, BadBag, KeyError, ValueError) as error:
            wrong[folder] = f"{folder.name}：{error}"
    if not groups:
        raise Unreadable("；".join(wrong.values()))
    return [_rebuilt(sorted(discs), wrong) for _, discs in sorted(groups.items())]


def _rebuilt(discs: list[tuple[int, Path]], wrong: Mapping[Path, str]) -> Rebuilt:
    told = _told(discs)
    here = {ordinal for ordinal, _ in discs}
    missing = tuple(n for n in range(1, told["discs"] + 1) if n not in here)
    broken = tuple(ordinal for ordinal, folder in discs if folder in wrong)
    places = [folder for _, folder in discs]
    sets = tuple(_found(one, here, places) for one in told["sets"])
    about = (told["number"], told["period"], told["centre"], told["discs"])
    return Rebuilt(*about, missing, sets, tuple(wrong.values()), broken)


def _told(discs: Sequence[tuple[int, Path]]) -> dict[str, Any]:
    """The list that every disc of the set carries, from the first that has kept it."""
    for _, folder in discs:
        try:
            told: dict[str, Any] = json.loads((folder / SETS).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        return told
    raise Unreadable(f"几张盘上的 {SETS} 都读不出来，请换这一套的另一张")


def _found(told: dict[str, Any], here: set[int], discs: Sequence[Path]) -> Found:
    places = tuple(disc / told["folder"] for disc in discs if (disc / told["folder"]).is_dir())
    missing = tuple(n for n in told["discs"] if n not in here)
    words = {name: str(told[name]) for name in _WORDS}
    return Found(
        **words, missing=missing, discs=tuple(told["discs"]), folders=places,
        manifest=_manifest(str(told.get("manifest", ""))),
    )  # fmt: skip


def _manifest(text: str) -> Manifest | None:
    try:
        return parse(text.encode())
    except Damaged:
        return None


def _why(source: str, wanted: Wanted, pace: Pace, otherwise: str) -> str:
    """What is wrong with a disc that is not, byte for byte, the one that was made."""
    try:
        _identified(read_info(iso.text_of(source, "/bag-info.txt", pace)), wanted)
        found = iso.damaged(source, pace)
    except Unreadable as error:
        return error.reason
    if found:
        return f"{len(found)} 个文件损坏：{'、'.join(found[:5])}"
    return otherwise


def _identified(info: dict[str, str], wanted: Wanted) -> None:
    """Is it this disc? Raises Unreadable."""
    told = info.get("External-Identifier", "")
    if told == wanted.identifier:
        return
    if not told:
        raise Unreadable("盘上没有光盘编号，不是值守台制作的备份光盘")
    if info.get("Bag-Group-Identifier") == wanted.number:
        raise Unreadable(f"放错了：这是 {told}，应为 {wanted.identifier}")
    raise Unreadable(f"放错了：这是另一套光盘 {told}，应为 {wanted.identifier}")


def _info_of(folder: Path) -> dict[str, str]:
    try:
        return read_info((folder / "bag-info.txt").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise Unreadable(f"{folder} 里没有 bag-info.txt，不是备份光盘的目录") from None


def _ordinal(info: dict[str, str]) -> int:
    return int(info["Bag-Count"].partition(" of ")[0])


def _compared(lines: dict[str, str], wanted: Wanted) -> None:
    """Every file of the plan with its digest. Raises Unreadable naming the first that are not."""
    lost = different = 0
    first: list[str] = []
    for one in kept(wanted.plan):
        told = lines.get(one.path)
        if told == one.sha256:
            continue
        lost, different = lost + (told is None), different + (told is not None)
        first += [one.path] if len(first) < 3 else []
    if lost or different:
        names = "、".join(first)
        raise Unreadable(f"{different} 个文件内容不符，{lost} 个文件没有读到：{names}")


def _on_disc(lines: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Paths as the bag has them, wherever the disc was mounted."""
    for path, digest in lines:
        _before, data, rest = f"/{path}".partition("/data/")
        yield (f"data/{rest}" if data else path.rpartition("/")[2]), digest


def _decoded(data: bytes) -> str:
    """As the office's programs write text: UTF-8, UTF-16 with its mark, or GB18030."""
    if len(data) > _LARGEST:
        raise NoList("文件太大，不是校验文件")
    first = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    for code in (first, "gb18030"):
        try:
            return data.decode(code)
        except UnicodeDecodeError:
            continue
    raise NoList(f"读不出文字，不是校验文件；请在光盘根目录运行 {COMMAND}")
