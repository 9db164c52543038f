"""The files of a transfer's folder: what lies where, and the lines of their digests."""

import os
from collections.abc import Iterator
from pathlib import Path

from backups.set_writing import shown

ABOUT, CATALOGUE, SUMS = "说明文件.TXT", "文件目录.XML", "sha256sum.txt"
RECORDS, OTHER, LINKS = "电子档案", "其他", "链接清单.txt"


def without_links(work: Path) -> None:
    """Links lead to nothing in an archive room, or, followed by whoever copies the folder, to files
    of this machine: they are told and left out."""
    lines = [_link(path, work) for path in _links(work / RECORDS)]
    if lines:
        (work / OTHER / LINKS).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _link(path: Path, work: Path) -> str:
    told = f"{shown(str(path.relative_to(work)))!r} -> {shown(str(path.readlink()))!r}"
    path.unlink()
    return told


def _links(top: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(top):
        folders.sort()
        yield from (
            one for name in sorted((*folders, *names)) if (one := Path(where, name)).is_symlink()
        )


def sum_line(digest: str, name: str) -> bytes:
    """A line as `sha256sum` writes and reads it, whatever a file is called."""
    plain = os.fsencode(name)
    told = plain.replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
    return b"%s%s  %s\n" % (b"" if told == plain else b"\\", digest.encode(), told)


def files_below(top: Path) -> Iterator[Path]:
    """Every file below a folder, sorted; links are none."""
    for where, folders, names in os.walk(top):
        folders.sort()
        for name in sorted(names):
            place = Path(where, name)
            if place.is_file() and not place.is_symlink():
                yield place
