"""Secrets at rest: AES-256-GCM under a key file (`inventory.keyfile`) outside the database."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from inventory.keyfile import SIZE, SecretError, create, read_keys, stamp

__all__ = ["Key", "Sealed", "SecretError"]

_NONCE = 12  # bytes, the size NIST SP 800-38D recommends for GCM
_FIRST = "v1."  # sealed before tokens named their key
_VERSION = "v2."


@dataclass(frozen=True, slots=True)
class Sealed:
    """Ciphertext of one secret. Shows as dots wherever somebody prints it."""

    token: str = field(repr=False)

    def __str__(self) -> str:
        return "••••••"


class Key:
    """The console's own key, from the file in NETOPS_HOME; follows the file when it changes, so
    that it can be rotated under running processes."""

    def __init__(self, raw: bytes, path: Path | None = None) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None  # the file that was read last, once it was
        self._ciphers = _ciphers(raw)

    def __repr__(self) -> str:
        return "Key(••••••)"

    @classmethod
    def load(cls, path: Path) -> "Key":
        """Read the key file, or create it (mode 0600) when the home is new."""
        if not path.exists():
            create(path)
        return cls(read_keys(path), path)

    @property
    def id(self) -> str:
        """Names the key that seals: the first 8 hex digits of its SHA-256."""
        return next(iter(self._ciphers))

    @property
    def ids(self) -> tuple[str, ...]:
        """The key that seals, then the one that still opens while keys are being changed."""
        return tuple(self._ciphers)

    def seal(self, text: str) -> Sealed:
        """Always under the newest key: seal inside the transaction that stores the token, or a
        rotation in between leaves it behind."""
        self._follow()
        nonce = secrets.token_bytes(_NONCE)
        header = f"{_VERSION}{self.id}."
        blob = nonce + self._ciphers[self.id].encrypt(nonce, text.encode(), header.encode())
        return Sealed(header + urlsafe_b64encode(blob).decode())

    def open(self, sealed: Sealed) -> str:
        """The plain text. SecretError when the key is another one or the token is damaged."""
        header, named, body = _parts(sealed.token)
        if named not in self._ciphers:
            self._follow()
        ciphers = self._ciphers
        for cipher in [ciphers[named]] if named in ciphers else [] if named else ciphers.values():
            try:
                blob = urlsafe_b64decode(body)
                return cipher.decrypt(blob[:_NONCE], blob[_NONCE:], header).decode()
            except (InvalidTag, ValueError):
                continue
        raise SecretError("密文无法解开：密钥文件与数据库不是一套")

    def sealed_by(self, sealed: Sealed) -> str:
        """The id of the key a token names; "" before tokens named theirs."""
        return _parts(sealed.token)[1]

    def _follow(self) -> None:
        """Read the file again if it is another one now; a file that is gone changes nothing."""
        now = stamp(self._path)
        if self._path is not None and now not in (None, self._seen):
            self._ciphers, self._seen = _ciphers(read_keys(self._path)), now


def _parts(token: str) -> tuple[bytes | None, str, str]:
    """(what is authenticated beside the text, the id of the key, the rest) of a token."""
    if not token.startswith(_VERSION):
        return None, "", token.removeprefix(_FIRST)
    named, _, body = token.removeprefix(_VERSION).partition(".")
    return f"{_VERSION}{named}.".encode(), named, body


def _ciphers(raw: bytes) -> Mapping[str, AESGCM]:
    keys = [raw[start : start + SIZE] for start in range(0, len(raw), SIZE)]
    return {sha256(key).hexdigest()[:8]: AESGCM(key) for key in keys}
