"""The visitors' book of the machine room (Articles 101 and 102; duty A20).

A visitor who looks round needs the letter of a higher authority and a leader beside him; one who
works needs the leader's consent; one who touches a device needs a network administrator beside him.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import Index, inspect
from sqlalchemy.orm import Mapped, Session

from inventory.citizen import holds_citizen_number
from inventory.drafted import Drafted
from inventory.register import CentreRegister, FieldError, entry
from inventory.revision import Signable
from inventory.shanghai import SHANGHAI

EVENING = 20  # o'clock: who is inside then is told of, and nobody stays inside overnight
KINDS: Mapping[str, str] = {"visit": "参观", "work": "工作", "operate": "操作设备"}
STATES: Mapping[str, str] = {
    "inside": "在场", "approved": "已批准", "asked": "已申请", "draft": "草拟", "left": "已离开",
    "refused": "被拒绝", "cancelled": "已取消",
}  # fmt: skip
STEPS: Mapping[str, tuple[str, ...]] = {
    "draft": ("asked", "approved", "cancelled"),  # approved at once: an emergency
    "asked": ("approved", "refused", "cancelled", "asked", "draft"),  # draft: taken back
    "refused": ("asked", "cancelled"),
    "approved": ("inside", "cancelled", "asked"),
    "inside": ("left",),
}  # fmt: skip
KEPT = ("state", "entered_at", "entry_noted_at", "left_at", "exit_noted_at")
LATE_NOTE = timedelta(minutes=15)
_WAITING = ("asked", "approved", "refused")
_WORDS = ("visitor", "employer", "phone", "purpose", "carried_in", "carried_out", "note", "done")


class Visit(Signable, CentreRegister):
    """One visit: asked, approved, entered, left. Only the steps of `inventory.visiting` move
    `state` and the times."""

    __tablename__ = "visit"
    slug: ClassVar[str] = "visits"
    title: ClassVar[str] = "机房来访"
    topic: ClassVar[str] = "机房与线路"
    articles: ClassVar[tuple[int, ...]] = (101, 102)
    names: ClassVar[tuple[str, ...]] = ("visitor", "planned_from", "centre_id")
    order: ClassVar[str] = "planned_from"
    falling: ClassVar[bool] = True
    living: ClassVar[str] = "全部"
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "现在在场": {"state": "inside"}, "待批准": {"state": "asked"},
        "待进入": {"state": "approved"},
    }  # fmt: skip
    page: ClassVar[str] = "visits.show"
    edit_act: ClassVar[str] = "record"
    on_paper: ClassVar[str] = "visits.month"
    recalls: ClassVar[str] = "visitor"
    afresh: ClassVar[tuple[str, ...]] = ("planned_from", "planned_to", "letter_no")
    parts: ClassVar[Mapping[str, str]] = {"letter": "公函扫描件"}
    sealed: ClassVar[tuple[str, ...]] = (
        "visitor", "planned_from", "kind", "employer", "people", "purpose", "planned_to", "place",
        "carried_in", "equipment", "letter_no", "letter_files",
    )  # fmt: skip

    visitor: Mapped[str] = entry(
        "来访人", required=True, listed=True, searched=True, longest=80,
        help="多人时写带队人；不登记身份证号",
    )  # fmt: skip
    planned_from: Mapped[datetime] = entry("计划进入", "time", required=True, listed=True)
    planned_to: Mapped[datetime] = entry("计划离开", "time", required=True)
    employer: Mapped[str] = entry(
        "来访单位", required=True, listed=True, searched=True, longest=120
    )
    kind: Mapped[str] = entry(
        "来访类别", "choice", choices=KINDS, required=True, listed=True,
        help="参观须公函和领导陪同；工作须领导批准；操作设备须网络管理员在旁",
    )  # fmt: skip
    state: Mapped[str] = entry("状态", "choice", choices=STATES, default="draft", settled=True)
    people: Mapped[int] = entry("人数", "whole", default=1, low=1, high=200, unit="人")
    phone: Mapped[str | None] = entry("联系电话", longest=40)
    purpose: Mapped[str] = entry("来访事由", required=True, listed=True, searched=True)
    place: Mapped[str] = entry("进入场所", default="机房", longest=80)
    escort_id: Mapped[str | None] = entry(
        "陪同人", "ref", refers="Person", listed=True, help="进入时确认；到时换人可在进入时改"
    )
    carried_in: Mapped[str | None] = entry("带入物品", "note")
    equipment: Mapped[str | None] = entry("涉及设备", "note", searched=True, help="操作设备时必填")
    letter_no: Mapped[str | None] = entry(
        "公函文号", searched=True, longest=80, group="公函",
        help="参观时必填；扫描件保存后在来访页面上传",
    )  # fmt: skip
    letter_files: Mapped[str | None] = entry("公函扫描件校验值", "note", group="公函", settled=True)
    entered_at: Mapped[datetime | None] = entry(
        "进入时间", "time", listed=True, group="出入", settled=True
    )
    entry_noted_at: Mapped[datetime | None] = entry(
        "进入登记于", "time", group="出入", settled=True
    )
    left_at: Mapped[datetime | None] = entry(
        "离开时间", "time", listed=True, group="出入", settled=True
    )
    exit_noted_at: Mapped[datetime | None] = entry("离开登记于", "time", group="出入", settled=True)
    done: Mapped[str | None] = entry("所做工作", "note", group="出入", searched=True, settled=True)
    carried_out: Mapped[str | None] = entry("带出物品", "note", group="出入", settled=True)
    note: Mapped[str | None] = entry("备注", "note", group="出入")

    __table_args__ = (Index("ix_visit_state", "state"),)

    @property
    def label(self) -> str:
        return f"{self.visitor}（{self.employer}）"

    @property
    def stage(self) -> tuple[str, str]:
        """How its page shows the state: a key of the signal colours, and the word."""
        colours = {"asked": "warning", "approved": "info", "refused": "warning", "inside": "ok"}
        key = "critical" if self.late else colours.get(self.state, "unknown")
        return key, STATES[self.state]

    @property
    def wants(self) -> str:
        return "letter" if self.kind == "visit" and not self.letter_files else ""

    @property
    def late(self) -> str:
        return overnight(self, datetime.now(UTC))

    @property
    def late_notes(self) -> tuple[str, ...]:
        """Which of the two times was written down well after it happened: "进入", "离开"."""
        pairs = (
            ("进入", self.entered_at, self.entry_noted_at),
            ("离开", self.left_at, self.exit_noted_at),
        )
        return tuple(word for word, at, noted in pairs if at and noted and noted - at > LATE_NOTE)

    def drafts(self) -> Iterator[Drafted]:
        who = f"{self.employer} {self.visitor}" + (
            f"等 {self.people} 人" if self.people > 1 else ""
        )
        if self.entered_at:
            text = f"{who}进入{self.place}：{KINDS[self.kind]}，{self.purpose}"
            if self.left_at:
                out = f"{self.left_at.astimezone(SHANGHAI):%H:%M} 离开"
                text += f"；{out}" + (f"，{self.done}" if self.done else "")
            yield Drafted("visit", "visit", text, self.entered_at)

    @classmethod
    def begin(cls) -> Mapping[str, Any]:
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        return {"planned_from": now, "planned_to": now + timedelta(hours=2)}

    def hung(self, part: str, digests: tuple[str, ...]) -> None:
        if part == "letter":
            self.letter_files = "\n".join(digests) or None

    def prepare(self, session: Session) -> None:
        """A correction asks anew: what was approved was the content before."""
        corrected = inspect(self).persistent and _changed(self, "revised")
        if corrected and self.state in _WAITING and not _moving(session, self):
            self.state = "draft"
        super().prepare(session)

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.planned_from and self.planned_to and self.planned_to <= self.planned_from:
            yield self.wrong("planned_to", "应在计划进入之后")
        for name in _WORDS:
            if holds_citizen_number(getattr(self, name) or ""):
                yield self.wrong(name, "像是身份证号码；来访登记不收集身份证号，请删去")
        if self.retired_at and self.state not in ("draft", "refused", "cancelled"):
            yield self.wrong("state", f"{STATES[self.state]}的来访要留在登记簿上，不能停用")
        yield from self._stepped() if _moving(session, self) else self._kept()

    def _stepped(self) -> Iterator[FieldError]:
        """Along the listed steps only."""
        was = _before(self, "state")
        if self.state not in (was, *STEPS.get(was, ())):
            yield self.wrong("state", f"{STATES[was]}的来访不能变为{STATES[self.state]}")

    def _kept(self) -> Iterator[FieldError]:
        """Without a step nothing moves: a new row is a draft, a corrected one is a draft again."""
        if inspect(self).persistent:
            moved = [name for name in KEPT if _changed(self, name)]
            allowed = {"state"} if self.state == "draft" and _changed(self, "revised") else set()
        else:
            moved = [name for name in KEPT if getattr(self, name) is not None]
            allowed = {"state"} if self.state == "draft" else set()
        for name in (one for one in moved if one not in allowed):
            yield self.wrong(name, "只随办理步骤改变，不能直接填写")
        if self.state in ("inside", "left") and _changed(self, "escort_id"):
            yield self.wrong("escort_id", "已经进入，陪同人不能再改")


def overnight(visit: Visit, now: datetime) -> str:
    """Why this visit should be over by now, "" while it need not be."""
    if visit.state != "inside" or visit.entered_at is None:
        return ""
    here, since = now.astimezone(SHANGHAI), visit.entered_at.astimezone(SHANGHAI)
    if now - visit.entered_at >= timedelta(hours=24):
        return "进入已超过 24 小时，没有离开登记"
    if here.date() > since.date():
        return "昨天进入，过夜没有离开登记"
    return "已过 20:00，仍在场" if here.hour >= EVENING else ""


def _moving(session: Session, visit: Visit) -> bool:
    return visit.id in session.info.get("moving", ())


def _changed(row: Any, name: str) -> bool:
    return bool(inspect(row).attrs[name].history.has_changes())


def _before(row: Any, name: str) -> Any:
    was = inspect(row).attrs[name].history.deleted
    return was[0] if was else getattr(row, name)
