"""Meetings of the leading group, half-yearly assessments and bulletins (management Articles 27–29;
duty B10): what was said, what was decided, and whether it was done."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, Session

from inventory.register import CentreRegister, FieldError, entry
from inventory.revision import Signable
from inventory.shanghai import today

KINDS = {"meeting": "领导小组例会", "assessment": "半年评估", "bulletin": "通报"}
WAYS = {
    "document": "文件", "telegram": "明传", "meeting": "会议", "minutes": "纪要", "net": "网络",
}  # fmt: skip


class Meeting(Signable, CentreRegister):
    """One meeting, assessment or bulletin. The minutes are signed; what became of the decisions is
    noted later, beside the signature."""

    __tablename__ = "meeting"
    slug: ClassVar[str] = "meetings"
    title: ClassVar[str] = "会议与评估"
    topic: ClassVar[str] = "制度与经费"
    names: ClassVar[tuple[str, ...]] = ("subject", "held_on", "centre_id")
    order: ClassVar[str] = "held_on"
    falling: ClassVar[bool] = True
    living: ClassVar[str] = "全部"
    edit_act: ClassVar[str] = "record"
    also: ClassVar[tuple[tuple[str, str], ...]] = (("meetings.index", "会议达标"),)
    paper: ClassVar[str] = "会议纪要"
    meanings: ClassVar[tuple[str, ...]] = ("fill", "review")
    apart: ClassVar[frozenset[str]] = frozenset({"review"})
    sealed: ClassVar[tuple[str, ...]] = (
        "subject", "held_on", "kind", "chair", "attendees", "way", "document_no", "minutes",
        "decisions", "due_on",
    )  # fmt: skip
    afresh: ClassVar[tuple[str, ...]] = (
        "held_on", "document_no", "minutes", "decisions", "due_on", "done_on", "outcome",
    )  # fmt: skip
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        label: {"kind": kind} for kind, label in KINDS.items()
    }

    subject: Mapped[str] = entry("主题", required=True, listed=True, searched=True, longest=120)
    kind: Mapped[str] = entry("类别", "choice", choices=KINDS, default="meeting", listed=True)
    held_on: Mapped[date] = entry(
        "日期", "day", required=True, listed=True, help="还没有召开的可以先登记，到日子才计数"
    )
    chair: Mapped[str] = entry(
        "主持人或签发人", required=True, listed=True, searched=True, longest=80
    )
    attendees: Mapped[str | None] = entry("参加人员或发送范围", "note", searched=True)
    way: Mapped[str | None] = entry(
        "通报方式", "choice", choices=WAYS, help="只有通报填写（第二十九条）"
    )
    document_no: Mapped[str | None] = entry("文号", searched=True, longest=80)
    minutes: Mapped[str | None] = entry(
        "内容", "note", searched=True, help="会议纪要、评估结果或通报内容；原件作为附件上传"
    )
    decisions: Mapped[str | None] = entry("议定事项", "note", searched=True)
    due_on: Mapped[date | None] = entry("落实期限", "day", listed=True, group="落实")
    done_on: Mapped[date | None] = entry("落实日期", "day", listed=True, group="落实")
    outcome: Mapped[str | None] = entry("落实情况", "note", group="落实", searched=True)

    __table_args__ = (Index("ix_meeting_year", "centre_id", "held_on"),)

    @property
    def label(self) -> str:
        return f"{self.held_on} {self.subject}"

    @property
    def stage(self) -> tuple[str, str]:
        """How far it is, as a state's colour and its word."""
        if self.held_on > today():
            return "info", "计划中"
        if self.late:
            return "critical", "逾期未落实"
        if self.due_on is not None and self.done_on is None:
            return "warning", "落实中"
        return "ok", "已落实" if self.done_on else "已办"

    @property
    def late(self) -> str:
        return overdue(self, today())

    @classmethod
    def begin(cls) -> Mapping[str, Any]:
        return {"held_on": today()}

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.way and self.kind != "bulletin":
            yield self.wrong("way", "只有通报填写通报方式")
        if self.due_on is not None and self.due_on < self.held_on:
            yield self.wrong("due_on", f"早于{KINDS[self.kind]}的日期")
        if self.done_on is not None and not self.held_on <= self.done_on <= today():
            yield self.wrong("done_on", f"应在{KINDS[self.kind]}的日期和今天之间")
        if self.retired_at is not None and self.revised:
            yield FieldError("retired_at", self.label, "已经签字的记录要留在台账上，不能停用")


def overdue(one: Meeting, day: date) -> str:
    """What should have been done by now about the decisions, "" while nothing is late."""
    if one.due_on is None or one.done_on is not None or one.due_on >= day:
        return ""
    return f"议定事项应于 {one.due_on} 落实，已过 {(day - one.due_on).days} 天"
