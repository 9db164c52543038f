"""Who holds which role, over what, from when to when; and who stands in for whom."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import BindParameter, Select, and_, bindparam, inspect, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from inventory.centre import Centre
from inventory.columns import UtcDateTime
from inventory.person import Person
from inventory.policy import policy
from inventory.register import CentreRegister, FieldError, entry, fields
from inventory.revision import Signable
from inventory.role import DELEGATED, GIVEN, HANDS_ON, ROLES, SEPARATED, Held, Standing
from inventory.shanghai import SHANGHAI, today


class Grant(Signable, CentreRegister):
    """One role of one person over one centre and everything below it, from a day to a day.

    In force only once a second person has agreed (`agreed_at`, see `inventory.consent`);
    `lapses_at` ends a break-glass grant to the hour. It ends early by being retired, at once and
    for good: to come back it is given anew.
    """

    __tablename__ = "grant"
    slug: ClassVar[str] = "grants"
    title: ClassVar[str] = "授权"
    topic: ClassVar[str] = "系统"
    names: ClassVar[tuple[str, ...]] = ("person_id", "role", "centre_id")
    order: ClassVar[str] = "role"
    see_act: ClassVar[str] = "people"
    edit_act: ClassVar[str] = "grants"

    person_id: Mapped[str] = entry("人员", "ref", refers="Person", required=True, listed=True)
    role: Mapped[str] = entry("角色", "choice", choices=GIVEN, required=True, listed=True)
    starts: Mapped[date | None] = entry("起始日期", "day", listed=True)
    ends: Mapped[date | None] = entry("截止日期", "day", listed=True)
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lapses_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def stage(self) -> tuple[str, str]:
        """How far it is, as a state's colour and its word."""
        return stage(self, datetime.now(UTC))

    @property
    def label(self) -> str:
        return ROLES.get(self.role, self.role)

    @property
    def headline(self) -> str:
        told = f"{self.label}：{_named(self, self.person_id)}"
        if self.lapses_at is None:
            return told
        return f"{told}（应急，至 {self.lapses_at.astimezone(SHANGHAI):%m-%d %H:%M}）"

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.starts and self.ends and self.ends < self.starts:
            yield self.wrong("ends", "早于起始日期")
        told = (*(field.name for field in fields(Grant)), "lapses_at")
        if self.agreed_at and _touched(self, *told):
            yield self.wrong("role", "已复核的授权不能修改：请停用它，另授一个")
        if self.agreed_at and self.retired_at is None and _touched(self, "retired_at"):
            yield self.wrong("role", "已结束的授权不能恢复：请另授一个")
        if self.retired_at is None:
            yield from self._apart(session)

    def _apart(self, session: Session) -> Iterator[FieldError]:
        """三员分立: never two of the three; with a job at the devices only in a small centre."""
        others = {grant.role for grant in self._others(session)}
        if self.role in SEPARATED:
            for other in sorted(others & set(SEPARATED) - {self.role}):
                yield self.wrong("role", f"三员分立：此人已是{ROLES[other]}，不能再任{self.label}")
        if policy(session).small(datetime.now(SHANGHAI).date()):
            return
        mine, theirs = (SEPARATED, HANDS_ON) if self.role in SEPARATED else (HANDS_ON, SEPARATED)
        for other in sorted(others & set(theirs)) if self.role in mine else ():
            yield self.wrong("role", f"此人已是{ROLES[other]}；兼任须先启用小中心模式（安全策略）")

    def _others(self, session: Session) -> list["Grant"]:
        """The person's other living grants whose days meet these, whatever the scope."""
        table = Grant.__table__
        query = select(table).where(
            table.c.person_id == self.person_id, table.c.id != self.id,
            table.c.retired_at.is_(None), table.c.lapses_at.is_(None),
        )  # fmt: skip
        pending = [g for g in session.new if isinstance(g, Grant) and g is not self]
        held = [Grant(**row) for row in session.connection().execute(query).mappings()]
        gone = {g.id for g in session.dirty if isinstance(g, Grant) and g.retired_at}
        known = [g for g in held if g.id not in gone]
        known += [g for g in pending if g.person_id == self.person_id and g.retired_at is None]
        return [g for g in known if self.lapses_at is None and self._meets(g)]

    def _meets(self, other: "Grant") -> bool:
        ours = (self.starts or date.min, self.ends or date.max)
        theirs = (other.starts or date.min, other.ends or date.max)
        return ours[0] <= theirs[1] and theirs[0] <= ours[1]


