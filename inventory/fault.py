"""Faults: what was seen, why it was so, who did what about it, who was told, and how it ended
(Articles 30 and 105; township duty 9; duty A7)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, Session

from inventory.drafted import Drafted
from inventory.fault_limit import deadlines, upper
from inventory.paper import Paper, before, changed
from inventory.register import FieldError, entry
from inventory.shanghai import ahead
from inventory.stepping import is_moving
from inventory.triggers import trigger

STATES: Mapping[str, str] = {
    "new": "新建", "handling": "处理中", "escalated": "已上报", "confirm": "待确认",
    "closed": "已关闭", "cancelled": "已撤销",
}  # fmt: skip
WORKED = ("new", "handling", "escalated")  # while it is so, its steps are written
OPEN = (*WORKED, "confirm")
SEVERITIES: Mapping[str, str] = {"minor": "一般", "major": "重大", "puzzling": "疑难"}
GRAVE = ("major", "puzzling")  # recorded in full and closed by a leader (Article 105)
FOUND: Mapping[str, str] = {
    "monitor": "监测告警", "user": "使用人报告", "patrol": "巡检", "duty": "值班发现",
    "other_tier": "上级或下级通报", "other": "其他",
}  # fmt: skip
CAUSES: Mapping[str, str] = {
    "hardware": "设备硬件", "software": "软件或系统", "configuration": "配置", "line": "线路",
    "power": "供电", "environment": "机房环境", "security": "病毒或攻击", "human": "人为",
    "unknown": "没有查明", "other": "其他",
}  # fmt: skip
WAYS: Mapping[str, str] = {
    "phone": "电话", "document": "公文", "message": "短信或即时消息", "visit": "当面",
}  # fmt: skip
_COLOURS = {
    "new": "warning", "handling": "info", "escalated": "info", "confirm": "warning",
    "closed": "ok", "cancelled": "unknown",
}  # fmt: skip
_DERIVED = ("minutes", "report_by", "close_by", "escalated_to")


class Fault(Paper):
    """One fault. `process` and `participants` are copied from its steps when it is signed; the
    deadlines are those that held when it was found (UTC)."""

    __tablename__ = "fault"
    slug: ClassVar[str] = "faults"
    title: ClassVar[str] = "故障记录"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    paper: ClassVar[str] = "故障处理记录"
    topic: ClassVar[str] = "值班日志"
    articles: ClassVar[tuple[int, ...]] = (30, 105)
    prefix: ClassVar[str] = "GZ"
    template: ClassVar[str] = "fault.html"
    on_paper: ClassVar[str] = "faults.month"
    also: ClassVar[tuple[tuple[str, str], ...]] = (("faults.lacking", "记录不全和逾期"),)
    meanings: ClassVar[tuple[str, ...]] = ("fill",)
    apart: ClassVar[frozenset[str]] = frozenset()
    anew: ClassVar[tuple[str, ...]] = ("confirm", "closed")
    falls: ClassVar[str] = "handling"
    loose: ClassVar[tuple[str, ...]] = ("cancelled",)
    over: ClassVar[tuple[str, ...]] = ("closed", "cancelled")
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "未关闭": {"state": ",".join(OPEN)}, "重大和疑难": {"severity": ",".join(GRAVE)},
        "待领导确认": {"state": "confirm"},
    }  # fmt: skip
    flow: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "new": ("handling", "escalated", "closed", "cancelled"),
        "handling": ("escalated", "confirm", "closed", "cancelled"),
        "escalated": ("handling", "confirm", "closed"),
        "confirm": ("closed", "handling"),
        "closed": ("handling",),
    }
    sealed: ClassVar[tuple[str, ...]] = (
        "number", "phenomenon", "severity", "began_at", "found_at", "found_how", "finder_id",
        "device_id", "equipment_id", "room_id", "impact", "cause_kind", "cause", "process",
        "participants", "result", "restored_at", "diagnosis", "upper_person", "upper_way",
        "escalated_at", "asked", "answer", "answered_by", "answered_at",
    )  # fmt: skip
    afresh: ClassVar[tuple[str, ...]] = (
        "number", "began_at", "found_at", "restored_at", "cause", "result",
    )  # fmt: skip

    phenomenon: Mapped[str] = entry(
        "故障现象", required=True, listed=True, searched=True, longest=300
    )
    severity: Mapped[str] = entry(
        "级别", "choice", choices=SEVERITIES, default="minor", listed=True,
        help="重大和疑难的要写全，由领导确认后关闭；重大的要按期上报",
    )  # fmt: skip
    began_at: Mapped[datetime] = entry("发生时间", "time", required=True, listed=True)
    found_at: Mapped[datetime] = entry("发现时间", "time", required=True)
    found_how: Mapped[str] = entry("发现方式", "choice", choices=FOUND, default="user")
    finder_id: Mapped[str | None] = entry("发现人", "ref", refers="Staff")
    state: Mapped[str] = entry(
        "状态", "choice", choices=STATES, default="new", listed=True, settled=True
    )
    device_id: Mapped[str | None] = entry("监测对象", "ref", refers="Device", listed=True)
    equipment_id: Mapped[str | None] = entry("设备", "ref", refers="Equipment")
    room_id: Mapped[str | None] = entry("房间", "ref", refers="Room")
    impact: Mapped[str | None] = entry("影响范围", "note", searched=True)
    cause_kind: Mapped[str | None] = entry(
        "原因类别", "choice", choices=CAUSES, listed=True, group="处理"
    )
    cause: Mapped[str | None] = entry("发生原因", "note", searched=True, group="处理")
    process: Mapped[str | None] = entry(
        "处理过程", "note", searched=True, group="处理", settled=True
    )
    participants: Mapped[str | None] = entry(
        "参加人员", "note", searched=True, group="处理", settled=True
    )
    result: Mapped[str | None] = entry("处理结果", "note", searched=True, group="处理")
    restored_at: Mapped[datetime | None] = entry("恢复时间", "time", listed=True, group="处理")
    minutes: Mapped[int | None] = entry(
        "中断时长", "whole", unit="分钟", listed=True, group="处理", settled=True
    )
    diagnosis: Mapped[str | None] = entry("诊断信息", "note", group="处理", settled=True)
    repair_id: Mapped[str | None] = entry(
        "维修单", "ref", refers="Repair", group="处理", settled=True
    )
    closed_at: Mapped[datetime | None] = entry("关闭时间", "time", group="处理", settled=True)
    cancel_reason: Mapped[str | None] = entry("撤销原因", longest=200, group="处理", settled=True)
    escalated_to: Mapped[str | None] = entry(
        "上报单位", longest=80, group="上报", settled=True, help="上一级中心"
    )
    upper_person: Mapped[str | None] = entry(
        "对方接报人", searched=True, longest=60, group="上报", settled=True
    )
    upper_way: Mapped[str | None] = entry(
        "上报方式", "choice", choices=WAYS, group="上报", settled=True
    )
    escalated_at: Mapped[datetime | None] = entry(
        "上报时间", "time", group="上报", settled=True, help="空着为现在；再次上报仍记首次"
    )
    asked: Mapped[str | None] = entry("请示内容", "note", group="上报", settled=True)
    answer: Mapped[str | None] = entry("上级答复", "note", group="上报", settled=True)
    answered_by: Mapped[str | None] = entry("答复人", longest=60, group="上报", settled=True)
    answered_at: Mapped[datetime | None] = entry(
        "答复时间", "time", group="上报", settled=True, help="空着为现在"
    )
    report_by: Mapped[datetime | None] = entry("上报期限", "time", group="上报", settled=True)
    close_by: Mapped[datetime | None] = entry("关闭期限", "time", group="上报", settled=True)
    log_entry_id: Mapped[str | None] = entry(
        "值班日志", "ref", refers="LogEntry", among={"section": "problem"}, group="备注"
    )
    note: Mapped[str | None] = entry("备注", "note", group="备注")

    __table_args__ = (
        Index("uq_fault_number", "number", unique=True),
        Index("ix_fault_state", "centre_id", "state"),
    )

    @property
    def label(self) -> str:
        return f"{self.number} {self.phenomenon}"

    @property
    def grave(self) -> bool:
        return self.severity in GRAVE

    @property
    def headline(self) -> str:
        return f"{self.number} {SEVERITIES[self.severity]}：{self.phenomenon}"

    @property
    def late(self) -> str:
        now = datetime.now(UTC)
        return unreported(self, now) or overdue(self, now)

    @classmethod
    def begin(cls) -> Mapping[str, Any]:
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        return {"began_at": now, "found_at": now}

    def unfit(self, session: Session, meaning: str, who: Any) -> str:
        return "" if is_moving(session, self) else "在“下一步”里办理，同时签字"

    def prepare(self, session: Session) -> None:
        """Deadlines stay as they were when the fault was found: a limit changed later judges no
        earlier fault."""
        super().prepare(session)
        self.minutes = _minutes(self.began_at, self.restored_at)
        if any(changed(self, name) for name in ("found_at", "severity", "centre_id")):
            report_by, self.close_by = deadlines(session, self.centre_id, self.found_at)
            above = upper(session, self.centre_id)[1]
            self.report_by = report_by if self.severity == "major" and above else None
            self.escalated_to = self.escalated_to or above or None

    def drafts(self) -> Iterator[Drafted]:
        """The log is told that it began, unless it comes from there, and that it is over."""
        about = {"equipment_id": self.equipment_id, "device_id": self.device_id}
        if self.log_entry_id is None:
            text = f"{self.number} {self.phenomenon}"
            if self.state == "cancelled":
                text = f"{text}（误报，已撤销：{self.cancel_reason}）"
            yield Drafted("opened", "problem", text, self.found_at, **about)
        if self.restored_at is not None:
            text = f"{self.number} {self.phenomenon}，已恢复：{self.result or ''}"
            yield Drafted("solved", "solved", text.rstrip("："), self.restored_at, **about)

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.kept(session)
        yield from self._timed()
        told = self.revised or self.escalated_at
        if self.severity == "minor" and before(self, "severity") in GRAVE and told:
            yield self.wrong("severity", "已经上报或报请确认，不能改为“一般”")

    def stood(self, session: Session) -> Iterator[FieldError]:
        """Handling begins with the first step written; what is worked out follows its fields."""
        begun = (before(self, "state"), self.state) == ("new", "handling")
        for wrong in super().stood(session):
            if wrong.field not in _DERIVED and not (begun and wrong.field == "state"):
                yield wrong

    def _timed(self) -> Iterator[FieldError]:
        for name in ("began_at", "found_at", "restored_at"):
            if getattr(self, name) and ahead(getattr(self, name)):
                yield self.wrong(name, "还没有到这个时间")
        if self.began_at and self.found_at and self.found_at < self.began_at:
            yield self.wrong("found_at", "应在发生时间之后")
        if self.began_at and self.restored_at and self.restored_at < self.began_at:
            yield self.wrong("restored_at", "应在发生时间之后")


def unreported(fault: Fault, now: datetime) -> str:
    """Why a major fault should have been told above by now, "" while it need not be."""
    waiting = fault.state in OPEN and fault.report_by is not None and fault.escalated_at is None
    if not waiting or fault.report_by is None or now <= fault.report_by:
        return ""
    hours = (fault.report_by - fault.found_at) // timedelta(hours=1)
    return f"重大故障，发现后 {hours} 小时内应上报{fault.escalated_to}，还没有上报"


def overdue(fault: Fault, now: datetime) -> str:
    """Why it should be closed by now, "" while it need not be."""
    if fault.state not in OPEN or fault.close_by is None or now <= fault.close_by:
        return ""
    return f"发现 {(now - fault.found_at).days} 天，还没有关闭"


def _minutes(began: datetime, restored: datetime | None) -> int | None:
    return (restored - began) // timedelta(minutes=1) if restored else None


_TOLD = "fault: closed by a signature only (Article 105)"
_SIGNED = (
    "EXISTS (SELECT 1 FROM signature WHERE thing = 'Fault' AND thing_id = NEW.id"
    " AND number = NEW.revised AND meaning ="
    " CASE WHEN NEW.severity = 'minor' THEN 'fill' ELSE 'approve' END)"
)
_CLOSES = f"(NEW.state = 'closed' AND OLD.state <> 'closed' AND NOT {_SIGNED})"
_REOPENS = "(OLD.state = 'closed' AND NEW.state <> 'closed' AND NEW.revised = OLD.revised)"
for _event, _wrong in (
    ("INSERT", "NEW.state <> 'new'"), ("UPDATE", f"({_CLOSES} OR {_REOPENS})"),
):  # fmt: skip
    trigger(
        f"fault_signed_{_event.lower()}", "fault", event=_event,
        sqlite=f"SELECT RAISE(ABORT, '{_TOLD}') WHERE {_wrong};",
        postgresql=f"IF {_wrong} THEN RAISE EXCEPTION '{_TOLD}' USING ERRCODE = '23000'; END IF;",
    )  # fmt: skip
