"""The vault: configurations as the devices told them, encrypted, one file for each.

A file is two plain lines and what is encrypted: `netops-vault 1 <key>`, a JSON header, then nonce
and ciphertext (AES-256-GCM, NIST SP 800-38D) of the content packed with zlib (RFC 1950). Both lines
are authenticated with the content. The header holds what the catalogue says of the file, so that
the catalogue can be made anew from it.
"""

import errno
import hashlib
import json
import re
import secrets
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from inventory.durable import make_folder, sync_folder, write_whole
from inventory.explained import Explained
from inventory.keys import new_key
from inventory.os_words import cause_of
from inventory.store import Damaged

_MAGIC = b"netops-vault 1 "
_NONCE = 12  # bytes
_ID = re.compile(r"[0-9A-Za-z]{1,26}")
_LONGEST_HEADER = 100_000  # bytes: whatever is longer is no header of ours
_DRAFTS_KEPT = 86400  # seconds: what a power cut left half written
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class NotKept(Explained):
    """Nothing of it was kept; `reason` says why and what to do, in Chinese. Worth another try."""

    permanent = False


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself in plain text. `taken_at` aware, `sha256` and `size` of the
    content; `further` are the other facts of its row in the catalogue."""

    snapshot: str
    device: str
    centre: str
    taken_at: datetime
    origin: str
    sha256: str
    size: int
    further: Mapping[str, str] = field(default_factory=dict)

    def line(self) -> bytes:
        facts = asdict(self) | {"taken_at": self.taken_at.isoformat()}
        return json.dumps(facts, ensure_ascii=False, sort_keys=True).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Vault:
    """The folder of all encrypted files, and the key (32 bytes) they are under."""

    folder: Path
    key: bytes = field(repr=False)

    def write(self, header: Header, content: bytes) -> Path:
        """Encrypt and keep one file, on disk for good when this returns. Raises NotKept; nothing
        is left of it then."""
        top = _MAGIC + self._key_id() + b"\n" + header.line()
        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(self.key).encrypt(nonce, zlib.compress(content), top)
        place, drafts = self.place(header), self.folder / "drafts"
        try:
            make_folder(drafts)
            write_whole(place, drafts / new_key(), top + nonce + sealed)
        except OSError as error:
            raise unkept(error) from None
        return place

    def read(self, place: Path) -> tuple[Header, bytes]:
        """What stands in one file, compared with its SHA-256. Raises Damaged."""
        try:
            data = place.read_bytes()
        except FileNotFoundError:
            raise Damaged("备份文件已不在服务器上，请从第二台机器或光盘恢复") from None
        top, body = _parted(data)
        if top.split(b"\n", 1)[0] != _MAGIC + self._key_id():
            raise Damaged("备份文件不是用现在的备份密钥加密的，或开头已损坏")
        try:
            content = zlib.decompress(AESGCM(self.key).decrypt(body[:_NONCE], body[_NONCE:], top))
            header = _header(top.split(b"\n", 2)[1])
        except (InvalidTag, zlib.error, ValueError, TypeError, KeyError):
            raise Damaged("备份文件在服务器上已被改动或损坏，请从第二台机器恢复") from None
        if (hashlib.sha256(content).hexdigest(), len(content)) != (header.sha256, header.size):
            raise Damaged("备份文件的内容与登记的 SHA-256 不符")
        if place != self.place(header):
            raise Damaged("备份文件放错了位置，或被换成了另一份备份")
        return header, content

    def place(self, header: Header) -> Path:
        return self.find(header.centre, header.device, header.snapshot)

    def find(self, centre_id: str, device_id: str, snapshot_id: str) -> Path:
        """Where a file stands, by ids alone."""
        for one in (centre_id, device_id, snapshot_id):
            if not _ID.fullmatch(one):
                raise ValueError(f"not an id: {one!r}")
        return self.folder / centre_id / device_id / f"{snapshot_id}.cfg"

    def of_device(self, device_id: str) -> Iterator[Path]:
        """The files of one device, wherever it belonged, oldest first."""
        if not _ID.fullmatch(device_id):
            raise ValueError(f"not an id: {device_id!r}")
        return iter(sorted(self.folder.glob(f"*/{device_id}/*.cfg"), key=lambda path: path.name))

    def files(self) -> Iterator[Path]:
        """Every file, oldest first."""
        return iter(sorted(self.folder.glob("*/*/*.cfg"), key=lambda path: path.name))

    def set_aside(self, place: Path) -> Path:
        """Move a file that cannot be read out of the way, for a person to look at."""
        aside = self.folder / "quarantine" / "-".join(place.relative_to(self.folder).parts)
        make_folder(aside.parent)
        place.replace(aside)
        sync_folder(aside.parent)
        return aside

    def sweep(self) -> None:
        """Remove what was left half written a day ago."""
        for draft in (self.folder / "drafts").glob("*"):
            try:
                if draft.stat().st_mtime < time.time() - _DRAFTS_KEPT:
                    draft.unlink()
            except FileNotFoundError:
                continue  # its writer has just finished

    def _key_id(self) -> bytes:
        return hashlib.sha256(self.key).hexdigest()[:8].encode()


def unkept(error: OSError) -> NotKept:
    """What a person is told when the disk refused."""
    if error.errno in _FULL:
        return NotKept("磁盘已满，这份配置没有保存；请先清理磁盘，再重新备份")
    return NotKept(f"配置没有保存：{cause_of(error)}；请检查磁盘和目录权限")


def _parted(data: bytes) -> tuple[bytes, bytes]:
    """(the two plain lines, the rest). Raises Damaged."""
    first = data.find(b"\n", 0, 100)
    second = data.find(b"\n", first + 1, _LONGEST_HEADER)
    if not data.startswith(_MAGIC) or first < 0 or second < 0:
        raise Damaged("备份文件的开头已损坏")
    return data[: second + 1], data[second + 1 :]


def _header(line: bytes) -> Header:
    facts = json.loads(line)
    facts["taken_at"] = datetime.fromisoformat(facts["taken_at"])
    return Header(**facts)
