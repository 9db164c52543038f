"""How the bytes of a set lie in its parts.

A part is one plain line, `netops-set 1 content.000 <set>`, and frames after it. A frame is four
bytes (big-endian; the highest bit marks the last frame of the stream, the rest is the length of
what follows) and the ciphertext with its tag (AES-256-GCM, NIST SP 800-38D). Nonce: four bytes of
the stream's number, eight of the frame's, counted through all parts; a set's key is its own and is
used for nothing else, so that no nonce comes twice. The line and the four bytes are authenticated
with each frame: none can be moved, left out, or taken from another set.
"""

import hashlib
import hmac
import secrets
import struct
from base64 import b64decode, b64encode
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backups.set_manifest import STREAMS, Manifest, part_name
from inventory.keyfile import SIZE
from inventory.store import Damaged

FRAME = 1 << 20  # bytes of content in one frame at most
PART = 256 << 20  # bytes of one part at most, so that parts fit on any disc and any old file system
TAG = 16  # bytes
LENGTH = struct.Struct(">I")
LAST = 1 << 31
_NONCE = 12  # bytes


class WrongKey(Damaged):
    """The set may be sound: it is under another key than the one given."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream (of STREAMS) of one set, under the set's own key."""

    name: str
    set_id: str
    cipher: AESGCM = field(repr=False)

    def seal(self, number: int, frame: int, data: bytes, last: bool) -> bytes:
        """One frame as it lies in the part of this number."""
        length = LENGTH.pack(len(data) + TAG | (LAST if last else 0))
        top = part_line(self.name, number, self.set_id) + length
        return length + self.cipher.encrypt(self._nonce(frame), data, top)

    def open(self, number: int, frame: int, length: bytes, sealed: bytes) -> bytes:
        """What was sealed. Raises InvalidTag for anything but exactly that."""
        top = part_line(self.name, number, self.set_id) + length
        return self.cipher.decrypt(self._nonce(frame), sealed, top)

    def _nonce(self, frame: int) -> bytes:
        return STREAMS.index(self.name).to_bytes(4, "big") + frame.to_bytes(8, "big")


def part_line(stream: str, number: int, set_id: str) -> bytes:
    """The line a part begins with."""
    return f"netops-set 1 {part_name(stream, number)} {set_id}\n".encode()


def print_of(key: bytes) -> str:
    """The fingerprint of a backup key: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(key).hexdigest()[:16]


def new_set_key() -> bytes:
    return secrets.token_bytes(SIZE)


def wrap(key: bytes, set_id: str, set_key: bytes) -> str:
    """A set's key under the backup key (32 bytes), good for this set only."""
    nonce = secrets.token_bytes(_NONCE)
    return b64encode(nonce + AESGCM(key).encrypt(nonce, set_key, _bound(set_id))).decode()


def unwrap(key: bytes, manifest: Manifest) -> bytes:
    """The set's own key, the manifest proved by it. Raises WrongKey; Damaged when the manifest was
    changed."""
    own = print_of(key)
    if own != manifest.print_id:
        raise WrongKey(
            f"这份备份用的是指纹为 {manifest.print_id} 的备份密钥，给出的密钥指纹是 {own}；"
            "请按指纹找到对应的密钥单"
        )
    try:
        blob = b64decode(manifest.wrapped, validate=True)
        set_key = AESGCM(key).decrypt(blob[:_NONCE], blob[_NONCE:], _bound(manifest.facts.set_id))
    except (InvalidTag, ValueError):
        raise Damaged("清单 manifest.json 里的密文密钥已被改动或属于另一份备份") from None
    if not hmac.compare_digest(seal_of(set_key, manifest), manifest.seal):
        raise Damaged("清单 manifest.json 已被改动，与封存时不符；请用另一份副本")
    return set_key


def seal_of(set_key: bytes, manifest: Manifest) -> str:
    """HMAC-SHA-256 over all the manifest says, under a key derived from the set's own."""
    own = hmac.digest(set_key, b"netops-set 1 manifest", "sha256")
    return hmac.new(own, manifest.signed_bytes(), hashlib.sha256).hexdigest()


def _bound(set_id: str) -> bytes:
    return f"netops-set 1 {set_id}".encode()