class Delegation(Signable, CentreRegister):
    """An absent leader's role in another's hands, from a day to a day (Article 102, 105). What the
    leader took back comes back by a new one only."""

    __tablename__ = "delegation"
    slug: ClassVar[str] = "delegations"
    title: ClassVar[str] = "委托"
    topic: ClassVar[str] = "系统"
    names: ClassVar[tuple[str, ...]] = ("giver_id", "taker_id", "starts")
    order: ClassVar[str] = "starts"
    see_act: ClassVar[str] = "people"
    edit_act: ClassVar[str] = "grants"

    giver_id: Mapped[str] = entry("委托人", "ref", refers="Person", required=True, listed=True)
    taker_id: Mapped[str] = entry("受托人", "ref", refers="Person", required=True, listed=True)
    role: Mapped[str] = entry(
        "角色", "choice", choices={role: ROLES[role] for role in DELEGATED}, required=True,
        listed=True,
    )  # fmt: skip
    starts: Mapped[date] = entry("起始日期", "day", required=True, listed=True)
    ends: Mapped[date] = entry("截止日期", "day", required=True, listed=True)
    reason: Mapped[str] = entry("事由", required=True, listed=True)
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def stage(self) -> tuple[str, str]:
        """How far it is, as a state's colour and its word."""
        return stage(self, datetime.now(UTC))

    @property
    def label(self) -> str:
        return f"{ROLES.get(self.role, self.role)}委托"

    @property
    def headline(self) -> str:
        return f"{self.label}：{_named(self, self.giver_id)} → {_named(self, self.taker_id)}"

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.agreed_at and _touched(self, *(field.name for field in fields(Delegation))):
            yield self.wrong("role", "已生效的委托不能修改：请停用它，另立一个")
        if self.agreed_at and self.retired_at is None and _touched(self, "retired_at"):
            yield self.wrong("role", "已收回的委托不能恢复：请另立一个")
        if self.ends < self.starts:
            yield self.wrong("ends", "早于起始日期")
        elif not inspect(self).persistent and self.ends < today():
            yield self.wrong("ends", "这些天已经过去：委托不能事后补办")
        if (self.ends - self.starts).days > 92:
            yield self.wrong("ends", "委托最长三个月；更久应另行授权")
        if self.giver_id == self.taker_id:
            yield self.wrong("taker_id", "不能委托给自己")
        if self.retired_at is None and not self._held_by_giver(session):
            yield self.wrong("role", "委托人在这个单位没有这个角色，不能委托")

    def _held_by_giver(self, session: Session) -> bool:
        centre = session.get(Centre, self.centre_id)
        held = _granted(session, self.giver_id, datetime.now(UTC), self.starts)
        return centre is not None and any(
            one.role == self.role and centre.path.startswith(one.path) for one in held
        )


def stage(row: Grant | Delegation, now: datetime) -> tuple[str, str]:
    """(state, word) of a grant or delegation at a moment: is it in force, and if not, why not."""
    day, lapses = now.astimezone(SHANGHAI).date(), getattr(row, "lapses_at", None)
    if row.retired_at is not None:
        return "unknown", "已停用"
    if row.agreed_at is None:
        return "warning", "待复核"
    if row.starts and row.starts > day:
        return "info", "未到期"
    if (row.ends and row.ends < day) or (lapses and lapses <= now):
        return "unknown", "已到期"
    return "ok", "应急生效" if lapses else "生效"


