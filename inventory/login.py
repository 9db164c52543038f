"""Who is it? The only place where a password, a code or a key becomes a `Proof`."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar, Protocol

from sqlalchemy.orm import Session

from inventory import attempt, factor
from inventory.person import Person
from inventory.proof import Proof
from inventory.register import FieldError, Rejected
from inventory.secret import Key

_LABELS = {"password": "口令", "code": "动态码", "key": "安全密钥"}


class Second(Protocol):
    """Something shown as second factor; `method` is a key of proof.METHODS."""

    method: ClassVar[str]
    asked: ClassVar[str]  # the field of the form it was typed into

    def spend(self, session: Session, person: Person, key: Key, now: datetime) -> str:
        """Use it up; "" or why it does not count."""


@dataclass(frozen=True, slots=True)
class ByCode:
    """Six digits from the phone, or a code of the recovery sheet."""

    method: ClassVar[str] = "totp"
    asked: ClassVar[str] = "code"
    code: str = field(repr=False)

    def spend(self, session: Session, person: Person, key: Key, now: datetime) -> str:
        return factor.spend(session, person, self.code, key, now)


def prove(
    session: Session, person_id: str, password: str, code: str = "",
    *, key: Key | None = None, now: datetime | None = None,
) -> Proof:  # fmt: skip
    """Somebody logged in shows anew who they are: the password, and the code once they have a
    phone enrolled (`key` opens its secret; LookupError without it).

    `session` must be writable: a code is spent. Raises Rejected naming "password" or "code".
    Pages call `web.proving.proof` instead, which counts failures, too.
    """
    at = now or datetime.now(UTC)
    person = session.get_one(Person, person_id)
    right = person.password_is(password)
    if person.totp_secret is None:
        told = shown(session, person, right, None, None, at)
    else:
        attempt.one_at_a_time(session)
        told = shown(session, person, right, ByCode(code), key, at)
    if isinstance(told, Rejected):
        raise told
    return told


def shown(
    session: Session, person: Person, right: bool, second: Second | None, key: Key | None,
    now: datetime,
) -> Proof | Rejected:  # fmt: skip
    """What follows from a password that was `right` and a second factor, for whoever has one."""
    if not right:
        return refused("password", "口令不对")
    if person.totp_secret is None:
        return Proof(person.id, "password", now)
    if key is None:
        raise LookupError("a person with a phone enrolled is proved with the key file")
    if second is None:
        return refused("code", "请输入动态码")
    cause = second.spend(session, person, key, now)
    return refused(second.asked, cause) if cause else Proof(person.id, second.method, now)


def refused(name: str, cause: str) -> Rejected:
    return Rejected((FieldError(name, _LABELS.get(name, "登录"), cause),))
