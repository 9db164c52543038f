"""The recovery sheet: ten codes on paper for the day the phone is lost, each good once."""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.columns import UtcDateTime
from inventory.db import Base, Observed, points_to

COUNT = 10
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no I O 0 1: it is read off paper
_LENGTH, _GROUP = 16, 4  # 80 bits, so that a plain SHA-256 is enough


class RecoveryCode(Observed, Base):
    """One code of somebody's sheet: its hash, and when it was used."""

    __tablename__ = "recovery_code"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(26), points_to("person.id"), index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def issue(session: Session, person_id: str) -> tuple[str, ...]:
    """A new sheet; the one before is void. The codes are kept nowhere in clear."""
    void(session, person_id)
    codes = tuple(_code() for _ in range(COUNT))
    session.add_all(RecoveryCode(hash=_hash(code), person_id=person_id) for code in codes)
    return codes


def void(session: Session, person_id: str) -> None:
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))


def looks_like_one(code: str) -> bool:
    """Too long for a phone's six digits."""
    return len(_plain(code)) == _LENGTH


def use(session: Session, person_id: str, code: str, now: datetime) -> bool:
    """Spend the code; False when it is not one of the sheet's, or spent already."""
    row = select(RecoveryCode).where(
        RecoveryCode.hash == _hash(code), RecoveryCode.person_id == person_id,
        RecoveryCode.used_at.is_(None),
    )  # fmt: skip
    found = session.scalars(row.with_for_update()).first()
    if found is None:
        return False
    session.execute(update(RecoveryCode).where(RecoveryCode.hash == found.hash).values(used_at=now))
    return True


def left(session: Session, person_id: str) -> int:
    """How many of the sheet's codes are still good."""
    unused = select(func.count()).where(
        RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)
    )
    return session.scalar(unused) or 0


def _code() -> str:
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return "-".join(letters[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))


def _plain(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isalnum())


def _hash(code: str) -> str:
    return hashlib.sha256(_plain(code).encode()).hexdigest()
