"""The day sheet: what one centre's day was like, filled by several, submitted, read and signed by
the leader (Articles 26, 40, 105; duties C1 and C2)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, Session

from inventory.centre import Centre
from inventory.log_printed import printed_lines
from inventory.log_sections import LOG_TIERS
from inventory.log_share import LogShare
from inventory.paper import before, changed
from inventory.register import CentreRegister, FieldError, Lines, entry
from inventory.revision import Signable
from inventory.role import Standing, path_of
from inventory.shanghai import today
from inventory.shifts import SHIFTS
from inventory.stepping import Stepped, is_moving
from inventory.triggers import trigger

STATES: Mapping[str, str] = {
    "open": "填写中", "submitted": "待审阅", "returned": "已退回", "signed": "已审签",
}  # fmt: skip
WRITABLE = ("open", "returned")
FLOW: Mapping[str, tuple[str, ...]] = {
    "open": ("submitted",), "returned": ("submitted",), "submitted": ("signed", "returned", "open"),
    "signed": (),
}  # fmt: skip
OLDEST = timedelta(days=360)  # a sheet stays; a year typed wrongly is farther back
REVIEW_WITHIN = timedelta(days=7)  # C2: weekly, unless the centre settles otherwise
TOO_OLD = "过去将近一年，不能再新建这一天的日志；请看年份是否写错"
_COLOURS = {"open": "info", "submitted": "warning", "returned": "critical", "signed": "ok"}


class LogDay(Stepped, Signable, CentreRegister):
    """One sheet of one centre, day and shift. It begins with its first entry (`log_book.sheet_for`)
    and never goes; `content` is the digest of everybody's signed part."""

    __tablename__ = "log_day"
    slug: ClassVar[str] = "log-days"
    title: ClassVar[str] = "工作日志"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    paper: ClassVar[str] = "工作日志"
    page: ClassVar[str] = "log.sheet"
    template: ClassVar[str] = "log_day.html"
    also: ClassVar[tuple[tuple[str, str], ...]] = (
        ("log.index", "今天的日志"), ("log_months.index", "月册和归档"),
    )  # fmt: skip
    topic: ClassVar[str] = "值班日志"
    articles: ClassVar[tuple[int, ...]] = (26, 40, 71, 105)
    names: ClassVar[tuple[str, ...]] = ("centre_id", "day", "shift")
    order: ClassVar[str] = "day"
    falling: ClassVar[bool] = True
    living: ClassVar[str] = "全部"
    by_hand: ClassVar[bool] = False
    personal: ClassVar[bool] = True
    edit_act: ClassVar[str] = "record"
    meanings: ClassVar[tuple[str, ...]] = ("review",)
    over: ClassVar[tuple[str, ...]] = ("signed",)
    parts: ClassVar[Mapping[str, str]] = {"scan": "手签扫描件"}
    # On paper the hash that is signed stands below; these would be taken for it, or for a form.
    lined: ClassVar[tuple[str, ...]] = ("content", "wet_by_id", "wet_on", "wet_hash", "scan")
    below: ClassVar[tuple[tuple[str, str], ...]] = (("ErrorRecord", "log_day_id"),)
    sealed: ClassVar[tuple[str, ...]] = ("day", "shift", "people", "unsigned", "entries", "content")
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "待审阅": {"state": "submitted"},
        "退回": {"state": "returned"},
        "填写中": {"state": "open"},
    }

    centre_id: Mapped[str] = entry(
        "所属单位", "ref", refers="Centre", required=True, listed=True,
        among={"tier": ",".join(LOG_TIERS)},
    )  # fmt: skip
    day: Mapped[date] = entry("日期", "day", required=True, listed=True)
    shift: Mapped[str] = entry("班次", "choice", choices=SHIFTS, default="day", listed=True)
    state: Mapped[str] = entry(
        "状态", "choice", choices=STATES, default="open", listed=True, settled=True
    )
    people: Mapped[str] = entry("填报人", default="", listed=True, searched=True, settled=True)
    unsigned: Mapped[str | None] = entry(
        "缺签说明", "note", settled=True, help="值班人员没有签字的，写明是谁、为什么"
    )
    entries: Mapped[int] = entry("记录条数", "whole", default=0, listed=True, settled=True)
    content: Mapped[str] = entry("内容摘要", default="", longest=64, settled=True)
    submitted_at: Mapped[datetime | None] = entry("提交时间", "time", settled=True)
    reviewed_at: Mapped[datetime | None] = entry("审阅时间", "time", listed=True, settled=True)
    remark: Mapped[str | None] = entry("审阅意见", "note", searched=True, settled=True)
    wet_by_id: Mapped[str | None] = entry(
        "手签领导", "ref", refers="Staff", group="纸质签字", settled=True,
        among={"job": "leader,manager"},
    )  # fmt: skip
    wet_on: Mapped[date | None] = entry("手签日期", "day", group="纸质签字", settled=True)
    wet_hash: Mapped[str | None] = entry(
        "纸面校验码", group="纸质签字", settled=True, longest=100,
        help="照纸上印的校验码输入，至少前 12 位；不一致就不是这一版",
    )  # fmt: skip
    scan: Mapped[str | None] = entry("扫描件校验值", "note", group="纸质签字", settled=True)

    __table_args__ = (
        Index("uq_log_day", "centre_id", "day", "shift", unique=True),
        Index("ix_log_day_state", "state", "day"),
    )

    @property
    def label(self) -> str:
        return f"{self.day:%Y-%m-%d} {SHIFTS.get(self.shift, self.shift)}"

    @property
    def headline(self) -> str:
        return f"{self.label}工作日志，{self.entries} 条，{self.people}"

    @property
    def late(self) -> str:
        return overdue(self, datetime.now(UTC))

    def shut(self, session: Session) -> str:
        return "日志已经审签，附件不能再动" if self.state == "signed" else ""

    def lines(self, session: Session) -> Lines | None:
        return printed_lines(session, self.id)

    def unfit(self, session: Session, meaning: str, who: Standing) -> str:
        if not is_moving(session, self):
            return "请在日志页面的“下一步”里审阅签字"
        if self.state != "submitted":
            return f"日志{STATES[self.state]}，不能审签"
        away = who.deputises("sign", path_of(self) or "")
        query = select(LogShare.id).where(
            LogShare.day_id == self.id, LogShare.author_id.in_({who.id, away})
        )
        wrote = session.scalars(query.limit(1)).first()
        return "您在这张日志上有填报，须由别人审阅" if wrote else ""

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.stood(session)
        was = before(self, "state")
        if self.state not in (was, *FLOW.get(was, ())):
            yield self.wrong("state", "不能跳过中间的步骤")
        if self.retired_at is not None:
            yield self.wrong("state", "工作日志要留存，不能停用")
        for name in ("centre_id", "day", "shift"):
            if self.revision and changed(self, name):
                yield self.wrong(name, "已经建立的日志不能改日期、班次和单位")
        yield from self._placed(session)

    def _placed(self, session: Session) -> Iterator[FieldError]:
        if self.revision:
            return
        centre = session.get(Centre, self.centre_id) if self.centre_id else None
        if centre is None or centre.tier not in LOG_TIERS:
            yield self.wrong("centre_id", "工作日志记在省、市、县中心或乡镇")
        cause = out_of_time(self.day) if self.day else ""
        if cause:
            yield self.wrong("day", cause)


