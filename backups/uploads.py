"""Exported data files brought by hand, of a township's offices above all (Article 142): opaque,
streamed to disk, kept in the staging folder until a good set holds them."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from backups.delivery import NotTaken
from inventory.durable import make_folder, sync_folder, write_whole
from inventory.keys import new_key
from inventory.os_words import cause_of

_RESERVE = 1 << 30  # octets that stay free on the disk
_PIECE = 1 << 18
_LONGEST = 120  # characters of a name
_CONTENT, _ABOUT = "content", "about.json"


@dataclass(frozen=True, slots=True)
class Upload:
    """One file that was brought. `key` names it here, `name` is what it was called."""

    key: str
    name: str
    size: int
    sha256: str
    at: datetime
    by: str
    place: Path


def take_upload(folder: Path, name: str, source: BinaryIO, by: str, most: int = 0) -> Upload:
    """Keep one file for good, in constant memory, and only whole. `folder` is the source's staging
    folder, `by` who brought it, `most` the most bytes (0: as the disk allows). Raises NotTaken."""
    key = new_key()
    room = folder / "brought"
    draft = room / f".{key}"
    make_folder(draft)
    try:
        size, sha256 = _written(source, draft / _CONTENT, most)
        about = {
            "name": plain_name(name), "size": size, "sha256": sha256, "by": by[:80],
            "at": datetime.now(UTC).isoformat(),
        }  # fmt: skip
        write_whole(draft / _ABOUT, draft / f".{_ABOUT}", json.dumps(about).encode())
        draft.replace(room / key)
    except BaseException as error:
        shutil.rmtree(draft, ignore_errors=True)
        if isinstance(error, OSError):
            raise NotTaken(f"没有保存：{cause_of(error)}；请检查磁盘后重新上传", 507) from None
        raise
    sync_folder(room)
    return _read(room / key)


def uploads(folder: Path) -> Iterator[Upload]:
    """What was brought and is in no good set yet, in the order it came."""
    room = folder / "brought"
    names = sorted(one.name for one in room.iterdir()) if room.is_dir() else []
    for name in names:
        if not name.startswith(".") and (room / name / _ABOUT).is_file():
            yield _read(room / name)


def drop(upload: Upload) -> None:
    """It is not needed any more."""
    shutil.rmtree(upload.place.parent, ignore_errors=True)


def plain_name(name: str) -> str:
    """The last part of what the file was called, whatever system it came from; its end is kept
    when it is too long. Raises NotTaken."""
    plain = PurePosixPath(name.replace("\\", "/").replace("\0", "")).name.strip()
    plain = "".join(each for each in plain if each.isprintable())[-_LONGEST:].lstrip(". ")
    if not plain:
        raise NotTaken("文件没有名称，没有保存；请改名后重新上传")
    return plain


def _written(source: BinaryIO, place: Path, most: int) -> tuple[int, str]:
    told, size = hashlib.sha256(), 0
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while piece := source.read(_PIECE):
            size += len(piece)
            if most and size > most:
                raise NotTaken(f"文件超过 {most:,} 字节，没有保存；请分成几个文件上传", 413)
            if shutil.disk_usage(place.parent).free < _RESERVE:
                raise NotTaken("值守台的磁盘空间不足，没有保存；请清理磁盘后重新上传", 507)
            told.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    if not size:
        raise NotTaken("文件是空的，没有保存；请重新导出后再上传")
    return size, told.hexdigest()


def _read(folder: Path) -> Upload:
    told: dict[str, Any] = json.loads((folder / _ABOUT).read_bytes())
    at = datetime.fromisoformat(told["at"])
    return Upload(
        folder.name, told["name"], told["size"], told["sha256"], at, told["by"], folder / _CONTENT
    )
