"""What lies below a folder, here or on another machine: sorted, without the excluded, in constant
memory. Standard library only: the agent carries this module, too."""

import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import chain, islice
from typing import Literal

_AT_ONCE = 10_000  # entries of one folder that are sorted in memory; more are sorted on disk
_DEEPEST = 500  # folders within folders: more than any path has, so somebody leads us in circles


@dataclass(frozen=True)
class Found:
    """One entry. `path` relative to where the walk began, "/" between its parts, bytes that are no
    UTF-8 as surrogates (PEP 383); `modified` in seconds since 1970; `mode` the permission bits;
    `link` where a symbolic link points to."""

    path: str
    kind: Literal["file", "folder", "link", "other"]
    size: int
    modified: float
    mode: int = 0o644
    link: str = ""


Listed = Callable[[str], Iterator[Found]]  # the entries of one folder ("" is the top)
Refused = Callable[[str, OSError], None]  # a folder that could not be listed, and why


def walk(listed: Listed, exclude: Collection[str], refused: Refused) -> Iterator[Found]:
    """Everything below the top: siblings by name, a folder before what is in it.

    `exclude`: `*.tmp` any name, `cache/` folders only, `/a/b` or `a/*.log` the path from the top.
    """
    unwanted = [_Pattern(line) for line in exclude if line.strip()]
    open_folders = [_entries(listed, "", refused)]
    while open_folders:
        found = next(open_folders[-1], None)
        if found is None:
            open_folders.pop()
        elif not any(pattern.fits(found) for pattern in unwanted):
            yield found
            if found.kind == "folder" and len(open_folders) < _DEEPEST:
                open_folders.append(_entries(listed, found.path, refused))
            elif found.kind == "folder":
                refused(found.path, OSError("目录嵌套过深"))


def _entries(listed: Listed, folder: str, refused: Refused) -> Iterator[Found]:
    try:
        yield from in_order(listed(folder))
    except OSError as error:
        refused(folder, error)


class _Pattern:
    """One line of what is excluded."""

    def __init__(self, line: str) -> None:
        line = line.strip().replace("\\", "/")
        self._folders = line.endswith("/")
        self._whole = "/" in line.rstrip("/")
        self._text = line.strip("/")

    def fits(self, found: Found) -> bool:
        if self._folders and found.kind != "folder":
            return False
        told = found.path if self._whole else found.path.rpartition("/")[2]
        return fnmatchcase(told, self._text)


def in_order(entries: Iterator[Found]) -> Iterator[Found]:
    """The entries of one folder by name; a folder of a million is sorted on disk."""
    first = list(islice(entries, _AT_ONCE))
    if len(first) < _AT_ONCE:
        yield from sorted(first, key=lambda found: _octets(found.path))
        return
    with closing(sqlite3.connect("")) as spill:  # a file of its own that goes with the connection
        spill.execute(
            "CREATE TABLE entry (path BLOB PRIMARY KEY, kind, size, modified, mode, link BLOB)"
            " WITHOUT ROWID"
        )
        rows = (
            (_octets(one.path), one.kind, one.size, one.modified, one.mode, _octets(one.link))
            for one in chain(first, entries)
        )
        spill.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?, ?)", rows)
        for path, kind, size, modified, mode, link in spill.execute(
            "SELECT * FROM entry ORDER BY path"
        ):
            yield Found(text_of(path), kind, size, modified, mode, text_of(link))


def _octets(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def text_of(path: bytes) -> str:
    """A name as text from which its bytes can be had again, whatever they are (PEP 383)."""
    return path.decode("utf-8", "surrogateescape")
