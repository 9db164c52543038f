"""One set to one place, part by part; checked there; brought back from there (Article 142).

A part arrives as `<name>.part` and gets its name when its digest was read *there* and is right;
the manifest comes last. Cut off anywhere, the next try goes on. A file that differs is never
overwritten: a person has the copy moved aside first.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from backups.pace import Pace
from backups.places import PART, Folder, PlaceError
from backups.set_manifest import NAME, Manifest, Part, parse, read_manifest
from inventory.store import Damaged

Step = Callable[[str], None]
_LARGEST = 64_000_000  # bytes of a manifest
_CHUNK = 1 << 20


def go_on(_step: str) -> None:
    """Nobody waits for a step: only tests do, to kill us there."""


class Diverged(Exception):
    """The copy is not what the catalogue says; `part` names the file, `reason` is Chinese."""

    def __init__(self, part: str, reason: str) -> None:
        super().__init__(f"{part} {reason}")
        self.part = part
        self.reason = reason


class Missing(Exception):
    """The copy, or the part named, is not there any more."""

    def __init__(self, part: str = "") -> None:
        super().__init__(part)
        self.part = part


@dataclass(frozen=True, slots=True)
class Copied:
    """A set lies there whole and was read there: `size` bytes of which `sent` were moved now."""

    size: int
    sent: int
    parts: int


def copy_set(folder: Path, there: Folder, pace: Pace, step: Step = go_on) -> Copied:
    """Make the place hold this set.

    `step` is called with "half" (of a part), "sent", "checked", "renamed", "parts", "manifest",
    "sealed". Raises Damaged for our own files, Diverged for what lies there, PlaceError, Stopped.
    """
    manifest = read_manifest(folder)
    there.make()
    known = there.names()
    if NAME in known:
        _sealed(there, manifest.sha256)
    sent = 0
    for part in manifest.parts:
        if part.name in known:
            _there_before(there, part, known, pace)
        else:
            sent += _send(folder, there, part, pace, step)
    step("parts")
    if NAME not in known:
        sent += _send(folder, there, _seal(folder), pace, step)
    step("sealed")
    return Copied(manifest.stored, sent, len(manifest.parts))


def _seal(folder: Path) -> Part:
    data = (folder / NAME).read_bytes()
    return Part(NAME, len(data), hashlib.sha256(data).hexdigest(), "")


def check_copy(there: Folder, sha256: str, pace: Pace) -> Manifest:
    """Read a copy whole where it lies; `sha256` is of its manifest, as the catalogue has it.
    Raises Diverged, Missing, PlaceError, Stopped."""
    manifest = parse(_sealed(there, sha256))
    _parts(there, manifest, pace)
    return manifest


def sealed(there: Folder) -> bytes:
    """The manifest that lies there. Raises Missing, PlaceError."""
    try:
        return there.read(NAME, _LARGEST)
    except FileNotFoundError:
        raise Missing(NAME) from None


def _sealed(there: Folder, sha256: str) -> bytes:
    """The same, which must be the catalogue's."""
    data = sealed(there)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Diverged(NAME, "与登记的清单不同")
    return data


def _parts(there: Folder, manifest: Manifest, pace: Pace) -> None:
    known = there.names()
    for part in manifest.parts:
        if part.name not in known:
            raise Missing(part.name)
        _sized(part, known[part.name])
        _same(there, part, pace)


def _there_before(there: Folder, part: Part, known: Mapping[str, int], pace: Pace) -> None:
    """It was read there when it got its name. It is read again where that costs no line, or where
    the copy was whole before, so that what is called verified was read."""
    _sized(part, known[part.name])
    if there.reads_there or NAME in known:
        _same(there, part, pace)


def _sized(part: Part, size: int) -> None:
    if size != part.size:
        raise Diverged(part.name, f"大小是 {size} 字节，应为 {part.size} 字节")


def _same(there: Folder, part: Part, pace: Pace) -> None:
    try:
        told = there.digest(part.name, pace.spend)
    except FileNotFoundError:
        raise Missing(part.name) from None
    if told != part.sha256:
        raise Diverged(part.name, "内容与清单的 SHA-256 不同")


def _send(folder: Path, there: Folder, part: Part, pace: Pace, step: Step) -> int:
    """One part; what an earlier try left is gone on with, and sent anew when that was wrong."""
    draft = part.name + PART
    begun = _put(folder, there, part, pace, step)
    right = there.digest(draft, pace.spend) == part.sha256
    if begun and not right:
        there.remove(draft)  # the beginning was of something else
        begun = _put(folder, there, part, pace, step)
        right = there.digest(draft, pace.spend) == part.sha256
    if not right:
        there.remove(draft)
        _ours(folder, part)
        raise PlaceError(f"{part.name} 传到那里后核对不符：请检查那台机器的磁盘和线路")
    step("checked")
    there.rename(draft, part.name)
    step("manifest" if part.name == NAME else "renamed")
    return part.size - begun


def _put(folder: Path, there: Folder, part: Part, pace: Pace, step: Step) -> int:
    source, moved = folder / part.name, 0

    def tell(size: int) -> None:
        nonlocal moved
        moved += size
        if moved >= part.size // 2:
            step("half")
        pace.spend(size)

    if not source.is_file() or source.stat().st_size != part.size:
        raise Damaged(f"{part.name} 不见了或大小不对：本机这份备份已损坏")
    begun = there.put(source, part.name + PART, tell)
    step("sent")
    return begun


def _ours(folder: Path, part: Part) -> None:
    """Was it our own file that is wrong? Raises Damaged."""
    if sha256_of(folder / part.name) != part.sha256:
        raise Damaged(f"{part.name} 的内容与清单不符：本机这份备份已损坏")


def sha256_of(path: Path) -> str:
    """Of a file of ours, "" when it is not there."""
    told = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                told.update(chunk)
    except OSError:
        return ""
    return told.hexdigest()
