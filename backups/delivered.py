"""The list of files an agent delivered, line by line: it says what a set will hold, so that nothing
on it is believed before it was looked at."""

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

Entry = dict[str, Any]  # one line of the list
_LINE = 1 << 18  # octets: paths of Windows have 32767 letters, each told as six
_FAR = 1 << 62  # seconds; no file system tells a later time, and "NaN" is none
_DIGEST = re.compile(r"[0-9a-f]{64}")
_DRIVE = re.compile(r"[A-Za-z]:")


class Damaged(Exception):
    """A delivery that cannot be what the agent sent."""


def entries(manifest: Path) -> Iterator[Entry]:
    """Line by line. Raises Damaged for one that names no file of a set."""
    with manifest.open("rb") as lines:
        while line := lines.readline(_LINE):
            entry = json.loads(line)
            if not _sound(entry):
                raise Damaged("文件清单中有不允许的路径或内容")
            yield entry


def each_once(told: Iterator[Entry], store: sqlite3.Connection) -> Iterator[Entry]:
    """The entries, held against one another on disk. Raises Damaged for two of one name, and for a
    file with files below it: such a set could not be taken out again."""
    store.execute("CREATE TABLE entry (path BLOB PRIMARY KEY, above BLOB, kind) WITHOUT ROWID")
    for entry in told:
        path = entry["path"].encode("utf-8", "surrogatepass")
        row = (path, path.rpartition(b"/")[0], entry["kind"])
        try:
            store.execute("INSERT INTO entry VALUES (?, ?, ?)", row)
        except sqlite3.IntegrityError:
            raise Damaged("文件清单中有两个同名的文件") from None
        yield entry
    if store.execute(_BELOW_NO_FOLDER).fetchone():
        raise Damaged("文件清单中有文件在另一个文件之下")


_BELOW_NO_FOLDER = """
SELECT 1 FROM entry JOIN entry AS parent ON parent.path = entry.above
WHERE parent.kind != 'folder' LIMIT 1
"""
_SHAPE = {"path": str, "kind": str, "size": int, "modified": int | float, "mode": int, "link": str}


def _sound(entry: Any) -> bool:
    if not isinstance(entry, dict) or not all(
        isinstance(entry.get(name), kind) for name, kind in _SHAPE.items()
    ):
        return False
    told = entry["kind"] in ("file", "folder", "link") and entry["size"] >= 0
    digest = entry["kind"] != "file" or _DIGEST.fullmatch(str(entry.get("sha256")))
    link = "\0" not in entry["link"] and bool(entry["link"]) == (entry["kind"] == "link")
    dated = -_FAR < entry["modified"] < _FAR
    return bool(told and digest and link and dated and plain(entry["path"]))


def plain(path: str) -> bool:
    """Does it name something within a set, on every system that may take it out again?"""
    parts = path.split("/")
    tricks = "\0" in path or {"", ".", ".."} & set(parts) or PurePosixPath(path).anchor
    return not tricks and not _DRIVE.match(path) and not path.startswith("\\")


def in_octets(path: str) -> str:
    """A name as bytes can spell it (PEP 383): Windows allows half a character, which has none."""
    try:
        path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
    return path
