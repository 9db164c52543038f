"""Day one of a home: who holds which role, the first security policy, and no super-user left.

All of it is one transaction, so that an interrupted set-up begins again from nothing; what was
typed is kept aside as a fact of the home.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.centre import Centre
from inventory.entry import FieldError, Rejected
from inventory.grant import Grant
from inventory.home import HomeFact, home_fact
from inventory.person import Person
from inventory.policy import Policy
from inventory.role import GIVEN, HANDS_ON, ROLES, SEPARATED
from inventory.shanghai import SHANGHAI
from inventory.undertaking import Undertaking, publish_standard

NEEDED = (*SEPARATED, "network_admin", "technician", "leader")
_DRAFT = "setup"  # the fact that keeps what was typed


@dataclass(frozen=True, slots=True)
class Member:
    """One person as typed; `employer` is empty for the centre's own people."""

    login: str = ""
    name: str = ""
    employer: str = ""
    roles: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.login or self.name or self.employer or self.roles)


@dataclass(frozen=True, slots=True)
class Setup:
    """What was typed so far. Days are ISO text, "" for none: they may still be wrong."""

    small: bool = False
    reason: str = ""
    until: str = ""
    deferred: str = ""
    people: tuple[Member, ...] = field(default=())

    @property
    def members(self) -> tuple[Member, ...]:
        return tuple(one for one in self.people if not one.empty)

    def holders(self, role: str) -> tuple[Member, ...]:
        return tuple(one for one in self.members if role in one.roles)


@dataclass(frozen=True, slots=True)
class Told:
    """What is said once when all is done; "" for a person who has a password already."""

    name: str
    login: str
    roles: str
    password: str


def draft(session: Session) -> Setup:
    """What was typed last, or what the home has already when nobody has typed anything."""
    text = home_fact(session, _DRAFT)
    if not text:
        return Setup(people=tuple(_present(session)))
    told = json.loads(text)
    people = (Member(**one | {"roles": tuple(one["roles"])}) for one in told.pop("people"))
    return Setup(**told, people=tuple(people))


def keep(session: Session, setup: Setup | None) -> None:
    """Keep what was typed for the next try; None when there is none any more. In `observe`."""
    text = json.dumps(asdict(setup), ensure_ascii=False) if setup else ""
    session.merge(HomeFact(name=_DRAFT, value=text))


def separation_wrong(setup: Setup, today: date) -> Iterator[FieldError]:
    """What stands against the mode chosen."""
    until, deferred = _day(setup.until), _day(setup.deferred)
    if not setup.small:
        return
    if not setup.reason.strip():
        yield FieldError("reason", "理由", "必须填写：为什么人员不够")
    if until is None or until <= today:
        yield FieldError("until", "截止日期", "应是以后的一天，写成 2026-12-31")
    if setup.deferred and (deferred is None or deferred < today):
        yield FieldError("deferred", "动态码暂缓至", "应是今天或以后的一天，写成 2026-12-31")
    elif deferred and until and deferred > until:
        yield FieldError("deferred", "动态码暂缓至", "不能晚于小中心模式的截止日期")


def people_wrong(setup: Setup) -> Iterator[FieldError]:
    """What stands against the people; `field` is "people" or "people.3" (the row, from 0)."""
    for role in NEEDED:
        if not setup.holders(role):
            yield FieldError("people", "人员", f"还没有{ROLES[role]}")
    seen: set[str] = set()
    for number, one in enumerate(setup.people):
        if not one.empty:
            yield from _member_wrong(f"people.{number}", one, setup.small, seen)
            seen.add(one.login)


def finish(session: Session, setup: Setup, centre: Centre) -> list[Told]:
    """Do it all, within the caller's transaction: policy, people, roles, undertakings; the
    founder's role ends. Raises Rejected naming the row."""
    today = datetime.now(SHANGHAI).date()
    wrong = (*separation_wrong(setup, today), *people_wrong(setup))
    if wrong:
        raise Rejected(wrong)
    session.add(_policy(setup, centre))
    session.flush()
    people = [(one, *_person(session, one, centre)) for one in setup.members]
    session.flush()
    _end_others(session, {person.id: one.roles for one, person, _ in people})
    for one, person, _password in people:
        _give(session, person, one.roles, centre)
    if not session.scalar(select(Undertaking.id).limit(1)):
        publish_standard(session, centre)
    return [
        Told(one.name, one.login, "、".join(ROLES[role] for role in one.roles), password)
        for one, _person_, password in people
    ]


def _present(session: Session) -> Iterator[Member]:
    """Everybody there already, with their roles: the founder of a new home, all of an old one."""
    for person in session.scalars(select(Person).where(Person.retired_at.is_(None))):
        query = select(Grant.role).where(Grant.person_id == person.id, Grant.retired_at.is_(None))
        roles = (role for role in session.scalars(query) if role in GIVEN)
        yield Member(person.login, person.name, person.employer or "", tuple(dict.fromkeys(roles)))


def _member_wrong(place: str, one: Member, small: bool, seen: set[str]) -> Iterator[FieldError]:
    if not (one.login and one.name):
        yield FieldError(place, "人员", "登录名和姓名都要填写")
    elif one.login in seen:
        yield FieldError(place, "人员", f"登录名 {one.login} 用了两次")
    if not one.roles:
        yield FieldError(place, "人员", f"{one.name or one.login}还没有角色")
    seats = [role for role in SEPARATED if role in one.roles]
    if len(seats) > 1:
        both = "和".join(ROLES[role] for role in seats)
        yield FieldError(place, "人员", f"三员分立：{one.name}不能同时是{both}")
    if seats and not small and set(HANDS_ON) & set(one.roles):
        yield FieldError(
            place, "人员", f"{one.name}是{ROLES[seats[0]]}，只有小中心模式下才能兼任技术岗位"
        )


def _policy(setup: Setup, centre: Centre) -> Policy:
    return Policy(
        centre_id=centre.id, name="启用时的策略", in_force_at=datetime.now(UTC),
        small_centre=setup.small, small_reason=setup.reason or None if setup.small else None,
        small_until=_day(setup.until) if setup.small else None,
        totp_deferred_until=_day(setup.deferred) if setup.small else None,
    )  # fmt: skip


def _person(session: Session, one: Member, centre: Centre) -> tuple[Person, str]:
    """The person and a first password; none for whoever has one already."""
    known = session.scalars(select(Person).where(Person.login == one.login)).first()
    person = known or Person(centre_id=centre.id, login=one.login, name=one.name)
    person.name, person.employer = one.name, one.employer or None
    person.retired_at = None
    told = "" if known else person.welcome().rpartition("：")[2]
    session.add(person)
    return person, told


def _end_others(session: Session, roles: dict[str, Sequence[str]]) -> None:
    """Every role that was not ticked ends here, the founder's before all."""
    for grant in session.scalars(select(Grant).where(Grant.retired_at.is_(None))):
        if grant.role == "founder" or (
            grant.person_id in roles and grant.role not in roles[grant.person_id]
        ):
            grant.turn(gone=True)
    session.flush()


def _give(session: Session, person: Person, roles: Sequence[str], centre: Centre) -> None:
    query = select(Grant.role).where(Grant.person_id == person.id, Grant.retired_at.is_(None))
    has = set(session.scalars(query))
    now = datetime.now(UTC)
    for role in roles:
        if role not in has:
            session.add(Grant(centre_id=centre.id, person_id=person.id, role=role, agreed_at=now))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
