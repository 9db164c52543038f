"""Which logins are open, and whose."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from inventory.attempt import LoginTry
from inventory.person import Person
from inventory.session import LoginSession
from inventory.text import fold
from web.paging import PAGE


@dataclass(frozen=True, slots=True)
class LoginAsk:
    """`all`: also those that have ended."""

    text: str = ""
    all: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """One page: (login, whose) pairs, newest first."""

    rows: list[tuple[LoginSession, Person]]
    page: int
    pages: int
    total: int


def own(session: Session, person_id: str) -> list[LoginSession]:
    """A person's own open logins, and the last ten that have ended, the newest first."""
    theirs = select(LoginSession).where(LoginSession.person_id == person_id)
    newest = theirs.order_by(LoginSession.seen_at.desc())
    living = session.scalars(newest.where(LoginSession.ended_at.is_(None)))
    return [*living, *session.scalars(newest.where(LoginSession.ended_at.is_not(None)).limit(10))]


def everybody(session: Session, ask: LoginAsk) -> Found:
    """The logins of whoever is in the session's scope."""
    query = asked(ask)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(1, ask.page), pages)
    part = query.order_by(LoginSession.seen_at.desc()).offset((page - 1) * PAGE).limit(PAGE)
    return Found([(login, who) for login, who in session.execute(part)], page, pages, total)


def asked(ask: LoginAsk) -> Select[LoginSession, Person]:
    """Logins that meet `ask` and whose they are, in no order; the session's scope does the rest."""
    query = select(LoginSession, Person).join(Person, Person.id == LoginSession.person_id)
    if not ask.all:
        query = query.where(LoginSession.ended_at.is_(None))
    for word in fold(ask.text).split():
        query = query.where(
            or_(
                Person.search.contains(word, autoescape=True),
                LoginSession.address.contains(word, autoescape=True),
            )
        )
    return query


def locks(session: Session, now: Any) -> list[LoginTry]:
    """Addresses that are locked now."""
    shut = select(LoginTry).where(LoginTry.until > now, LoginTry.key.startswith("address:"))
    return list(session.scalars(shut.order_by(LoginTry.until)))
