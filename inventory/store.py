"""Files under their SHA-256: written whole or not at all, never changed, never deleted."""

import hashlib
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from inventory.content import kind_of, plain_name, refused
from inventory.durable import make_folder, sync_folder
from inventory.explained import Explained
from inventory.keys import new_key

_CHUNK = 1 << 20
_DIGEST = re.compile(r"[0-9a-f]{64}")
_DRAFTS_KEPT = 86400  # seconds: what a power cut left half written


class Damaged(Explained):
    """A kept file is lost or was altered; `reason` says which, in Chinese."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is safely on disk. `kind` is a key of CONTENTS, `size` in bytes."""

    name: str
    sha256: str
    size: int
    kind: str


@dataclass(frozen=True, slots=True)
class Store:
    """The folder of all attachments; `largest` is the most bytes one file may have."""

    folder: Path
    largest: int

    def keep(self, stream: IO[bytes], name: str) -> Kept:
        """Write the stream to disk for good; the same content is kept once.

        Temp file → fsync → rename → fsync of the folder, so that after a power cut there is the
        whole file or none. Raises Rejected for a name, size or kind that is not taken.
        """
        name = plain_name(name)
        with self._draft() as draft:
            sha256, size = self._write(draft, stream)
            kind = kind_of(draft, name)
            place = self._place(sha256)
            make_folder(place.parent)
            draft.replace(place)  # over a damaged copy of the same content, too
        sync_folder(place.parent)
        return Kept(name, sha256, size, kind)

    def read(self, sha256: str) -> bytes:
        """The content, compared with its digest first. Raises Damaged."""
        place = self._place(sha256)
        if not place.is_file():
            raise Damaged("文件已不在服务器上，请从备份恢复")
        data = place.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Damaged("文件在服务器上已被改动或损坏，请从备份恢复")
        return data

    def _place(self, sha256: str) -> Path:
        if not _DIGEST.fullmatch(sha256):
            raise ValueError(f"not a SHA-256: {sha256!r}")
        return self.folder / sha256[:2] / sha256

    @contextmanager
    def _draft(self) -> Iterator[Path]:
        drafts = self.folder / "drafts"
        make_folder(drafts)
        _sweep(drafts)
        draft = drafts / new_key()
        try:
            yield draft
        finally:
            draft.unlink(missing_ok=True)

    def _write(self, draft: Path, stream: IO[bytes]) -> tuple[str, int]:
        told, size = hashlib.sha256(), 0
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > self.largest:
                    raise refused(f"超过 {self.largest / 1_000_000:g} MB；请压缩或拆分后再传")
                told.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if not size:
            raise refused("是空的，没有内容")
        return told.hexdigest(), size


def _sweep(drafts: Path) -> None:
    for draft in drafts.iterdir():
        try:
            if draft.stat().st_mtime < time.time() - _DRAFTS_KEPT:
                draft.unlink()
        except FileNotFoundError:
            continue  # its writer has just finished
