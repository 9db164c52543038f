"""Viruses: what happened on which host, and how it was cut off, treated and brought back
(Articles 119, 130; duty A14)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, Session

from inventory.drafted import Drafted
from inventory.paper import Paper
from inventory.register import FieldError, entry
from inventory.shanghai import ahead

STATES = {
    "found": "已发现，未隔离", "isolated": "已隔离", "treated": "已处理，待恢复",
    "closed": "已恢复",
}  # fmt: skip
FOUND_BY = {
    "antivirus": "防病毒软件告警", "user": "使用人报告", "patrol": "巡检", "upper": "上级通报",
    "other": "其他",
}  # fmt: skip
WAYS = {"cable": "拔网线", "port": "关交换机端口", "antivirus": "防病毒软件断网", "off": "关机"}
_COLOURS = {"found": "critical", "isolated": "warning", "treated": "info", "closed": "ok"}
LATE = timedelta(days=1)  # ours: the norm says at once


class VirusIncident(Paper):
    """One infection, from finding to bringing back. Only the steps of `inventory.virus_steps`
    move its state and times."""

    __tablename__ = "virus_incident"
    slug: ClassVar[str] = "virus-incidents"
    title: ClassVar[str] = "病毒事件"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    topic: ClassVar[str] = "软件与安全"
    articles: ClassVar[tuple[int, ...]] = (119, 130)
    prefix: ClassVar[str] = "BD"
    loose: ClassVar[tuple[str, ...]] = ("found",)
    over: ClassVar[tuple[str, ...]] = ("closed",)
    flow: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "found": ("isolated",), "isolated": ("treated",), "treated": ("closed",),
    }  # fmt: skip
    sealed: ClassVar[tuple[str, ...]] = (
        "number", "equipment_id", "host", "found_at", "found_by", "virus", "harm", "isolated_at",
        "isolated_how", "treatment", "root", "reported_at", "released_at",
    )  # fmt: skip
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "未隔离": {"state": "found"}, "已隔离": {"state": "isolated"},
        "待恢复": {"state": "treated"},
    }  # fmt: skip
    paper: ClassVar[str] = "病毒事件记录单"
    meanings: ClassVar[tuple[str, ...]] = ("fill", "review")
    apart: ClassVar[frozenset[str]] = frozenset({"review"})

    equipment_id: Mapped[str | None] = entry("染毒设备", "ref", refers="Equipment", listed=True)
    host: Mapped[str | None] = entry(
        "主机名", listed=True, searched=True, longest=80, help="不在设备台账里的写主机名"
    )
    found_at: Mapped[datetime] = entry("发现时间", "time", required=True, listed=True)
    found_by: Mapped[str] = entry(
        "发现方式", "choice", choices=FOUND_BY, default="antivirus", listed=True
    )
    finder_id: Mapped[str | None] = entry("发现人", "ref", refers="Staff")
    virus: Mapped[str] = entry("病毒名称", required=True, listed=True, searched=True, longest=120)
    harm: Mapped[str | None] = entry("现象和影响", "note", searched=True)
    state: Mapped[str] = entry(
        "状态", "choice", choices=STATES, default="found", listed=True, settled=True
    )
    isolated_at: Mapped[datetime | None] = entry(
        "隔离时间", "time", listed=True, group="处置", settled=True
    )
    isolated_how: Mapped[str | None] = entry(
        "隔离方式", "choice", choices=WAYS, group="处置", settled=True
    )
    treatment: Mapped[str | None] = entry("处理过程", "note", group="处置", settled=True)
    root: Mapped[str | None] = entry("染毒原因", "note", group="处置", settled=True)
    reported_at: Mapped[datetime | None] = entry(
        "报信息中心时间", "time", group="处置", settled=True,
        help="不能安全清除的，立即与信息中心联系（第一百三十条）",
    )  # fmt: skip
    released_at: Mapped[datetime | None] = entry(
        "解除隔离时间", "time", listed=True, group="处置", settled=True
    )

    __table_args__ = (
        Index("uq_virus_incident", "number", unique=True),
        Index("ix_virus_incident_state", "centre_id", "state"),
    )

    @property
    def label(self) -> str:
        return f"{self.number} {self.virus}"

    @property
    def late(self) -> str:
        return overdue(self, datetime.now(UTC))

    def drafts(self) -> Iterator[Drafted]:
        about = f"{self.host or ''}{self.virus}（{self.number}）"
        thing = self.equipment_id
        yield Drafted("found", "problem", f"发现病毒：{about}", self.found_at, thing)
        if self.isolated_at and self.isolated_how:
            text = f"染毒计算机已隔离（{WAYS[self.isolated_how]}）：{about}"
            yield Drafted("isolated", "solved", text, self.isolated_at, thing)
        if self.released_at:
            text = f"病毒已清除，解除隔离：{about}，{self.treatment or ''}".rstrip("，")
            yield Drafted("released", "solved", text, self.released_at, thing)

    @classmethod
    def begin(cls) -> Mapping[str, Any]:
        return {"found_at": datetime.now(UTC).replace(second=0, microsecond=0)}

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.kept(session)
        if not self.equipment_id and not (self.host or "").strip():
            yield self.wrong("equipment_id", "请选设备，或填写主机名")
        if self.found_at and ahead(self.found_at):
            yield self.wrong("found_at", "还没有到这个时间")


def overdue(one: VirusIncident, now: datetime) -> str:
    """What should be done by now, "" while nothing is late: cut off and treated within a day."""
    if one.state == "closed" or now - one.found_at <= LATE:
        return ""
    days = (now - one.found_at).days
    return f"发现 {days} 天，{STATES[one.state]}"