def standing(session: Session, person: Person, now: datetime | None = None) -> Standing:
    """The person's roles in force now, own and delegated, whatever the session's scope."""
    at = now or datetime.now(UTC)
    return Standing(
        id=person.id,
        name=person.name,
        login=person.login,
        centre_id=person.centre_id,
        language=person.language or "",
        must_change=person.must_change,
        held=held(session, person.id, at),
    )


def held(session: Session, person_id: str, at: datetime) -> tuple[Held, ...]:
    """A person's roles in force then, own and delegated, whatever the session's scope."""
    day = at.astimezone(SHANGHAI).date()
    return (*_granted(session, person_id, at, day), *_delegated(session, person_id, at, day))


def _named(row: Grant | Delegation, person_id: str) -> str:
    session, person = object_session(row), Person.__table__
    query = select(person.c.name).where(person.c.id == person_id)
    return str(session.connection().scalar(query) or "") if session else ""


def _touched(row: Grant | Delegation, *names: str) -> bool:
    """Is any of these about to change on a row that is there already?"""
    state: Any = inspect(row)
    return state.persistent and any(state.attrs[name].history.has_changes() for name in names)


def _granted(session: Session, person_id: str, at: datetime, day: date) -> tuple[Held, ...]:
    """Roles agreed to and in force; a break-glass seat of the three puts its holder's own aside."""
    told = {"person": person_id, "day": day, "at": at}
    rows = session.connection().execute(_roles_granted(), told).all()
    seats = {row.role for row in rows if row.lapses_at and row.role in SEPARATED}
    kept = (r for r in rows if not (seats and r.role in SEPARATED and r.role not in seats))
    return tuple(Held(row.role, row.path, until=row.lapses_at) for row in kept)


def _delegated(session: Session, person_id: str, at: datetime, day: date) -> tuple[Held, ...]:
    told = {"person": person_id, "day": day}
    rows = session.connection().execute(_roles_lent(), told).all()
    own = {row.giver_id: _granted(session, row.giver_id, at, day) for row in rows}
    return tuple(
        Held(row.role, row.path, row.name, row.giver_id)
        for row in rows
        if any(h.role == row.role and row.path.startswith(h.path) for h in own[row.giver_id])
    )


@cache
def _roles_granted() -> Select[Any]:
    """Agreed to and in force for :person at :at, of the :day. Made once: every page asks it."""
    grant, centre, person = Grant.__table__, Centre.__table__, Person.__table__
    day: BindParameter[date] = bindparam("day")
    return (
        select(grant.c.role, centre.c.path, grant.c.lapses_at)
        .join(centre, grant.c.centre_id == centre.c.id)
        .join(person, grant.c.person_id == person.c.id)
        .where(grant.c.person_id == bindparam("person"), grant.c.retired_at.is_(None))
        .where(grant.c.agreed_at.is_not(None), person.c.retired_at.is_(None))
        .where(or_(grant.c.starts.is_(None), grant.c.starts <= day))
        .where(or_(grant.c.ends.is_(None), grant.c.ends >= day))
        .where(or_(grant.c.lapses_at.is_(None), grant.c.lapses_at > bindparam("at")))
        .order_by(grant.c.role, centre.c.path)
    )


@cache
def _roles_lent() -> Select[Any]:
    """Lent to :person and in force on :day."""
    given, centre, giver = Delegation.__table__, Centre.__table__, Person.__table__
    day: BindParameter[date] = bindparam("day")
    return (
        select(given.c.role, given.c.giver_id, giver.c.name, centre.c.path)
        .join(centre, given.c.centre_id == centre.c.id)
        .join(giver, given.c.giver_id == giver.c.id)
        .where(given.c.taker_id == bindparam("person"), given.c.retired_at.is_(None))
        .where(given.c.agreed_at.is_not(None))
        .where(and_(given.c.starts <= day, given.c.ends >= day), giver.c.retired_at.is_(None))
    )
