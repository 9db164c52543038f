"""What the landing pages of two administrators count and list, and the one next act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from inventory.asked import Approval
from inventory.attempt import LoginTry, person_key
from inventory.channel import Channel
from inventory.delivery import Delivery
from inventory.grant import Delegation, Grant
from inventory.person import Person
from inventory.policy import Policy, differences, policy
from inventory.session import LoginSession
from inventory.shanghai import SHANGHAI

_SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class System:
    """Counts; `alone` are people without any role, who can do nothing yet."""

    people: int
    logins: int
    channels: int
    unsent: int
    expired: int
    alone: Sequence[Person]


@dataclass(frozen=True, slots=True)
class Security:
    """`waiting` are grants to be agreed to, `unasked` those nobody has asked for; `versions` are
    drafts of the policy with (label, now, then) of what they change."""

    now: Policy
    versions: Sequence[tuple[Policy, list[tuple[str, str, str]]]]
    waiting: Sequence[Grant]
    unasked: frozenset[str]
    ending: Sequence[Grant]
    glass: Sequence[Grant]
    away: Sequence[Delegation]
    locked: Sequence[tuple[Person, datetime]]
    in_force: int
    names: dict[str, str]


def system(session: Session, now: datetime) -> System:
    """What the system administrator looks after, in counts, and who has no role yet."""
    living = Person.retired_at.is_(None)
    running = and_(LoginSession.ended_at.is_(None), LoginSession.factor != "")
    valid = now - timedelta(days=policy(session).password_days)
    granted = exists().where(Grant.person_id == Person.id, Grant.retired_at.is_(None))
    return System(
        people=_count(session, Person, living),
        logins=_count(session, LoginSession, running),
        channels=_count(session, Channel, Channel.retired_at.is_(None)),
        unsent=_count(session, Delivery, Delivery.error != "", Delivery.sent_at.is_(None)),
        expired=_count(session, Person, living, Person.password_set_at < valid),
        alone=session.scalars(select(Person).where(living, ~granted).limit(20)).all(),
    )


def security(session: Session, now: datetime) -> Security:
    """What waits for the security administrator, what runs out soon, and who stands in for whom."""
    day = now.astimezone(SHANGHAI).date()
    waiting = _grants(session, Grant.agreed_at.is_(None))
    lapsing = and_(Grant.lapses_at.is_not(None), Grant.lapses_at > now)
    ending = _grants(session, Grant.agreed_at.is_not(None), Grant.ends.between(day, day + _SOON))
    glass, away = _grants(session, lapsing), _delegations(session, day)
    people = [*(g.person_id for g in (*waiting, *ending, *glass)), *_both(away)]
    return Security(
        now=policy(session), versions=_versions(session), waiting=waiting,
        unasked=_unasked(session, waiting), ending=ending, glass=glass, away=away,
        locked=_locked(session, now), in_force=_count(session, Grant, *_valid(now, day)),
        names=_names(session, people),
    )  # fmt: skip


def _valid(now: datetime, day: date) -> tuple[ColumnElement[bool], ...]:
    return (
        Grant.retired_at.is_(None),
        Grant.agreed_at.is_not(None),
        or_(Grant.starts.is_(None), Grant.starts <= day),
        or_(Grant.ends.is_(None), Grant.ends >= day),
        or_(Grant.lapses_at.is_(None), Grant.lapses_at > now),
    )


def _versions(session: Session) -> list[tuple[Policy, list[tuple[str, str, str]]]]:
    now = policy(session)
    query = select(Policy).where(Policy.in_force_at.is_(None), Policy.retired_at.is_(None))
    return [(row, differences(row, now)) for row in session.scalars(query)]


def _grants(session: Session, *which: ColumnElement[bool]) -> Sequence[Grant]:
    query = select(Grant).where(Grant.retired_at.is_(None), *which)
    return session.scalars(query.order_by(Grant.role).limit(50)).all()


def _unasked(session: Session, rows: Sequence[Grant]) -> frozenset[str]:
    asked = select(Approval.thing_id).where(Approval.state == "asked")
    known = set(session.scalars(asked.where(Approval.thing_id.in_([row.id for row in rows]))))
    return frozenset(row.id for row in rows if row.id not in known)


def _delegations(session: Session, day: date) -> Sequence[Delegation]:
    query = select(Delegation).where(Delegation.retired_at.is_(None), Delegation.ends >= day)
    return session.scalars(query.order_by(Delegation.starts).limit(50)).all()


def _names(session: Session, people: Sequence[str]) -> dict[str, str]:
    found = session.execute(select(Person.id, Person.name).where(Person.id.in_(people)))
    return {row.id: row.name for row in found}


def _both(rows: Sequence[Delegation]) -> list[str]:
    return [key for row in rows for key in (row.giver_id, row.taker_id)]


def _locked(session: Session, now: datetime) -> list[tuple[Person, datetime]]:
    query = select(LoginTry.key, LoginTry.until).where(LoginTry.until > now)
    until = {row.key: row.until for row in session.execute(query)}
    if not until:
        return []
    people = session.scalars(select(Person).where(Person.retired_at.is_(None)))
    found = ((person, until.get(person_key(person.id))) for person in people)
    return [(person, at.astimezone(UTC)) for person, at in found if at]


def _count(session: Session, cls: type, *which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(cls).where(*which)) or 0
