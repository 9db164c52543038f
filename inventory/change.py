"""Changes of device configurations: planned, approved, pushed, confirmed or undone (Articles 98,
140; duties A11, A14, E4). What is run is what was approved, word for word, or nothing at all.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, String, inspect
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.columns import Secret
from inventory.device import Device
from inventory.drafted import Drafted
from inventory.register import CentreRegister, FieldError, entry
from inventory.revision import Signable
from inventory.secret import Sealed
from inventory.stepping import Stepped, is_moving
from inventory.triggers import trigger

STATES: Mapping[str, str] = {
    "draft": "草拟", "asked": "待审批", "approved": "已批准", "refused": "未批准",
    "running": "执行中", "waiting": "待确认", "done": "完成", "undone": "已撤销",
    "failed": "失败", "cancelled": "已取消",
}  # fmt: skip
IN_FLIGHT = ("running", "waiting")
OPEN = ("draft", "asked", "approved", "refused", *IN_FLIGHT)
PLAN = ("plan", "undo_plan", "diff", "remarks", "base")
_COLOURS = {
    "asked": "warning", "approved": "info", "running": "warning", "waiting": "warning",
    "done": "ok", "failed": "critical",
}  # fmt: skip
_LONGEST = 120  # minutes: later than that nobody remembers what is to be confirmed
_CONTENT = ("centre_id", "device_id", "procedure", "what", "params", "secret", "reason", "minutes")


class Change(Stepped, Signable, CentreRegister):
    """One procedure on one device. `params` is JSON without secrets, `plan` the commands with
    their secrets blanked, `base` the form of the configuration it was planned against: a device
    that is another by now is planned for anew."""

    __tablename__ = "change"
    slug: ClassVar[str] = "changes"
    title: ClassVar[str] = "配置操作"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    topic: ClassVar[str] = "设备"
    articles: ClassVar[tuple[int, ...]] = (25, 98, 140)
    names: ClassVar[tuple[str, ...]] = ("device_id", "what", "asked_at")
    order: ClassVar[str] = "asked_at"
    falling: ClassVar[bool] = True
    living: ClassVar[str] = "全部"
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "待确认": {"state": "waiting"}, "待审批": {"state": "asked"},
        "待执行": {"state": "approved"}, "失败": {"state": "failed"},
    }  # fmt: skip
    by_hand: ClassVar[bool] = False
    begins: ClassVar[str] = "打开一台设备，点“配置操作”：先拟定计划，批准后执行。"
    template: ClassVar[str] = "change.html"
    edit_act: ClassVar[str] = "operate"
    over: ClassVar[tuple[str, ...]] = ("done", "undone", "failed", "cancelled")
    anew: ClassVar[tuple[str, ...]] = ("asked", "approved", "refused")
    sealed: ClassVar[tuple[str, ...]] = (
        "device_id", "procedure", "what", "params", "reason", "minutes", *PLAN,
    )  # fmt: skip

    device_id: Mapped[str] = entry("设备", "ref", refers="Device", required=True, listed=True)
    what: Mapped[str] = entry("操作", required=True, listed=True, searched=True, longest=200)
    state: Mapped[str] = entry(
        "状态", "choice", choices=STATES, default="draft", listed=True, settled=True
    )
    reason: Mapped[str] = entry("理由", "note", required=True, searched=True)
    minutes: Mapped[int] = entry(
        "确认时限", "whole", default=10, low=1, high=_LONGEST, unit="分钟",
        help="执行后在这段时间内没有人确认，就自动撤销",
    )  # fmt: skip
    asked_at: Mapped[datetime] = entry("建立时间", "time", required=True, listed=True)
    procedure: Mapped[str] = mapped_column(String(40))
    params: Mapped[str] = entry("参数", "note", default="{}")
    plan: Mapped[str] = entry("要执行的命令", "note", default="", group="计划", settled=True)
    undo_plan: Mapped[str] = entry("撤销的办法", "note", default="", group="计划", settled=True)
    diff: Mapped[str] = entry("预计的配置差异", "note", default="", group="计划", settled=True)
    remarks: Mapped[str] = entry("注意事项", "note", default="", group="计划", settled=True)
    base: Mapped[str] = entry(
        "计划依据的配置", default="", longest=64, group="计划", settled=True,
        help="校验码；执行前设备配置已经不同的，须重新计划",
    )  # fmt: skip
    started_at: Mapped[datetime | None] = entry("开始时间", "time", group="执行", settled=True)
    pushed_at: Mapped[datetime | None] = entry("下发时间", "time", group="执行", settled=True)
    deadline_at: Mapped[datetime | None] = entry("最迟确认", "time", group="执行", settled=True)
    ended_at: Mapped[datetime | None] = entry(
        "结束时间", "time", listed=True, group="执行", settled=True
    )
    runner_id: Mapped[str | None] = entry(
        "执行人", "ref", refers="Person", group="执行", settled=True
    )
    approver: Mapped[str] = entry("批准人", default="", longest=80, group="执行", settled=True)
    before_id: Mapped[str | None] = entry(
        "操作前备份", "ref", refers="ConfigSnapshot", group="执行", settled=True
    )
    after_id: Mapped[str | None] = entry(
        "操作后备份", "ref", refers="ConfigSnapshot", group="执行", settled=True
    )
    trouble: Mapped[str] = entry("没有通过的检查", "note", default="", group="执行", settled=True)
    log: Mapped[str] = entry("过程", "note", default="", group="执行", settled=True)
    secret: Mapped[Sealed | None] = mapped_column(Secret)
    timer: Mapped[str] = mapped_column(String(20), default="")  # armed on the device itself

    __table_args__ = (Index("ix_change_device", "device_id", "state"),)

    @property
    def label(self) -> str:
        return self.what

    @property
    def planned(self) -> bool:
        return bool(self.base)

    def drafts(self) -> Iterator[Drafted]:
        """What was done to the device, by whose leave, and how it ended."""
        if self.state not in ("done", "undone", "failed") or self.started_at is None:
            return
        result = STATES[self.state] + (f"：{self.trouble}" if self.trouble else "")
        agreed = f"，{self.approver} 批准" if self.approver else ""
        text = f"{self.what}{agreed}，理由：{self.reason}；结果：{result}"
        yield Drafted(
            "change", "other", text, self.ended_at or self.started_at, device_id=self.device_id
        )

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.stood(session)
        if self.retired_at is not None and self.state in IN_FLIGHT:
            yield self.wrong("state", "正在执行，不能停用")
        if not inspect(self).persistent:
            device = session.get(Device, self.device_id) if self.device_id else None
            if device is not None and device.centre_id != self.centre_id:
                yield self.wrong("device_id", "这台设备属于另一个单位")
            return
        for name in _CONTENT:
            if inspect(self).attrs[name].history.has_changes():
                shown = name if name not in ("procedure", "secret") else "what"
                yield self.wrong(shown, "已经建立，不能修改：请取消后另建一项")
        planning = any(inspect(self).attrs[name].history.has_changes() for name in PLAN)
        if planning and self.state in IN_FLIGHT and is_moving(session, self):
            yield self.wrong("plan", "正在执行，计划不能修改")


# Two at once on one device would each undo what the other did.
_TOLD = "change: another one is in flight on this device"
_FLYING = "state IN ('running', 'waiting')"
_TWO = (
    f"NEW.{_FLYING} AND EXISTS (SELECT 1 FROM change WHERE device_id = NEW.device_id"
    f" AND id <> NEW.id AND {_FLYING})"
)
for _event in ("INSERT", "UPDATE"):
    trigger(
        f"change_alone_{_event.lower()}", "change", event=_event,
        sqlite=f"SELECT RAISE(ABORT, '{_TOLD}') WHERE {_TWO};",
        postgresql=f"IF {_TWO} THEN RAISE EXCEPTION '{_TOLD}' USING ERRCODE = '23000'; END IF;",
    )  # fmt: skip
