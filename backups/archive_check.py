"""The folder that went to the archive room is read again: what both sides signed, and nothing else
(Article 143)."""

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from backups.archive_files import ABOUT, OTHER, SUMS, files_below
from backups.bag import digest_file
from backups.pace import Pace
from inventory.explained import Explained

_LINE = re.compile(rb"(\\?)([0-9a-f]{64})  (.+)")
_SIGNS = {b"\\": b"\\", b"n": b"\n", b"r": b"\r"}
_TOLD = 3


class Altered(Explained):
    """The folder is not the one that was signed; `reason` names the first files, in Chinese."""


def check(folder: Path, sha256: str, pace: Pace) -> int:
    """Read everything and compare it with the list whose digest is `sha256`; how many files. Raises
    Altered, OSError, Stopped."""
    try:
        data = (folder / OTHER / SUMS).read_bytes()
    except FileNotFoundError:
        raise Altered(f"移交包不在本机，或缺少 {OTHER}/{SUMS}") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Altered(f"{OTHER}/{SUMS} 与登记的 SHA-256 不符：清单已被改动")
    wanted = dict(_read(data))
    wrong = [*_different(folder, wanted, pace), *_beside(folder, wanted)]
    if wrong:
        more = f" 等 {len(wrong)} 处" if len(wrong) > _TOLD else ""
        raise Altered("；".join(wrong[:_TOLD]) + more)
    return len(wanted)


def _different(folder: Path, wanted: dict[str, str], pace: Pace) -> Iterator[str]:
    for name, digest in wanted.items():
        place = folder / name
        if place.is_symlink() or not place.is_file():
            yield f"缺少 {name!r}"
        elif digest_file(place, pace) != digest:
            yield f"{name!r} 内容不符"


def _beside(folder: Path, wanted: dict[str, str]) -> Iterator[str]:
    """The description names the list's digest, so that it cannot be on the list."""
    known = {*wanted, ABOUT, f"{OTHER}/{SUMS}"}
    for place in files_below(folder):
        if (name := str(place.relative_to(folder))) not in known:
            yield f"多出 {name!r}"


def _read(data: bytes) -> Iterator[tuple[str, str]]:
    for line in data.splitlines():
        found = _LINE.fullmatch(line)
        if found is None:
            raise Altered(f"{OTHER}/{SUMS} 里有读不懂的行")
        escaped, digest, name = found.groups()
        plain = re.sub(rb"\\(.)", _unescaped, name) if escaped else name
        yield os.fsdecode(plain), digest.decode()


def _unescaped(found: "re.Match[bytes]") -> bytes:
    return _SIGNS.get(found[1], found[0])
