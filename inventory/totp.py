"""Time-based one-time codes (RFC 6238: SHA-1, six digits, thirty seconds), as phone apps make them.

Pure: the clock is an argument, and what was used before is the caller's to remember.
"""

from dataclasses import dataclass
from datetime import datetime

import pyotp

_STEP = 30  # seconds
_NEAR = 1  # steps either side: a code read slowly, a clock slightly off (RFC 6238 §5.2)
_FAR = 20  # steps, ten minutes: a clock so far off that the person must be told
_ISSUER = "运维值守台"


@dataclass(frozen=True, slots=True)
class Checked:
    """`step` is the time step the code belongs to, None when it fits none; `minutes` how far the
    phone is ahead (+) or behind (-) when the code fits a step that is too far away."""

    step: int | None
    reused: bool = False
    minutes: int = 0

    @property
    def good(self) -> bool:
        return self.step is not None and not self.reused and not self.minutes


def new_secret() -> str:
    """160 random bits in Base32, as RFC 4226 §4 recommends."""
    return pyotp.random_base32(32)


def uri(secret: str, login: str, place: str = _ISSUER) -> str:
    """What the QR code says: the otpauth:// address that apps understand."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=place)


def spelt(secret: str) -> str:
    """The secret in groups of four, to be typed where no camera is."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def check(secret: str, code: str, now: datetime, last: int = 0) -> Checked:
    """Judge a code at `now` (aware); `last` is the newest step used before."""
    typed, at = "".join(code.split()), int(now.timestamp()) // _STEP
    clock = pyotp.TOTP(secret)
    for away in sorted(range(-_FAR, _FAR + 1), key=abs):
        if pyotp.utils.strings_equal(clock.generate_otp(at + away), typed):
            return _judged(at, away, last)
    return Checked(None)


def _judged(at: int, away: int, last: int) -> Checked:
    if abs(away) > _NEAR:
        return Checked(at + away, minutes=round(away / 2) or (1 if away > 0 else -1))
    return Checked(at + away, reused=at + away <= last)