def out_of_time(day: date) -> str:
    """Why no sheet of this day is begun now, "" while one may be."""
    if day > today():
        return "还没有到这一天"
    return TOO_OLD if day < today() - OLDEST else ""


def overdue(sheet: LogDay, now: datetime) -> str:
    """Why this sheet should be signed by now, "" while it need not be."""
    if sheet.state != "submitted" or sheet.submitted_at is None:
        return ""
    waited = now - sheet.submitted_at
    return f"已提交 {waited.days} 天，还没有审阅" if waited > REVIEW_WITHIN else ""


_TOLD = "log_day: signed, or no such step"
_MOVES = " OR ".join(
    f"(OLD.state = '{was}' AND NEW.state IN ({', '.join(repr(w) for w in (was, *to))}))"
    for was, to in FLOW.items()
    if to
)


def _refuse(event: str, wrong: str) -> None:
    trigger(
        f"log_day_{event.lower()}", "log_day", event=event,
        sqlite=f"SELECT RAISE(ABORT, '{_TOLD}') WHERE {wrong};",
        postgresql=f"IF {wrong} THEN RAISE EXCEPTION '{_TOLD}' USING ERRCODE = '23000'; END IF;",
    )  # fmt: skip


_refuse("UPDATE", f"NOT ({_MOVES}) OR NEW.id <> OLD.id")
_refuse("INSERT", "NEW.state <> 'open'")
_refuse("DELETE", "1 = 1")
