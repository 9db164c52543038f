"""Repairs: what was broken, who mended it where, what it cost, and whose fault it was (Articles 24,
125 and 138; duties A4 and A5)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import Index, inspect, select, text
from sqlalchemy.orm import Mapped, Session

from inventory.drafted import Drafted
from inventory.equipment import Equipment
from inventory.lifecycle import BEGINS
from inventory.lifecycle import STATES as THING
from inventory.paper import Paper, changed, elsewhere
from inventory.register import FieldError, entry
from inventory.sanitisation import AHEAD, cleared, needs_clearing
from inventory.triggers import trigger

STATES: Mapping[str, str] = {
    "open": "待处理", "inhouse": "自修中", "out": "送修中", "blame": "待定责",
    "refused": "定责退回", "closed": "已办结", "cancelled": "已撤销", "lost": "送修遗失",
}  # fmt: skip
HELD = ("open", "inhouse", "out")  # while it is so, the thing is in repair
OPEN = (*HELD, "blame", "refused")
RESULTS: Mapping[str, str] = {"fixed": "修复", "beyond": "无法修复"}
CAUSES: Mapping[str, str] = {
    "wear": "自然损耗", "human": "人为损坏", "lost": "丢失", "other": "其他",
}  # fmt: skip
BLAMED = ("human", "lost")  # somebody is to answer for it (Article 138)
BACK: Mapping[str, str] = {
    "was": "恢复原状态", "in_use": "在用", "idle": "闲置", "stock": "备用", "scrap": "申请报废",
}  # fmt: skip
LATE = timedelta(days=30)
_COLOURS = {
    "open": "warning", "inhouse": "info", "out": "info", "blame": "warning", "refused": "warning",
    "closed": "ok", "cancelled": "unknown", "lost": "critical",
}  # fmt: skip
_BEGUN = ("equipment_id", "named", "holds_data", "reported_at")


class Repair(Paper):
    """One repair. To write it down takes the thing into repair (`inventory.repairing.begin`);
    the steps there do the rest."""

    __tablename__ = "repair"
    slug: ClassVar[str] = "repairs"
    title: ClassVar[str] = "维修单"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    paper: ClassVar[str] = "维修单"
    topic: ClassVar[str] = "设备"
    articles: ClassVar[tuple[int, ...]] = (24, 125, 138)
    prefix: ClassVar[str] = "WX"
    template: ClassVar[str] = "repair.html"
    on_paper: ClassVar[str] = "repairs.month"
    meanings: ClassVar[tuple[str, ...]] = ()
    loose: ClassVar[tuple[str, ...]] = ("cancelled",)
    over: ClassVar[tuple[str, ...]] = ("closed", "cancelled", "lost")
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "未办结": {"state": ",".join(OPEN)}, "送修中": {"state": "out"},
        "待定责": {"state": "blame,refused"},
    }  # fmt: skip
    flow: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "open": ("inhouse", "out", "blame", "closed", "cancelled", "lost"),
        "inhouse": ("out", "blame", "closed", "cancelled", "lost"),
        "out": ("blame", "closed", "lost"),
        "blame": ("closed", "refused"),
        "refused": ("blame", "closed"),
    }
    below: ClassVar[tuple[tuple[str, str], ...]] = (("Sanitisation", "repair_id"),)
    sealed: ClassVar[tuple[str, ...]] = (
        "number", "equipment_id", "named", "fault", "reported_at", "vendor", "sent_at", "result",
        "done", "cost", "cause", "responsible_id", "decision", "compensation", "returned_at",
    )  # fmt: skip
    afresh: ClassVar[tuple[str, ...]] = ("number", "reported_at")

    equipment_id: Mapped[str | None] = entry("设备", "ref", refers="Equipment", listed=True)
    fault: Mapped[str] = entry("故障现象", required=True, listed=True, searched=True, longest=300)
    reporter_id: Mapped[str | None] = entry("报修人", "ref", refers="Staff", listed=True)
    reported_at: Mapped[datetime] = entry("报修时间", "time", required=True, listed=True)
    state: Mapped[str] = entry(
        "状态", "choice", choices=STATES, default="open", listed=True, settled=True
    )
    named: Mapped[str | None] = entry(
        "设备名称", listed=True, searched=True, longest=120, group="台账以外的设备",
        help="村级电脑等没有登记的设备；登记过的在上面选",
    )  # fmt: skip
    reporter: Mapped[str | None] = entry(
        "报修人姓名", searched=True, longest=60, group="台账以外的设备",
        help="不在工作人员名册的人",
    )  # fmt: skip
    holds_data: Mapped[bool] = entry(
        "存有数据", "yes", default=False, group="台账以外的设备", help="送修前须处理数据"
    )
    repairer_id: Mapped[str | None] = entry(
        "维修人", "ref", refers="Staff", group="处理", settled=True
    )
    vendor: Mapped[str | None] = entry(
        "送修单位", searched=True, longest=120, group="处理", settled=True
    )
    sent_at: Mapped[datetime | None] = entry("送修时间", "time", group="处理", settled=True)
    carrier_id: Mapped[str | None] = entry(
        "送修人", "ref", refers="Staff", group="处理", settled=True
    )
    result: Mapped[str | None] = entry(
        "结果", "choice", choices=RESULTS, listed=True, group="结果", settled=True
    )
    cause: Mapped[str | None] = entry(
        "损坏原因", "choice", choices=CAUSES, listed=True, group="结果", settled=True
    )
    done: Mapped[str | None] = entry("维修内容", searched=True, longest=500, group="结果",
                                     settled=True)  # fmt: skip
    returned_at: Mapped[datetime | None] = entry(
        "修好或返回时间", "time", group="结果", settled=True, help="空着为现在"
    )
    cost: Mapped[float | None] = entry(
        "维修费用", "number", unit="元", low=0, high=1e8, group="结果", settled=True
    )
    budget_id: Mapped[str | None] = entry(
        "经费项目", "ref", refers="BudgetItem", group="结果", settled=True
    )
    back_to: Mapped[str | None] = entry(
        "修后去向", "choice", choices=BACK, group="结果", settled=True, help="空着恢复原状态"
    )
    closed_at: Mapped[datetime | None] = entry("办结时间", "time", group="结果", settled=True)
    responsible_id: Mapped[str | None] = entry(
        "责任人", "ref", refers="Staff", group="责任", settled=True,
        help="人为损坏或丢失时必填（第一百三十八条）",
    )  # fmt: skip
    decision: Mapped[str | None] = entry(
        "处理意见", "note", group="责任", settled=True, help="人为损坏或丢失时必填，由领导批准"
    )
    compensation: Mapped[float | None] = entry(
        "赔偿金额", "number", unit="元", low=0, high=1e8, group="责任", settled=True
    )
    came_from: Mapped[str | None] = entry(
        "报修前状态", "choice", choices={word: THING[word] for word in BEGINS}, group="处理",
        settled=True,
    )  # fmt: skip
    device_id: Mapped[str | None] = entry(
        "报修前监测对象", "ref", refers="Device", group="处理", settled=True
    )
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (
        Index("uq_repair_number", "number", unique=True),
        Index("ix_repair_state", "centre_id", "state"),
        Index(
            "uq_repair_open", "equipment_id", unique=True,
            sqlite_where=text("state IN ('open', 'inhouse', 'out') AND retired_at IS NULL"),
            postgresql_where=text("state IN ('open', 'inhouse', 'out') AND retired_at IS NULL"),
        ),
    )  # fmt: skip

    @property
    def headline(self) -> str:
        return f"{self.number} {self.fault}：{self.decision or ''}"

    @property
    def late(self) -> str:
        return overdue(self, datetime.now(UTC))

    def drafts(self) -> Iterator[Drafted]:
        if self.state == "cancelled":
            return
        about = f"{self.named or ''}{self.fault}（维修单 {self.number}）"
        thing = self.equipment_id
        yield Drafted("open", "problem", f"报修：{about}", self.reported_at, thing)
        if self.sent_at:
            yield Drafted("sent", "solved", f"送修：{about}，{self.vendor}", self.sent_at, thing)
        if self.state == "closed" and self.result:
            at = self.returned_at or self.closed_at or self.reported_at
            text = f"{RESULTS[self.result]}：{about}，{self.done or ''}".rstrip("，")
            yield Drafted("done", "solved", text, at, thing)

    @classmethod
    def begin(cls) -> Mapping[str, Any]:
        return {"reported_at": datetime.now(UTC).replace(second=0, microsecond=0)}

    def prepare(self, session: Session) -> None:
        """A new repair takes its thing into repair when the act that wrote it ends."""
        fresh = not inspect(self).persistent
        super().prepare(session)
        if fresh:
            session.info.setdefault("begun", []).append(self)

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.kept(session)
        if self.reported_at and self.reported_at > datetime.now(UTC) + AHEAD:
            yield self.wrong("reported_at", "还没有到这个时间")
        if not inspect(self).persistent:
            yield from self._beginning(session)
            return
        for name in (one for one in _BEGUN if changed(self, one)):
            yield self.wrong(name, "已经报修，不能更改；报错的请撤销后另开一张")
        if self.state == "out" and changed(self, "state"):
            yield from self._gated(session)

    def _beginning(self, session: Session) -> Iterator[FieldError]:
        if bool(self.equipment_id) == bool((self.named or "").strip()):
            yield self.wrong("equipment_id", "请选一台设备；没有登记的设备写名称")
        if not self.reporter_id and not (self.reporter or "").strip():
            yield self.wrong("reporter_id", "必须填写：谁报修的")
        if not self.equipment_id:
            return
        thing, other = session.get(Equipment, self.equipment_id), in_repair(session, self)
        cause = elsewhere(session, self, thing)
        if thing is None or cause:
            yield self.wrong("equipment_id", cause)
        elif other is not None:
            yield self.wrong("equipment_id", f"已经在修：{other.number}")
        elif thing.state not in BEGINS:
            yield self.wrong("equipment_id", f"现在是“{THING[thing.state]}”，不能报修")

    def _gated(self, session: Session) -> Iterator[FieldError]:
        """Article 125: nothing goes out with its data."""
        thing = session.get(Equipment, self.equipment_id) if self.equipment_id else None
        if needs_clearing(thing) if thing is not None else self.holds_data:
            cause = cleared(session, self, thing)
            if cause:
                yield self.wrong("vendor", f"不能送修：{cause}，请先登记数据清除")


def overdue(repair: Repair, now: datetime) -> str:
    """Why it should be done with by now, "" while it need not be."""
    if repair.state not in OPEN or now - repair.reported_at <= LATE:
        return ""
    return f"报修 {(now - repair.reported_at).days} 天，还没有办结"


def in_repair(session: Session, repair: Repair) -> Repair | None:
    """Another repair that has the same thing."""
    query = select(Repair).where(
        Repair.equipment_id == repair.equipment_id, Repair.state.in_(HELD), Repair.id != repair.id,
        Repair.retired_at.is_(None),
    )  # fmt: skip
    return session.scalars(query).first()


_TOLD = "repair: data not cleared (Article 125)"
_OUT = (
    "NEW.state = 'out' AND EXISTS (SELECT 1 FROM equipment WHERE id = NEW.equipment_id"
    " AND (has_storage OR secret)) AND NOT EXISTS (SELECT 1 FROM sanitisation WHERE"
    " repair_id = NEW.id AND equipment_id = NEW.equipment_id AND retired_at IS NULL)"
)
for _event in ("INSERT", "UPDATE"):
    _wrong = f"({_OUT})" if _event == "INSERT" else f"(OLD.state <> 'out' AND {_OUT})"
    trigger(
        f"repair_cleared_{_event.lower()}", "repair", event=_event,
        sqlite=f"SELECT RAISE(ABORT, '{_TOLD}') WHERE {_wrong};",
        postgresql=f"IF {_wrong} THEN RAISE EXCEPTION '{_TOLD}' USING ERRCODE = '23000'; END IF;",
    )  # fmt: skip
