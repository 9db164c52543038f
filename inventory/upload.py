"""Files people bring in to be imported: kept under their SHA-256, so that what was agreed to is
what is read; gone after a day."""

import hashlib
import os
import re
from datetime import datetime, timedelta
from pathlib import Path

from inventory.keys import new_key
from inventory.sheet import SheetError

KEPT = timedelta(days=1)
_DIGEST = re.compile(r"[0-9a-f]{64}")


def keep(home: Path, data: bytes) -> str:
    """Write the file whole (mode 0600) and return its SHA-256; the same file is kept once, and
    its day begins anew."""
    digest = hashlib.sha256(data).hexdigest()
    place = folder(home) / digest
    draft = place.with_name(f"{digest}.{new_key()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    draft.replace(place)
    return digest


def kept(home: Path, digest: str) -> bytes:
    """A kept file; its own digest is checked again. Raises SheetError."""
    place = folder(home) / digest
    if not _DIGEST.fullmatch(digest) or not place.is_file():
        raise SheetError("文件", "已不在服务器上（上传的文件只保留一天），请重新上传")
    data = place.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise SheetError("文件", "在服务器上已损坏，请重新上传")
    return data


def prune(home: Path, now: datetime) -> int:
    """Delete what was brought more than a day ago; how many files that were."""
    before = (now - KEPT).timestamp()
    old = [file for file in folder(home).iterdir() if file.stat().st_mtime < before]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def folder(home: Path) -> Path:
    place = home / "uploads"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place
