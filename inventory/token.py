"""API tokens: what a person lends a program for a while, and never more than the person has."""

import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import ClassVar

from sqlalchemy import String, inspect, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.centre import Centre
from inventory.db import Base, Observed, points_to
from inventory.register import CentreRegister, FieldError, Rejected, entry, field_of
from inventory.role import RIGHTS, Held, Standing, can
from inventory.session import hashed

# A program cannot sign, decide, look after accounts or secrets, or read the audit trail.
LENDABLE = ("view", "record", "edit", "operate", "export", "health")
LONGEST = 365  # days
PREFIX = "netops_"  # so that a token found lying about can be recognised
_STEP = timedelta(minutes=1)  # its use is not written down more often


class TokenUse(Observed, Base):
    """When a token was used last, and from which address."""

    __tablename__ = "token_use"

    token_id: Mapped[str] = mapped_column(String(26), points_to("api_token.id"), primary_key=True)
    used_at: Mapped[datetime | None] = entry("最近使用", "time", listed=True)
    address: Mapped[str] = entry("来自地址", default="", longest=45, listed=True)


class ApiToken(CentreRegister):
    """One token: whose, for what, where, until when. Only its SHA-256 is kept."""

    __tablename__ = "api_token"
    slug: ClassVar[str] = "tokens"
    title: ClassVar[str] = "接口令牌"
    names: ClassVar[tuple[str, ...]] = ("name", "person_id")
    see_act: ClassVar[str] = "people"
    edit_act: ClassVar[str] = "accounts"
    by_hand: ClassVar[bool] = False  # its owner makes it on 我的账号, where it is shown once
    observed: ClassVar[type[Base] | None] = TokenUse

    name: Mapped[str] = entry("用途", required=True, listed=True, searched=True, longest=60)
    person_id: Mapped[str] = entry("持有人", "ref", refers="Person", required=True, listed=True)
    told: Mapped[str] = entry("权限", required=True, listed=True)
    expires: Mapped[date] = entry("有效期至", "day", required=True, listed=True)
    rights: Mapped[str] = mapped_column(String(100), default="")
    token_hash: Mapped[str] = mapped_column(
        String(64), default="", unique=True, info={"masked": True}
    )

    def check(self, session: Session) -> Iterator[FieldError]:
        gone = inspect(self).attrs.retired_at.history
        if self.retired_at is None and gone.deleted and gone.deleted[0] is not None:
            yield self.wrong("name", "已吊销的令牌不能恢复：请持有人另建一个")


@dataclass(frozen=True, slots=True)
class Loan:
    """What the owner asks for: rights (of LENDABLE) over one centre and what is below it."""

    name: str
    rights: Collection[str]
    centre_id: str
    expires: date | None


@dataclass(frozen=True, slots=True)
class Made:
    """A token just made; `text` is shown once and kept nowhere."""

    row: ApiToken
    text: str = field(repr=False)


def make(session: Session, owner: Standing, loan: Loan, today: date) -> Made:
    """Record a token of the owner's. Raises Rejected naming each field that asks for too much."""
    wrong = tuple(_wrong(session, owner, loan, today))
    if wrong or loan.expires is None:
        raise Rejected(wrong)
    rights = [right for right in LENDABLE if right in loan.rights]
    text = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        name=loan.name.strip(), person_id=owner.id, centre_id=loan.centre_id, expires=loan.expires,
        rights=" ".join(rights), told="、".join(RIGHTS[right] for right in rights),
        token_hash=hashed(text),
    )  # fmt: skip
    session.add(row)
    return Made(row, text)


def _wrong(session: Session, owner: Standing, loan: Loan, today: date) -> Iterator[FieldError]:
    centre = session.get(Centre, loan.centre_id)
    if not loan.name.strip():
        yield _cause("name", "请写明给什么程序用")
    if centre is None:
        yield _cause("centre_id", "请选择单位")
    if not loan.rights or not set(loan.rights) <= set(LENDABLE):
        yield _cause("told", "请至少选一项；审批、签字和账号管理不能交给程序")
    elif centre and (beyond := [one for one in loan.rights if not can(owner, one, centre)]):
        names = "、".join(RIGHTS[one] for one in beyond)
        yield _cause("told", f"您在这个单位没有“{names}”的权限")
    if loan.expires is None or not today <= loan.expires <= today + timedelta(days=LONGEST):
        yield _cause("expires", f"请填今天起 {LONGEST} 天以内的日期")


def _cause(name: str, cause: str) -> FieldError:
    return FieldError(name, field_of(ApiToken, name).label, cause)


def find(session: Session, text: str, today: date) -> ApiToken | None:
    """The living token behind a text."""
    query = select(ApiToken).where(
        ApiToken.token_hash == hashed(text), ApiToken.retired_at.is_(None),
        ApiToken.expires >= today,
    )  # fmt: skip
    return session.scalars(query).first() if text.startswith(PREFIX) else None


def lent(owner: Standing, rights: str, path: str) -> Standing:
    """The owner as the program may act: what was lent, where the owner still holds it."""
    kept = tuple(filter(None, (_within(held, path) for held in owner.held)))
    return replace(owner, held=kept, without=frozenset(RIGHTS) - set(rights.split()))


def _within(held: Held, path: str) -> Held | None:
    """The part of a role's reach that lies below `path`."""
    if path.startswith(held.path):
        return replace(held, path=path)
    return held if held.path.startswith(path) else None


def use(session: Session, token_id: str, address: str, now: datetime) -> bool:
    """Note that it was used; True when it comes from another address than the last time."""
    row = session.get(TokenUse, token_id) or TokenUse(token_id=token_id)
    moved = row.address != address
    row.used_at, row.address = now, address
    session.add(row)
    return moved


def just_used(session: Session, token_id: str, address: str, now: datetime) -> bool:
    """Was the same use written down within the last minute?"""
    row = session.get(TokenUse, token_id)
    known = row is not None and row.used_at is not None and row.address == address
    return known and row is not None and row.used_at is not None and now - row.used_at < _STEP


def of_person(session: Session, person_id: str) -> list[tuple[ApiToken, TokenUse | None]]:
    """A person's own living tokens, newest first, each with its last use."""
    query = (
        select(ApiToken, TokenUse)
        .outerjoin(TokenUse, TokenUse.token_id == ApiToken.id)
        .where(ApiToken.person_id == person_id, ApiToken.retired_at.is_(None))
        .order_by(ApiToken.id.desc())
    )
    return [(token, used) for token, used in session.execute(query)]
