"""Logins that are open: kept here and not in the cookie, so that they can be listed and ended."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.columns import Secret, UtcDateTime
from inventory.db import Base, Observed, Scoped, points_to
from inventory.keys import new_key
from inventory.policy import Policy
from inventory.secret import Sealed

ENDED = {
    "logout": "本人退出", "idle": "久未操作", "absolute": "超过最长登录时间", "revoked": "被终止",
    "password": "口令已更改", "retired": "账号已停用", "again": "在同一浏览器里重新登录",
    "half": "没有完成两步登录", "factor": "第二验证方式已更改",
}  # fmt: skip
FACTORS = {"": "尚未完成", "password": "口令", "totp": "口令和动态码", "webauthn": "口令和安全密钥"}
_HALF = timedelta(minutes=5)  # between the password and the code
_STEP = timedelta(minutes=1)  # `seen_at` is not written more often
_AGENT = 200


class LoginSession(Scoped, Observed, Base):
    """One login of one person. The browser holds the token, we its SHA-256.

    `factor` is a key of FACTORS; "" while the second one is outstanding, and such a login opens no
    page. `rights` tells what the person held when the token was given.
    """

    __tablename__ = "login_session"

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_key)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[str] = mapped_column(String(26), points_to("person.id"), index=True)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    address: Mapped[str] = mapped_column(String(45), default="")
    agent: Mapped[str] = mapped_column(String(_AGENT), default="")
    factor: Mapped[str] = mapped_column(String(10), default="")
    rights: Mapped[str] = mapped_column(String(64), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended: Mapped[str] = mapped_column(String(10), default="")
    pending: Mapped[Sealed | None] = mapped_column(Secret)  # a phone's secret, not proved yet
    challenge: Mapped[str] = mapped_column(String(100), default="")  # for a security key


def hashed(token: str) -> str:
    """What is kept of a random token: it has 256 bits, so a plain SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(session: Session, row: LoginSession) -> str:
    """Open this login; returns the token the browser must hold."""
    token = secrets.token_urlsafe(32)
    row.token_hash, row.agent = hashed(token), (row.agent or "")[:_AGENT]
    session.add(row)
    return token


def behind(session: Session, token: str) -> LoginSession | None:
    """The login behind a token, also one that has ended."""
    query = select(LoginSession).where(LoginSession.token_hash == hashed(token))
    return session.scalars(query).first() if token else None


def reopen(session: Session, login: LoginSession, now: datetime) -> str:
    """The same login under a new token, when whatever was open has just been ended."""
    token = secrets.token_urlsafe(32)
    this = update(LoginSession).where(LoginSession.id == login.id)
    fresh = {"token_hash": hashed(token), "seen_at": now, "ended_at": None, "ended": ""}
    session.execute(this.values(fresh))
    return token


def renew(session: Session, login_id: str, rights: str) -> str:
    """A new token for an open login: what an onlooker may have learnt before is void."""
    token = secrets.token_urlsafe(32)
    this = update(LoginSession).where(LoginSession.id == login_id)
    session.execute(this.values(token_hash=hashed(token), rights=rights))
    return token


def tell_rights(session: Session, login_id: str, rights: str) -> None:
    """What the person holds now, for `renew` to notice a change."""
    session.execute(update(LoginSession).where(LoginSession.id == login_id).values(rights=rights))


def challenge(session: Session, login_id: str, text: str) -> None:
    """What a security key is asked to sign next; "" when it has been answered."""
    this = update(LoginSession).where(LoginSession.id == login_id)
    session.execute(this.values(challenge=text))


def enrolling(session: Session, login_id: str, secret: Sealed | None) -> None:
    """A phone's secret, kept with the login until a code proves it."""
    session.execute(update(LoginSession).where(LoginSession.id == login_id).values(pending=secret))


def over(login: LoginSession, rules: Policy, now: datetime) -> str:
    """Why this login has run out (a key of ENDED); "" while it has not."""
    if not login.factor and now - login.begun_at > _HALF:
        return "half"
    if now - login.begun_at > timedelta(hours=rules.absolute_hours):
        return "absolute"
    return "idle" if now - login.seen_at > timedelta(minutes=rules.idle_minutes) else ""


def seen_long_ago(login: LoginSession, now: datetime) -> bool:
    """Is it time to write down again that the person is at work?"""
    return now - login.seen_at >= _STEP


def see(session: Session, login_id: str, now: datetime) -> None:
    session.execute(update(LoginSession).where(LoginSession.id == login_id).values(seen_at=now))


def end(session: Session, ids: Iterable[str], why: str, now: datetime) -> None:
    """End these logins; one that has ended before keeps its reason."""
    _end(session, LoginSession.id.in_(list(ids)), why, now)


def end_all(session: Session, person_id: str, why: str, now: datetime, *, but: str = "") -> None:
    """End every login of a person, save the one named `but`."""
    theirs = (LoginSession.person_id == person_id) & (LoginSession.id != but)
    _end(session, theirs, why, now)


def prune(session: Session, before: datetime) -> None:
    """Drop logins that ended, or were last seen, before then."""
    session.execute(delete(LoginSession).where(LoginSession.seen_at < before))


def _end(session: Session, which: ColumnElement[bool], why: str, now: datetime) -> None:
    """Nothing of an ended login is good for anything: neither its token nor an unproved secret."""
    session.execute(
        update(LoginSession)
        .where(which, LoginSession.ended_at.is_(None))
        .values(ended_at=now, ended=why, pending=None, challenge="")
    )
