"""A small real set of several parts, and an account's folder on a real OpenSSH server."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from random import Random
from typing import BinaryIO, cast

from backups.gathering import Item
from backups.pace import Pace
from backups.set_manifest import Manifest, SetFacts
from backups.set_parts import Cut
from backups.set_writing import SetWriter
from netops.remote import Remote
from tests.openssh import Server
from tests.patience import ANSWER

KEY, PRINT = bytes(range(32)), "630dcd2966c43366"
AT = datetime(2026, 11, 1, 17, 0, tzinfo=UTC)
_MIB = 1 << 20


class Known:
    """Host keys in memory."""

    def __init__(self, key: str = "") -> None:
        self.key = key

    def expected(self, _host: str, _port: int) -> str | None:
        return self.key or None

    def learn(self, _host: str, _port: int, key: str) -> None:
        self.key = key


def write(home: Path, set_id: str = "S1", number: str = "SJ-2026-0001", mib: int = 2) -> Manifest:
    """A set of so many MiB, a part for each, in the tree of a home."""
    data = Random(set_id).randbytes(mib * _MIB)
    item = Item("账目.dump", len(data), AT, lambda: cast("BinaryIO", BytesIO(data)))
    facts = SetFacts(
        set_id=set_id, number=number, source_id="Q1", source_name="报表库", centre_id="C1",
        centre_name="兰考县", kind="software", method="files", period="2026-11", taken_at=AT,
    )  # fmt: skip
    writer = SetWriter(folder(home, set_id), KEY, PRINT, cut=Cut(part=_MIB))
    return writer.write(facts, iter([item]), Pace())


def folder(home: Path, set_id: str = "S1") -> Path:
    """Where it lies in a home, or at a place."""
    return home / "sets" / "C1" / "Q1" / set_id


def contents(path: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {one.name: one.read_bytes() for one in sorted(path.iterdir())}


def spoil(path: Path, at: int = 100) -> None:
    """Change one byte of a file."""
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 1]))


@contextmanager
def open_to_all() -> Iterator[Path]:
    """A folder that the server's own account may read and write."""
    with tempfile.TemporaryDirectory(dir="/tmp", ignore_cleanup_errors=True) as path:
        Path(path).chmod(0o777)
        yield Path(path)


def login(server: Server) -> Remote:
    """How to log in there."""
    return Remote(
        "D1", "127.0.0.1", server.port, server.user, server.password, patience=ANSWER * 6,
        known=Known(server.key),
    )  # fmt: skip
