"""Equipment: every thing the centre owns, from purchase to scrap (Articles 24, 27, 37, 132–139).

A thing is no device: it serves as one for a time (`inventory.deployment`), so that swapping the
box keeps the device's history, and the box keeps its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import Index, String, Text, inspect
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.category import categories, labels, nicknames
from inventory.centre import Centre
from inventory.columns import UtcDateTime
from inventory.db import Base, Recorded, Scoped, points_to
from inventory.entry import supply
from inventory.keys import made_at
from inventory.lifecycle import BEGINS, STATES
from inventory.numbering import next_number
from inventory.register import CentreRegister, FieldError, Onward, entry
from inventory.shanghai import today
from inventory.stepping import is_moving
from inventory.triggers import trigger
from inventory.twins import same_serial, same_tag

_COLOURS = {
    "stock": "info", "in_use": "ok", "idle": "unknown", "repair": "warning", "scrapping": "warning",
    "approved": "warning", "scrapped": "unknown", "lost": "critical",
}  # fmt: skip
SLIP = timedelta(days=7)  # how long a wrong entry may simply be taken back
_GOING = ("repair", "scrapping", "approved")  # on a paper that asks for its data
_BY_PAPER = ("centre_id", "keeper_id")  # whose it is changes by a handover only, once there was one


class Equipment(CentreRegister):
    """One thing. Its state moves only through `inventory.moving.move`, which writes an event
    beside it: nothing here changes without a paper."""

    __tablename__ = "equipment"
    slug: ClassVar[str] = "equipment"
    title: ClassVar[str] = "设备台账"
    topic: ClassVar[str] = "设备"
    articles: ClassVar[tuple[int, ...]] = (24, 27, 132, 133)
    names: ClassVar[tuple[str, ...]] = ("tag",)
    order: ClassVar[str] = "tag"
    edit_act: ClassVar[str] = "record"
    living: ClassVar[str] = "全部"
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        label: {"state": word} for word, label in STATES.items()
    }
    template: ClassVar[str] = "equipment.html"
    also: ClassVar[tuple[tuple[str, str], ...]] = (
        ("differences.index", "与发现的差异"), ("equipment_month.show", "设备月报"),
    )  # fmt: skip
    onward: ClassVar[tuple[Onward, ...]] = (
        Onward("handovers", "交接"), Onward("repairs", "送修", many=False),
        Onward("scrappings", "报废"), Onward("losses", "遗失", many=False),
    )  # fmt: skip
    afresh: ClassVar[tuple[str, ...]] = (
        "serial", "finance_no", "hostname", "rack", "started_on", "no_serial",
    )  # fmt: skip

    tag: Mapped[str] = entry(
        "编号", default="", listed=True, searched=True, longest=40,
        help="贴在设备上的号码；空着由系统编号",
    )  # fmt: skip
    name: Mapped[str] = entry("品名", required=True, listed=True, searched=True, longest=80)
    category: Mapped[str] = entry("类别", required=True, listed=True, longest=40)
    state: Mapped[str] = entry(
        "状态", "choice", choices=STATES, default="stock", listed=True, settled=True
    )
    lent: Mapped[bool] = entry("借出", "yes", default=False, listed=True, settled=True)
    opening: Mapped[str] = entry(
        "登记时状态", "choice", choices={word: STATES[word] for word in BEGINS}, default="stock",
        help="建账时的状态；以后凭交接单、维修单、报废单变动",
    )  # fmt: skip
    vendor: Mapped[str | None] = entry("厂商", searched=True, longest=60)
    model: Mapped[str | None] = entry("型号", listed=True, searched=True, longest=80)
    serial: Mapped[str | None] = entry(
        "序列号", listed=True, searched=True, longest=80, blanks=True
    )
    no_serial: Mapped[str | None] = entry("无序列号原因", longest=80)
    keeper_id: Mapped[str | None] = entry(
        "保管人", "ref", refers="Staff", listed=True, help="谁使用谁负责（第一百三十二条）"
    )
    room_id: Mapped[str | None] = entry("房间", "ref", refers="Room", listed=True)
    rack: Mapped[str | None] = entry("机柜位置", searched=True, longest=60)
    hostname: Mapped[str | None] = entry("主机名", searched=True, longest=80, group="网络")
    ip: Mapped[str | None] = entry("IP 地址", "ip", searched=True, group="网络")
    mac: Mapped[str | None] = entry("MAC 地址", "mac", searched=True, group="网络")
    fixed_asset: Mapped[bool] = entry("固定资产", "yes", default=False, group="购置")
    finance_no: Mapped[str | None] = entry("财务资产编号", searched=True, longest=60, group="购置")
    cost: Mapped[float | None] = entry("价格", "number", unit="元", low=0, high=1e9, group="购置")
    budget_id: Mapped[str | None] = entry("经费项目", "ref", refers="BudgetItem", group="购置")
    supplier: Mapped[str | None] = entry("供货单位", searched=True, longest=120, group="购置")
    bought_on: Mapped[date | None] = entry("购置日期", "day", group="购置")
    warranty_to: Mapped[date | None] = entry("保修到期", "day", group="购置")
    started_on: Mapped[date | None] = entry("启用日期", "day", group="购置")
    battery_on: Mapped[date | None] = entry(
        "电池装入日期", "day", group="购置", help="UPS 等内含电池的设备填写"
    )
    has_storage: Mapped[bool] = entry(
        "有存储介质", "yes", default=False, group="保密", help="送修、报废前要清除数据或留下硬盘"
    )
    secret: Mapped[bool] = entry(
        "处理涉密信息",
        "yes",
        default=False,
        group="保密",
        help="送修前须经保密处理（第一百二十五条）",
    )
    powered: Mapped[bool] = entry(
        "用电设备", "yes", default=True, group="保密", help="闲置时每月通电运行（第一百三十七条）"
    )
    note: Mapped[str | None] = entry("备注", "note")
    steps: Mapped[int] = mapped_column(default=1)  # how many events it has

    __table_args__ = (
        Index("uq_equipment_tag", "tag", unique=True),
        Index("ix_equipment_serial", "serial"),
        Index("ix_equipment_state", "centre_id", "state"),
    )

    @property
    def label(self) -> str:
        return f"{self.tag} {self.name}"

    @property
    def stage(self) -> tuple[str, str]:
        """How its page shows the state: a key of the signal colours, and the word."""
        return _COLOURS[self.state], STATES[self.state]

    def prepare(self, session: Session) -> None:
        """A new thing gets its number, what its category says of it, and its first event."""
        fresh = not inspect(self).persistent
        if fresh and not self.tag:
            self.tag = self._next_tag(session)
        if fresh:
            self.state = self.opening
        super().prepare(session)
        if fresh:
            session.add(_opened(self))

    def check(self, session: Session) -> Iterator[FieldError]:
        if self.category not in categories():
            yield self.wrong("category", "没有这个类别")
        if self.tag and _changed(self, "tag") and (other := same_tag(session, self)):
            yield self.wrong("tag", f"台账里有“{other}”，只差大小写或全半角，扫码分不清")
        yield from self._dated()
        if inspect(self).persistent and not is_moving(session, self):
            yield from self._kept()
        if self.retired_at is not None and _changed(self, "retired_at"):
            yield from self._stays()

    @classmethod
    def doubts(cls, session: Session, rows: Sequence[Any]) -> Iterator[tuple[Any, FieldError]]:
        for one, others in same_serial(session, rows):
            yield one, one.wrong("serial", f"{one.serial} 与 {others} 相同，请核对是不是同一台")

    def _dated(self) -> Iterator[FieldError]:
        """A year wrongly typed would be counted on: age, warranty, end of life."""
        for name in ("bought_on", "started_on"):
            day = getattr(self, name)
            if day and day > today() and _changed(self, name):
                yield self.wrong(name, f"{day} 还没有到")
        early = self.bought_on and self.warranty_to and self.warranty_to < self.bought_on
        if early and (_changed(self, "warranty_to") or _changed(self, "bought_on")):
            yield self.wrong("warranty_to", f"早于购置日期 {self.bought_on}")

    def _stays(self) -> Iterator[FieldError]:
        """Only a slip of the last days is taken off the book; whatever else goes on a paper."""
        if self.steps > 1:
            yield self.wrong("state", "已经有交接或维修记录，不能停用；不再使用的请办理报废")
        elif datetime.now(UTC) - made_at(self.id) > SLIP:
            yield self.wrong("state", f"登记已超过 {SLIP.days} 天，不能停用；请办理报废或遗失")

    def _kept(self) -> Iterator[FieldError]:
        for name in ("state", "opening", "steps", "lent"):
            if _changed(self, name):
                named = "state" if name == "steps" else name
                yield self.wrong(named, "只凭交接单、维修单、报废单变动，不能直接填写")
        for name in ("has_storage", "secret"):
            if self.state in _GOING and _changed(self, name) and not getattr(self, name):
                yield self.wrong(name, "正在维修或报废，不能取消（第一百二十五条）")
        for name in _BY_PAPER:
            if self.steps > 1 and _changed(self, name):
                yield self.wrong(name, "已经办过手续，只能凭交接单变更")

    def _next_tag(self, session: Session) -> str:
        centre = session.get(Centre, self.centre_id)
        code = categories()[self.category].code if self.category in categories() else "QT"
        prefix = f"{centre.code if centre else ''}-{code}-"
        return next_number(session, Equipment, "tag", prefix, 4)


class EquipmentEvent(Scoped, Recorded, Base):
    """One step in the life of a thing: written down with it, on the paper that allows it, and
    never changed. `number` counts from 1; `at` is when it happened, `noted_at` when it was told.
    `centre_id` is whose it is afterwards, `from_centre_id` whose it was."""

    __tablename__ = "equipment_event"
    append_only: ClassVar[bool] = True

    equipment_id: Mapped[str] = mapped_column(points_to("equipment.id"))
    number: Mapped[int] = mapped_column()
    from_state: Mapped[str] = mapped_column(String(20))
    to_state: Mapped[str] = mapped_column(String(20))
    from_centre_id: Mapped[str | None] = mapped_column(points_to("centre.id"))
    keeper_id: Mapped[str | None] = mapped_column(points_to("staff.id"))
    room_id: Mapped[str | None] = mapped_column(points_to("room.id"))
    paper: Mapped[str] = mapped_column(String(40))  # class name; "" for the first entry in the book
    paper_id: Mapped[str] = mapped_column(String(26), default="", index=True)
    paper_no: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_equipment_event", "equipment_id", "number", unique=True),
        Index("ix_equipment_event_at", "centre_id", "at"),
    )


def _opened(one: Equipment) -> EquipmentEvent:
    now = datetime.now(UTC)
    return EquipmentEvent(
        centre_id=one.centre_id, equipment_id=one.id, number=1, from_state="",
        to_state=one.opening, keeper_id=one.keeper_id, room_id=one.room_id, paper="",
        reason="建账", at=now, noted_at=now,
    )  # fmt: skip


def _changed(row: Any, name: str) -> bool:
    return bool(inspect(row).attrs[name].history.has_changes())


supply("Equipment", "category", labels, nicknames)

_TOLD = "equipment: no such step"
_STEP = (
    "EXISTS (SELECT 1 FROM equipment_event WHERE equipment_id = OLD.id AND number = NEW.steps"
    " AND NEW.steps = OLD.steps + 1 AND from_state = OLD.state AND to_state = NEW.state)"
)
_BEGUN = f"NEW.steps = 1 AND NEW.state IN ({', '.join(repr(word) for word in BEGINS)})"


def _watch(event: str, wrong: str, name: str) -> None:
    """No state but by an event that tells it, whoever writes."""
    trigger(
        f"equipment_{name}", "equipment", event=event,
        sqlite=f"SELECT RAISE(ABORT, '{_TOLD}') WHERE {wrong.replace('DISTINCT FROM', 'NOT')};",
        postgresql=f"IF {wrong} THEN RAISE EXCEPTION '{_TOLD}' USING ERRCODE = '23000'; END IF;",
    )  # fmt: skip


_MOVED = "(NEW.state IS DISTINCT FROM OLD.state OR NEW.steps IS DISTINCT FROM OLD.steps)"
_watch("UPDATE", f"(NEW.id <> OLD.id) OR ({_MOVED} AND NOT {_STEP})", "moves")
_watch("INSERT", f"NOT ({_BEGUN})", "begins")
_watch("DELETE", "1 = 1", "stays")
