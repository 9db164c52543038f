"""Files people bring in: kept under their SHA-256, so that what was agreed to is what is read."""

import hashlib
import os
import re
from pathlib import Path

from inventory.keys import new_key
from inventory.sheet import Sheet, SheetError, read
from web.current import settings

_DIGEST = re.compile(r"[0-9a-f]{64}")


def keep(data: bytes) -> str:
    """Write the file whole (mode 0600) and return its SHA-256; the same file is kept once."""
    digest = hashlib.sha256(data).hexdigest()
    place = _folder() / digest
    if not place.exists():
        draft = place.with_name(f"{digest}.{new_key()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        draft.replace(place)
    return digest


def kept(digest: str, name: str) -> Sheet:
    """The table in a kept file; its own digest is checked again. Raises SheetError."""
    place = _folder() / digest
    if not _DIGEST.fullmatch(digest) or not place.is_file():
        raise SheetError("文件", "已不在服务器上，请重新上传")
    data = place.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise SheetError("文件", "在服务器上已损坏，请重新上传")
    return read(data, name)


def _folder() -> Path:
    folder = settings().home / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
