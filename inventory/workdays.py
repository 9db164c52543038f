"""The working calendar: which days the office works, as the State Council's yearly notice moves
them. Without its days a year is Monday to Friday, and shown as provisional (暂定)."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import ClassVar

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, Session

from inventory.home import HomeFact
from inventory.register import CentreRegister, FieldError, entry

KINDS = {"holiday": "放假", "makeup": "调休上班"}
WEEKDAYS = "一二三四五六日"
_SATURDAY = 5


class CalendarDay(CentreRegister):
    """One day that is not what its weekday says. The calendar is the home's, so its rows belong to
    the home's own centre, like the security policy, and hold for every unit below it.

    `record`, not `edit`: copying the State Council's notice configures no network, and the centre's
    manager, who answers for the duty log, holds the one and not the other.
    """

    __tablename__ = "calendar_day"
    slug: ClassVar[str] = "calendar"
    title: ClassVar[str] = "工作日历"
    topic: ClassVar[str] = "值班日志"
    names: ClassVar[tuple[str, ...]] = ("day",)
    order: ClassVar[str] = "day"
    falling: ClassVar[bool] = True
    edit_act: ClassVar[str] = "record"
    afresh: ClassVar[tuple[str, ...]] = ("day",)
    also: ClassVar[tuple[tuple[str, str], ...]] = (("duty_month.index", "值班月历"),)
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "放假": {"kind": "holiday"}, "调休上班": {"kind": "makeup"},
    }  # fmt: skip

    day: Mapped[date] = entry("日期", "day", required=True, listed=True)
    kind: Mapped[str] = entry("安排", "choice", choices=KINDS, required=True, listed=True)
    name: Mapped[str] = entry(
        "节日", required=True, listed=True, searched=True, longest=80,
        help="例如：国庆节；调休上班的日子写它是为哪个节日调的",
    )  # fmt: skip
    source: Mapped[str | None] = entry(
        "依据", listed=True, searched=True, help="国务院办公厅或本省的通知、文号"
    )

    __table_args__ = (Index("uq_calendar_day", "day", unique=True),)

    @property
    def label(self) -> str:
        return f"{self.day} 星期{WEEKDAYS[self.day.weekday()]} {KINDS[self.kind]}"

    def check(self, session: Session) -> Iterator[FieldError]:
        home = session.get(HomeFact, "centre")
        if home is not None and self.centre_id != home.value:
            yield self.wrong("centre_id", "工作日历管整个值守台，只能属于启用它的中心")
        if self.kind == "makeup" and by_weekday(self.day):
            yield self.wrong("kind", "星期一至星期五本来就上班；调休上班的是星期六、星期日")
        if self._taken(session):
            yield self.wrong("day", "这一天已有安排：请修改那一条，已停用的先恢复")

    def _taken(self, session: Session) -> bool:
        others = select(CalendarDay.id).where(CalendarDay.day == self.day)
        with session.no_autoflush:
            return session.scalar(others.where(CalendarDay.id != self.id).limit(1)) is not None


def workdays(session: Session, first: date, last: date) -> list[date]:
    """The days from `first` to `last`, both included, on which the office works; in one query and
    whatever the session's scope."""
    told = calendar(session, first, last)
    return [day for day in span(first, last) if _works(day, told)]


def provisional(session: Session, year: int) -> bool:
    """Is nothing known of that year yet, so that its days are only Monday to Friday?"""
    return not calendar(session, date(year, 1, 1), date(year, 12, 31))


def span(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def by_weekday(day: date) -> bool:
    """Monday to Friday: what holds of a day that nobody has moved."""
    return day.weekday() < _SATURDAY


def calendar(session: Session, first: date, last: date) -> Mapping[date, tuple[str, str]]:
    """Day → (key of KINDS, name of the holiday) of the days that were moved, from the bare table:
    a township reads the home's calendar, too."""
    table = CalendarDay.__table__
    query = select(table.c.day, table.c.kind, table.c.name).where(
        table.c.day.between(first, last), table.c.retired_at.is_(None)
    )
    return {row.day: (row.kind, row.name) for row in session.connection().execute(query)}


def _works(day: date, told: Mapping[date, tuple[str, str]]) -> bool:
    return told[day][0] == "makeup" if day in told else by_weekday(day)
