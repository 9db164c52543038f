"""People, their grants, and the one question everything asks: `can(person, act)`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Index, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.act import Act, Scope
from inventory.centre import Centre
from inventory.columns import UtcDateTime
from inventory.password import first_password
from inventory.register import CentreRegister, FieldError, RowAct, entry

ROLES = {
    "network_admin": "网络管理员",
    "technician": "信息技术员",
    "leader": "分管领导",
    "manager": "中心主任",
    "auditor": "信息审计员",
    "system_admin": "系统管理员",
}
# What each role may do; the finer rules (approval, signature, separation of duties) build on this.
_MAY = {
    "network_admin": {"view", "edit", "operate", "export"},
    "technician": {"view", "export"},
    "leader": {"view", "export"},
    "manager": {"view", "export"},
    "auditor": {"view", "export"},
    "system_admin": {"view", "edit", "operate", "export", "administer"},
}
SHANGHAI = ZoneInfo("Asia/Shanghai")
_HASHER = PasswordHasher()  # Argon2id with the library's RFC 9106 low-memory profile


def _renew(person: "Person") -> str:
    return person.welcome()


class Person(CentreRegister):
    """Somebody who logs in. The password is kept as an Argon2id hash only."""

    __tablename__ = "person"
    slug: ClassVar[str] = "people"
    title: ClassVar[str] = "人员"
    names: ClassVar[tuple[str, ...]] = ("login",)
    edit_act: ClassVar[str] = "administer"
    acts: ClassVar[tuple[RowAct, ...]] = (RowAct("password", "重设口令", _renew),)

    login: Mapped[str] = entry("登录名", required=True, listed=True, searched=True, longest=40)
    name: Mapped[str] = entry("姓名", required=True, listed=True, searched=True, longest=40)
    language: Mapped[str | None] = entry(
        "界面语言", "choice", choices={"zh": "中文", "en": "English"}
    )
    password_hash: Mapped[str] = mapped_column(String(200), default="", info={"masked": True})
    password_set_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    must_change: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (Index("uq_person_login", "login", unique=True),)

    @property
    def label(self) -> str:
        return self.name

    def check(self, session: Session) -> Iterator[FieldError]:
        taken = select(func.count()).where(Person.login == self.login, Person.id != self.id)
        if session.scalar(taken):
            yield self.wrong("login", f"登录名 {self.login} 已有人使用")
        if self.retired_at and self._own(session):
            yield self.wrong("login", "不能停用自己的账号")
        if self._above(session):
            yield self.wrong("login", "此人另有您权限范围以外的授权，须由上级管理员修改")

    def _above(self, session: Session) -> bool:
        """Whoever sets a person's password could act as that person: not beyond one's own reach."""
        act: Act | None = session.info.get("act")
        if act is None or self._own(session):
            return False
        grant, centre = Grant.__table__, Centre.__table__  # bare tables: beyond the scope, too
        reach = select(centre.c.path).join(grant, grant.c.centre_id == centre.c.id)
        living = reach.where(grant.c.person_id == self.id, grant.c.retired_at.is_(None))
        return not all(act.scope.covers(path) for path in session.scalars(living))

    def _own(self, session: Session) -> bool:
        act: Act | None = session.info.get("act")
        return act is not None and act.actor == self.id

    def welcome(self) -> str:
        """A first password, to be changed at the first login."""
        password = first_password()
        self.set_password(password, must_change=True)
        return f"{self.name}（{self.login}）的口令：{password}"

    def set_password(self, password: str, *, must_change: bool = False) -> None:
        self.password_hash = _HASHER.hash(password)
        self.password_set_at = datetime.now(UTC)
        self.must_change = must_change

    def password_is(self, password: str) -> bool:
        try:
            return bool(self.password_hash) and _HASHER.verify(self.password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


class Grant(CentreRegister):
    """One role of one person over one centre and everything below it, from a day to a day."""

    __tablename__ = "grant"
    slug: ClassVar[str] = "grants"
    title: ClassVar[str] = "授权"
    names: ClassVar[tuple[str, ...]] = ("person_id", "role", "centre_id")
    order: ClassVar[str] = "role"
    edit_act: ClassVar[str] = "administer"

    person_id: Mapped[str] = entry("人员", "ref", refers="Person", required=True, listed=True)
    role: Mapped[str] = entry("角色", "choice", choices=ROLES, required=True, listed=True)
    starts: Mapped[date | None] = entry("起始日期", "day", listed=True)
    ends: Mapped[date | None] = entry("截止日期", "day", listed=True)

    @property
    def label(self) -> str:
        return ROLES.get(self.role, self.role)

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.starts and self.ends and self.ends < self.starts:
            yield self.wrong("ends", "早于起始日期")


@dataclass(frozen=True, slots=True)
class Standing:
    """A person as the rest of the console meets one: identity, roles and reach, frozen."""

    id: str
    name: str
    login: str
    centre_id: str
    language: str
    must_change: bool
    roles: tuple[str, ...]
    scope: Scope

    def act(self, what: str, origin: str, reason: str = "") -> Act:
        return Act(what, self.id, self.name, "、".join(self.roles), origin, self.scope, reason)


def can(person: Standing, act: str) -> bool:
    """May this person view, edit, operate, export or administer?"""
    return any(act in _MAY.get(role, ()) for role in person.roles)


def standing(session: Session, person: Person, today: date | None = None) -> Standing:
    """The person's grants in force today (Asia/Shanghai). `session` must see everything."""
    day = today or datetime.now(SHANGHAI).date()
    query = (
        select(Grant.role, Centre.path)
        .join(Centre, Grant.centre_id == Centre.id)
        .where(Grant.person_id == person.id, Grant.retired_at.is_(None))
        .where((Grant.starts.is_(None)) | (Grant.starts <= day))
        .where((Grant.ends.is_(None)) | (Grant.ends >= day))
    )
    found = session.execute(query).all()
    return Standing(
        id=person.id,
        name=person.name,
        login=person.login,
        centre_id=person.centre_id,
        language=person.language or "",
        must_change=person.must_change,
        roles=tuple(sorted({role for role, _ in found})),
        scope=Scope(tuple(sorted({path for _, path in found}))),
    )
