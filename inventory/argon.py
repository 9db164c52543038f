"""Argon2id for passwords (RFC 9106, low-memory profile: 64 MiB each), a few at a time."""

from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_AT_ONCE = BoundedSemaphore(4)  # 256 MiB: a morning's rush of logins must not eat the box


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


def hashed(password: str) -> str:
    """The hash to keep; its salt and cost are part of it."""
    with _AT_ONCE:
        return _hasher().hash(password)


def verify(kept: str, password: str) -> bool:
    """Is this the password behind `kept`? With "" (nobody) the same work is done, for a No."""
    try:
        with _AT_ONCE:
            return _hasher().verify(kept or _nobody(), password) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return _hasher().hash("")
