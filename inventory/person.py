"""People who log in. What they may do is in `inventory.grant` and `inventory.role`."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from sqlalchemy import CompoundSelect, Index, String, func, inspect, select, union
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from inventory import argon, attempt, audit
from inventory import session as logins
from inventory.act import Act
from inventory.columns import Secret, UtcDateTime
from inventory.contact import wrong_email, wrong_mobile
from inventory.db import Base
from inventory.password import first_password
from inventory.register import CentreRegister, FieldError, RowAct, entry
from inventory.role import SEPARATED
from inventory.secret import Sealed
from inventory.spelling import one_way

_MOST_KEPT = 24  # former passwords; the policy says how many of them may not come back


def _renew(person: "Person") -> str:
    return person.welcome()


def _unlock(person: "Person") -> None:
    """Open a lock that failed logins have shut; it is no change of the person, so noted apart."""
    session = object_session(person)
    assert session is not None
    if attempt.forget(session, attempt.person_key(person.id)):
        act = session.info["act"]
        audit.note(session, act, "Person", person.id, person.centre_id, {"登录锁定": "解除"})


_SEATED = (
    "三员的口令别的管理员不能重设：请在服务器上用 netops person reset-password，"
    "或由两人在“应急授权”里先补上这个岗位"
)


class Person(CentreRegister):
    """Somebody who logs in. The password is kept as an Argon2id hash only."""

    __tablename__ = "person"
    slug: ClassVar[str] = "people"
    title: ClassVar[str] = "人员"
    topic: ClassVar[str] = "系统"
    names: ClassVar[tuple[str, ...]] = ("login",)
    see_act: ClassVar[str] = "people"
    edit_act: ClassVar[str] = "accounts"
    pick_act: ClassVar[str | None] = ""  # who escorts, keeps, signs: colleagues know each other
    acts: ClassVar[tuple[RowAct, ...]] = (
        RowAct("password", "重设口令", _renew),
        RowAct("unlock", "解除登录锁定", _unlock),
    )

    login: Mapped[str] = entry("登录名", required=True, listed=True, searched=True, longest=40)
    name: Mapped[str] = entry("姓名", required=True, listed=True, searched=True, longest=40)
    employer: Mapped[str | None] = entry(
        "任职单位", longest=120, listed=True, help="别的单位的人才填写，例如代管安全或审计的市中心"
    )
    language: Mapped[str | None] = entry(
        "界面语言", "choice", choices={"zh": "中文", "en": "English"}
    )
    email: Mapped[str | None] = entry("电子邮箱", longest=200, help="通知发到这里；可空")
    mobile: Mapped[str | None] = entry("手机号", longest=16, help="短信通知发到这里；可空")
    password_hash: Mapped[str] = mapped_column(String(200), default="", info={"masked": True})
    password_set_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    password_past: Mapped[str] = mapped_column(String(4000), default="", info={"masked": True})
    must_change: Mapped[bool] = mapped_column(default=True)
    totp_secret: Mapped[Sealed | None] = mapped_column(Secret)

    __table_args__ = (Index("uq_person_login", "login", unique=True),)

    @property
    def label(self) -> str:
        return self.name

    def check(self, session: Session) -> Iterator[FieldError]:
        taken = select(func.count()).where(Person.login == self.login, Person.id != self.id)
        if session.scalar(taken):
            yield self.wrong("login", f"登录名 {self.login} 已有人使用")
        elif inspect(self).attrs.login.history.has_changes() and (other := self._alike(session)):
            yield self.wrong("login", f"已有登录名 {other}，只差大小写或全半角，容易认错人")
        for name, cause in self._unreachable():
            yield self.wrong(name, cause)
        if self.retired_at and self._own(session):
            yield self.wrong("login", "不能停用自己的账号")
        if self._own(session) and self._renewed():
            yield self.wrong("login", "自己的口令请在“我的账号”里修改，要先输入现在的口令")
        if self._renewed() and self._seated(session):
            yield self.wrong("login", _SEATED)
        if self._above(session):
            yield self.wrong("login", "此人另有您权限范围以外的授权，须由上级管理员修改")

    def _alike(self, session: Session) -> str:
        """Another's login, wherever and of whom long gone, too, that reads like this one. The very
        same one beyond the scope is left to the table: it conflicts, whosever it is."""
        table = Person.__table__
        others = select(table.c.login).where(table.c.id != self.id)
        known = [*session.connection().execute(others).scalars()]
        known += [one.login for one in session.new if isinstance(one, Person) and one is not self]
        told = (one for one in known if one != self.login and one_way(one) == one_way(self.login))
        return next(told, "")

    def _unreachable(self) -> Iterator[tuple[str, str]]:
        told = {"email": wrong_email(self.email), "mobile": wrong_mobile(self.mobile)}
        return ((name, cause) for name, cause in told.items() if cause)

    def prepare(self, session: Session) -> None:
        """A password set anew, or an account retired, ends every login made before."""
        super().prepare(session)
        state = inspect(self)
        changed = state.attrs
        if not state.persistent:
            return
        if self.retired_at is not None and changed.retired_at.history.has_changes():
            logins.end_all(session, self.id, "retired", datetime.now(UTC))
        elif changed.password_hash.history.has_changes():
            logins.end_all(session, self.id, "password", datetime.now(UTC))

    def _renewed(self) -> bool:
        """By the act for others, which asks for no password: an open screen would be enough."""
        state = inspect(self)
        new = state.persistent and state.attrs.password_hash.history.has_changes()
        return new and self.must_change

    def _seated(self, session: Session) -> bool:
        """Another administrator is asking, and this is one of the three: whoever sets the password
        could sit in both seats."""
        act: Act | None = session.info.get("act")
        grant = Base.metadata.tables["grant"]
        seats = select(grant.c.id).where(
            grant.c.person_id == self.id, grant.c.retired_at.is_(None), grant.c.role.in_(SEPARATED)
        )
        person = act is not None and act.actor not in ("system", self.id)
        return person and session.connection().scalar(seats.limit(1)) is not None

    def _above(self, session: Session) -> bool:
        """Whoever sets a person's password could act as that person: not beyond one's own reach."""
        act: Act | None = session.info.get("act")
        if act is None or self._own(session):
            return False
        return not all(act.scope.covers(path) for path in session.scalars(self._places()))

    def _places(self) -> CompoundSelect[str]:
        """Paths of every place where something is given or lent to this person. From the bare
        tables: beyond the scope, too."""
        tables = Base.metadata.tables
        grant, lent, centre = tables["grant"], tables["delegation"], tables["centre"]
        paths = select(centre.c.path)
        own = paths.join(grant, grant.c.centre_id == centre.c.id).where(
            grant.c.person_id == self.id, grant.c.retired_at.is_(None)
        )
        today = datetime.now(UTC).date() - timedelta(days=1)  # nowhere is it earlier
        deputy = paths.join(lent, lent.c.centre_id == centre.c.id).where(
            lent.c.taker_id == self.id, lent.c.retired_at.is_(None), lent.c.ends >= today
        )
        return union(own, deputy)

    def _own(self, session: Session) -> bool:
        act: Act | None = session.info.get("act")
        return act is not None and act.actor == self.id

    def welcome(self) -> str:
        """A first password, to be changed at the first login."""
        password = first_password()
        self.set_password(password, must_change=True)
        return f"{self.name}（{self.login}）的口令：{password}"

    def set_password(self, password: str, *, must_change: bool = False) -> None:
        past = [self.password_hash, *(self.password_past or "").split()]
        self.password_past = " ".join(past[:_MOST_KEPT]).strip()
        self.password_hash = argon.hashed(password)
        self.password_set_at = datetime.now(UTC)
        self.must_change = must_change

    def password_is(self, password: str) -> bool:
        return argon.verify(self.password_hash or "", password)

    def had(self, password: str, last: int) -> bool:
        """Was this the present password, or one of the `last` before it?"""
        kept = [self.password_hash, *self.password_past.split()][: last + 1]
        return any(argon.verify(one, password) for one in kept)


def beyond(session: Session, person_id: str) -> Person | None:
    """Somebody whose unit may lie outside the session's scope: a copy, to be read only."""
    query = select(Person.__table__).where(Person.__table__.c.id == person_id)
    found = session.connection().execute(query).mappings().first()
    return Person(**found) if found else None
