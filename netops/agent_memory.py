"""What the agent knows that the console has: one small database beside its settings. It is also the
lock: two runs at once would send everything twice."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from netops.walking import Found


class Busy(Exception):
    """Another run holds the memory."""


class Memory:
    """Of one source. One transaction for the whole run: killed, it is as it was before."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self.base = ""  # the list of files (SHA-256) that this delivery builds on

    def __enter__(self) -> Memory:
        if not self._place.exists():
            os.close(os.open(self._place, os.O_CREAT | os.O_WRONLY, 0o600))
        self._store = sqlite3.connect(self._place, timeout=0, isolation_level=None)
        try:
            self._store.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            self._store.close()
            raise Busy from None
        for name in ("known", "fresh"):
            self._store.execute(
                f"CREATE TABLE IF NOT EXISTS {name}"
                " (path BLOB PRIMARY KEY, size, modified, sha256) WITHOUT ROWID"
            )
        self._store.execute("CREATE TABLE IF NOT EXISTS list (sha256 TEXT)")
        self._store.execute("DELETE FROM fresh")
        return self

    def __exit__(self, kind: object, *_told: Any) -> None:
        self._store.execute("ROLLBACK" if kind else "COMMIT")
        self._store.close()

    def trust(self, last: str) -> None:
        """What is known counts only if the console's newest list is the one we remember."""
        row = self._store.execute("SELECT sha256 FROM list").fetchone()
        self.base = last if row and row[0] == last else ""

    def known(self, found: Found) -> str:
        """The SHA-256 the console has of this file as it is; "" when it must be sent."""
        row = self._store.execute(
            "SELECT sha256 FROM known WHERE path = ? AND size = ? AND modified = ?", _key(found)
        ).fetchone()
        return row[0] if row and self.base else ""

    def note(self, found: Found, sha256: str) -> None:
        """This file, as it is, is in the delivery."""
        self._store.execute(
            "INSERT OR REPLACE INTO fresh VALUES (?, ?, ?, ?)", (*_key(found), sha256)
        )

    def keep(self, manifest: str) -> None:
        """The delivery was taken."""
        self._store.execute("DROP TABLE known")
        self._store.execute("ALTER TABLE fresh RENAME TO known")
        self._store.execute("DELETE FROM list")
        self._store.execute("INSERT INTO list VALUES (?)", (manifest,))


def _key(found: Found) -> tuple[bytes, int, float]:
    return found.path.encode("utf-8", "surrogatepass"), found.size, found.modified
