"""Somebody has just shown who they are: what signing and deciding ask for anew."""

from dataclasses import dataclass
from datetime import datetime, timedelta

_LASTS = timedelta(minutes=5)
METHODS = {
    "password": "口令", "totp": "口令和动态码", "webauthn": "口令和安全密钥", "paper": "纸质签字",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proof:
    """`method` is a key of METHODS; `at` is aware UTC. Made only by `inventory.login`."""

    person_id: str
    method: str
    at: datetime


def fresh(proof: Proof, now: datetime) -> bool:
    """A signature is given with the password still warm in the hand."""
    return timedelta(0) <= now - proof.at <= _LASTS
