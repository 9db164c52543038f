"""The file with the console's own key: one of 32 bytes, or two while it is being changed, the new
one first. It never enters the database or a backup set."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inventory.os_words import cause_of

SIZE = 32  # bytes of one key


class SecretError(Exception):
    """The key does not fit what was sealed, or the key file cannot be used."""


def read_keys(path: Path) -> bytes:
    """One key or two, 32 bytes each. Raises SecretError naming the file."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SecretError(f"密钥文件 {path} 读不出来：{cause_of(error)}") from None
    if len(raw) not in (SIZE, 2 * SIZE):
        raise SecretError(f"密钥文件 {path.name} 长度不对：应为 {SIZE} 字节（更换期间为两倍）")
    return raw


def add_key(path: Path) -> None:
    """Put a fresh key before the one in the file; nothing when two are there already."""
    raw = read_keys(path)
    if len(raw) == SIZE:
        _replace(path, secrets.token_bytes(SIZE) + raw)


def drop_old_key(path: Path) -> None:
    """Leave only the newest key in the file."""
    _replace(path, read_keys(path)[:SIZE])


@contextmanager
def one_hand(path: Path) -> Iterator[None]:
    """Be the only one who changes the key file. Raises SecretError while another does."""
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SecretError("密钥正在由另一个命令更换，请等它完成") from None
        yield


def stamp(path: Path | None) -> tuple[int, int] | None:
    """Tells one state of the file from another (inode, ns of change); None when it is not there."""
    try:
        told = path.stat() if path is not None else None
    except OSError:
        return None
    return (told.st_ino, told.st_mtime_ns) if told else None


def create(path: Path) -> None:
    """Write a fresh key whole or not at all; of two racing processes the first one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    _write(draft, secrets.token_bytes(SIZE))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _replace(path: Path, raw: bytes) -> None:
    """At any moment the file is the old one or the new one, also after a power cut. The draft has
    one name, so that what a killed hand left behind is written over."""
    path = path.resolve()
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    _write(draft, raw)
    owner = path.stat()  # root changes the key of a console that runs as somebody else
    os.chown(draft, owner.st_uid, owner.st_gid)
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write(path: Path, raw: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
