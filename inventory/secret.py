"""Secrets at rest: AES-256-GCM under a key file that never enters the database or a backup set."""

import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12  # bytes, the size NIST SP 800-38D recommends for GCM
_VERSION = "v1."


class SecretError(Exception):
    """The key does not fit what was sealed, or the key file cannot be used."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """Ciphertext of one secret. Shows as dots wherever somebody prints it."""

    token: str = field(repr=False)

    def __str__(self) -> str:
        return "••••••"


class Key:
    """The console's own key. One instance per process, made from the file in NETOPS_HOME."""

    def __init__(self, raw: bytes) -> None:
        self._cipher = AESGCM(raw)

    def __repr__(self) -> str:
        return "Key(••••••)"

    @classmethod
    def load(cls, path: Path) -> "Key":
        """Read the key file, or create it (mode 0600) when the home is new."""
        if not path.exists():
            _create(path)
        raw = path.read_bytes()
        if len(raw) != 32:
            raise SecretError(f"密钥文件 {path.name} 长度不对：应为 32 字节")
        return cls(raw)

    def seal(self, text: str) -> Sealed:
        nonce = secrets.token_bytes(_NONCE)
        blob = nonce + self._cipher.encrypt(nonce, text.encode(), None)
        return Sealed(_VERSION + urlsafe_b64encode(blob).decode())

    def open(self, sealed: Sealed) -> str:
        """The plain text. SecretError when the key is another one or the token is damaged."""
        try:
            blob = urlsafe_b64decode(sealed.token.removeprefix(_VERSION))
            return self._cipher.decrypt(blob[:_NONCE], blob[_NONCE:], None).decode()
        except (InvalidTag, ValueError) as error:
            raise SecretError("密文无法解开：密钥文件与数据库不是一套") from error


def _create(path: Path) -> None:
    """Write a fresh key whole or not at all; of two racing processes the first one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
