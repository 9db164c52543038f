"""Failed logins, counted in the database so that every thread and process agrees.

A login nobody has is counted, and locked, like any other: a lock tells nothing about who exists.
"""

import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.columns import UtcDateTime
from inventory.db import Base, Observed, in_turn

_TURN = 4_100_011  # PostgreSQL advisory lock: one login is judged after another
_NEIGHBOURS = 64  # bits: one IPv6 host may use every address of its network


class LoginTry(Observed, Base):
    """How often an account, or an address, has failed in a row, and until when it is locked."""

    __tablename__ = "login_try"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)


def person_key(person_id: str) -> str:
    return f"person:{person_id}"


def unknown_key(login: str, pepper: str) -> str:
    """For a login nobody has: what was typed may be a password, so only a keyed hash is kept."""
    return f"unknown:{hmac.digest(pepper.encode(), login.encode(), 'sha256').hex()[:32]}"


def address_key(address: str) -> str:
    """An IPv6 host counts by its /64."""
    known = ip_address(address.partition("%")[0])
    net = ip_network((known, _NEIGHBOURS), strict=False) if isinstance(known, IPv6Address) else ""
    return f"address:{net or known}"


def locked_until(session: Session, keys: Iterable[str], now: datetime) -> datetime | None:
    """When the last of these locks opens; None when none is shut."""
    shut = select(func.max(LoginTry.until)).where(
        LoginTry.key.in_(list(keys)), LoginTry.until > now
    )
    return session.scalar(shut)


def one_at_a_time(session: Session) -> None:
    """From here to the end of the transaction nobody else counts: of twenty guesses at once no
    more are answered than of twenty in a row."""
    in_turn(session, _TURN)


def failed(session: Session, key: str, limit: int, minutes: int, now: datetime) -> bool:
    """Count one failure; True when it shuts the lock. Old failures are forgotten."""
    row = session.get(LoginTry, key) or LoginTry(key=key, failures=0, last_at=now)
    span = timedelta(minutes=minutes)
    row.failures = row.failures + 1 if now - row.last_at < span else 1
    row.last_at = now
    if row.failures >= limit:
        row.failures, row.until = 0, now + span
    session.add(row)
    return row.until is not None and row.until > now


def forget(session: Session, key: str) -> bool:
    """Open the lock and begin to count anew; True when there was something to forget."""
    found = session.get(LoginTry, key)
    if found is not None:
        session.delete(found)
    return found is not None


def prune(session: Session, before: datetime) -> None:
    """Drop what is too old to matter."""
    session.execute(delete(LoginTry).where(LoginTry.last_at < before))
