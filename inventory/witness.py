"""Heads of the audit chain, published outside the database: what a cut tail cannot take along.

Whoever can write the database can hash the whole chain anew; the heads that left it earlier (this
file, every export, what an auditor printed) still say what it was.
"""

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from inventory.chain import BEFORE_FIRST, Head

FILE = "audit.heads"
_HEAD = re.compile(r"\s*(\d{1,18}):([0-9a-f]{64})(?:\s.*)?")


def publish(home: Path, newest: tuple[int, str], now: datetime) -> Head:
    """Append the newest row (seq, hash) to NETOPS_HOME/audit.heads, safe on the disk when we
    return; a head that stands there last is not repeated. Raises OSError."""
    head = Head(*newest)
    path = home / FILE
    if head.seq and _last(path) != head:
        told = {"seq": head.seq, "hash": head.hash, "at": now.astimezone(UTC).isoformat()}
        _append(path, json.dumps(told, separators=(",", ":")))
    return head


def published(home: Path) -> list[Head]:
    """Every head in the file, oldest first; none when nobody published yet."""
    path = home / FILE
    return list(_heads(path.read_bytes())) if path.is_file() else []


def parse(text: str) -> Head:
    """`seq:hash`, as `netops audit head` writes it, and exports with more behind it. Raises
    ValueError."""
    found = _HEAD.fullmatch(text)
    if found is None:
        raise ValueError("应为 行号:哈希，例如 1024:3f0a…（64 位十六进制）")
    return Head(int(found[1]), found[2])


def _append(path: Path, line: str) -> None:
    """On a line of its own, also behind one that a power cut tore."""
    with path.open("ab+") as file:
        os.fchmod(file.fileno(), 0o640)
        torn = file.tell() and _ends(path) != b"\n"
        file.write((b"\n" if torn else b"") + line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _ends(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1)


def _last(path: Path) -> Head | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4096))
        return next(reversed(list(_heads(file.read()))), None)


def _heads(data: bytes) -> Iterator[Head]:
    """A line that is not whole (torn by a power cut) tells nothing and hides nothing."""
    for line in data.splitlines():
        try:
            told = json.loads(line)
            head = Head(int(told["seq"]), str(told["hash"]))
        except (ValueError, TypeError, KeyError):
            continue
        if head.hash != BEFORE_FIRST:
            yield head
