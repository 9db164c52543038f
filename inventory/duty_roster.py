"""Who is put down for duty, and who is away: what departs from everybody on every working day."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from sqlalchemy import ColumnElement, Index, select
from sqlalchemy.orm import Mapped, Session

from inventory.centre import Centre
from inventory.grant import held
from inventory.register import CentreRegister, FieldError, entry
from inventory.role import MAY
from inventory.shanghai import SHANGHAI, today
from inventory.shifts import SHIFTS

KINDS = {"on": "值班", "off": "休假、外出"}
_LONGEST = timedelta(days=366)


class DutyRoster(CentreRegister):
    """One person on duty in a shift, or away, from a day to a day. The person is the account that
    signs the day sheet; who is away is so in every shift."""

    __tablename__ = "duty_roster"
    slug: ClassVar[str] = "roster"
    title: ClassVar[str] = "值班安排"
    topic: ClassVar[str] = "值班日志"
    articles: ClassVar[tuple[int, ...]] = (26, 105)
    names: ClassVar[tuple[str, ...]] = ("person_id", "starts", "kind", "shift", "centre_id")
    order: ClassVar[str] = "starts"
    falling: ClassVar[bool] = True
    living: ClassVar[str] = "全部"
    edit_act: ClassVar[str] = "record"
    afresh: ClassVar[tuple[str, ...]] = ("starts", "ends")
    also: ClassVar[tuple[tuple[str, str], ...]] = (("duty_month.index", "值班月历"),)
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "值班": {"kind": "on"}, "休假、外出": {"kind": "off"},
    }  # fmt: skip

    person_id: Mapped[str] = entry("人员", "ref", refers="Person", required=True, listed=True)
    kind: Mapped[str] = entry(
        "安排", "choice", choices=KINDS, default="on", listed=True,
        help="工作日没有排班时，网络管理员和信息技术员都当班；排了班的日子只算排到的人",
    )  # fmt: skip
    shift: Mapped[str] = entry(
        "班次", "choice", choices=SHIFTS, default="day", listed=True, help="休假、外出不分班次"
    )
    starts: Mapped[date] = entry("起始日期", "day", required=True, listed=True)
    ends: Mapped[date] = entry("截止日期", "day", required=True, listed=True)
    note: Mapped[str | None] = entry("事由", listed=True, searched=True)

    __table_args__ = (Index("ix_duty_roster_days", "centre_id", "starts", "ends"),)

    @property
    def label(self) -> str:
        word = SHIFTS[self.shift] if self.kind == "on" else KINDS["off"]
        return f"{word} {self.starts}～{self.ends}"

    @classmethod
    def history(cls) -> ColumnElement[bool]:
        """Who has gone was still on duty then: days gone by keep nobody's account."""
        return cls.ends < today()

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.ends < self.starts:
            yield self.wrong("ends", "早于起始日期")
        elif self.ends - self.starts > _LONGEST:
            yield self.wrong("ends", "一条最长一年")
        if self.retired_at is not None:
            return
        if self.kind == "on" and self.ends >= today() and not self._may_sign(session):
            yield self.wrong(
                "person_id", "此人在这个单位没有填写日志的授权，排了班也不能签：请先授权，再排班"
            )
        for other in self._against(session):
            cause = (
                f"与“{KINDS[other.kind]} {other.starts}～{other.ends}”矛盾：请先修改或停用那一条"
            )
            yield self.wrong("starts", cause)

    def _may_sign(self, session: Session) -> bool:
        """Will this person be able to write the day sheet on the first day still to come?"""
        centre = session.get(Centre, self.centre_id)
        noon = datetime.combine(max(self.starts, today()), time(12), SHANGHAI)
        return centre is not None and any(
            "record" in MAY[one.role] and centre.path.startswith(one.path)
            for one in held(session, self.person_id, noon)
        )

    def _against(self, session: Session) -> list["DutyRoster"]:
        """Rows that say of the same person, here and on some of the same days, the contrary."""
        query = select(DutyRoster).where(
            DutyRoster.person_id == self.person_id, DutyRoster.centre_id == self.centre_id,
            DutyRoster.kind != self.kind, DutyRoster.id != self.id,
            DutyRoster.retired_at.is_(None), DutyRoster.starts <= self.ends,
            DutyRoster.ends >= self.starts,
        )  # fmt: skip
        with session.no_autoflush:
            known = {row.id: row for row in session.scalars(query) if self._opposes(row)}
        fresh = (row for row in session.new if isinstance(row, DutyRoster) and self._opposes(row))
        return [*known.values(), *fresh]

    def _opposes(self, other: "DutyRoster") -> bool:
        """As it stands in this session, where it may have been changed a moment ago."""
        return (
            other is not self
            and other.retired_at is None
            and (other.person_id, other.centre_id) == (self.person_id, self.centre_id)
            and other.kind != self.kind
            and other.starts <= self.ends
            and self.starts <= other.ends
        )
