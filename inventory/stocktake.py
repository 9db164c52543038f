"""Stock-takes: what should be there, what was seen, what is missing (Article 132)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.centre import Centre
from inventory.columns import UtcDateTime
from inventory.db import Base, Recorded, Scoped, points_to
from inventory.kept import kept
from inventory.numbering import Yearly
from inventory.register import CentreRegister, FieldError, entry
from inventory.revision import Reopened
from inventory.room import Room
from inventory.stepping import Stepped, is_moving

STATES: Mapping[str, str] = {
    "open": "盘点中", "paused": "暂停", "sorting": "核对差异", "closed": "待签字",
    "filled": "待审核", "draft": "草拟", "done": "已完成", "cancelled": "已取消",
}  # fmt: skip
DECISIONS: Mapping[str, str] = {"found": "找到", "lost": "遗失", "elsewhere": "在别处"}
OUTCOMES: Mapping[str, str] = {
    "seen": "已盘到", "extra": "不在清单内", "again": "重复扫描", "foreign": "登记在别的单位",
    "unknown": "没有登记",
}  # fmt: skip
_COLOURS = {
    "open": "info", "paused": "warning", "sorting": "warning", "closed": "warning",
    "filled": "warning", "done": "ok",
}  # fmt: skip


class StockTake(Stepped, Reopened, Yearly, CentreRegister):
    """One count of a centre's things, or of some of its rooms. What is expected is settled when it
    begins; the steps stand in `inventory.stocktaking`."""

    __tablename__ = "stock_take"
    slug: ClassVar[str] = "stocktakes"
    title: ClassVar[str] = "盘点"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    prefix: ClassVar[str] = "PD"
    topic: ClassVar[str] = "设备"
    articles: ClassVar[tuple[int, ...]] = (132,)
    names: ClassVar[tuple[str, ...]] = ("number",)
    order: ClassVar[str] = "number"
    falling: ClassVar[bool] = True
    edit_act: ClassVar[str] = "record"
    living: ClassVar[str] = "全部"
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "进行中": {"state": "open,paused,sorting"}, "待签字审核": {"state": "closed,filled"},
    }  # fmt: skip
    over: ClassVar[tuple[str, ...]] = ("done", "cancelled")
    paper: ClassVar[str] = "盘点表"
    template: ClassVar[str] = "stocktake.html"
    afresh: ClassVar[tuple[str, ...]] = ("number",)
    meanings: ClassVar[tuple[str, ...]] = ("fill", "review")
    sealed: ClassVar[tuple[str, ...]] = (
        "number",
        "name",
        "with_units",
        "rooms",
        "begun_at",
        "result",
    )

    number: Mapped[str] = entry(
        "编号", default="", listed=True, searched=True, longest=40, help="空着由系统编号"
    )
    name: Mapped[str] = entry("名称", required=True, listed=True, searched=True, longest=80)
    state: Mapped[str] = entry("状态", "choice", choices=STATES, default="draft", settled=True)
    with_units: Mapped[bool] = entry("含下属单位", "yes", default=True)
    rooms: Mapped[str | None] = entry(
        "只盘这些房间", longest=400, help="房间名称，用顿号分开；空着盘全部"
    )
    begun_at: Mapped[datetime | None] = entry("开始时间", "time", listed=True, settled=True)
    ended_at: Mapped[datetime | None] = entry("结束时间", "time", listed=True, settled=True)
    result: Mapped[str | None] = entry("盘点结果", "note", group="结果", settled=True)
    remark: Mapped[str | None] = entry("办理意见", "note", group="结果", settled=True)
    note: Mapped[str | None] = entry("备注", "note", group="结果")

    __table_args__ = (
        Index("uq_stock_take_number", "number", unique=True),
        Index("ix_stock_take_state", "state"),
    )

    @property
    def label(self) -> str:
        return f"{self.number} {self.name}"

    def covers(self, session: Session, centre_id: str) -> bool:
        """Does it count what belongs to this unit?"""
        if centre_id == self.centre_id:
            return True
        ours, theirs = session.get(Centre, self.centre_id), session.get(Centre, centre_id)
        return bool(self.with_units and ours and theirs and theirs.path.startswith(ours.path))

    def chosen_rooms(self, session: Session) -> Sequence[Room]:
        """The rooms it is confined to; none: every room."""
        words = [word.strip() for word in (self.rooms or "").replace("，", "、").split("、")]
        named = select(Room).where(Room.name.in_([word for word in words if word]))
        found = session.scalars(named.where(Room.retired_at.is_(None)).order_by(Room.name)).all()
        return [room for room in found if self.covers(session, room.centre_id)]

    def unfit(self, session: Session, meaning: str, who: Any) -> str:
        if not is_moving(session, self):
            return "请在盘点页面的“下一步”里签字"
        mine = select(StockScan.id).where(StockScan.take_id == self.id, StockScan.by_id == who.id)
        took_part = session.scalar(mine.limit(1)) is not None
        if meaning == "review" and took_part:
            return "参加盘点的人不能自己审核"
        return "" if meaning == "review" or took_part else "须由参加盘点的人签字"

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.stood(session)
        if is_moving(session, self):
            return
        if self.state != "draft":
            yield from kept(self, STATES[self.state])
        elif self.rooms:
            yield from self._unknown_rooms(session)

    def _unknown_rooms(self, session: Session) -> Iterator[FieldError]:
        known = {room.name for room in self.chosen_rooms(session)}
        words = {word.strip() for word in (self.rooms or "").replace("，", "、").split("、")}
        if missing := sorted(words - known - {""}):
            yield self.wrong("rooms", f"没有这样的房间：{'、'.join(missing)}")


class StockItem(Scoped, Recorded, Base):
    """One thing that should be there: settled at the beginning, with the room it was in by the
    book. Not seen in the end, somebody decides what became of it (a key of DECISIONS)."""

    __tablename__ = "stock_item"

    take_id: Mapped[str] = mapped_column(points_to("stock_take.id"))
    equipment_id: Mapped[str] = mapped_column(points_to("equipment.id"), index=True)
    room_id: Mapped[str | None] = mapped_column(points_to("room.id"))
    decision: Mapped[str] = mapped_column(String(20), default="")
    remark: Mapped[str] = mapped_column(String(200), default="")
    decided_by: Mapped[str] = mapped_column(String(80), default="")

    __table_args__ = (Index("uq_stock_item", "take_id", "equipment_id", unique=True),)


class StockScan(Scoped, Recorded, Base):
    """One scan: what was read, what it meant (a key of OUTCOMES), where, by whom. Never changed."""

    __tablename__ = "stock_scan"
    append_only: ClassVar[bool] = True

    take_id: Mapped[str] = mapped_column(points_to("stock_take.id"))
    number: Mapped[int] = mapped_column()
    typed: Mapped[str] = mapped_column(String(200))
    outcome: Mapped[str] = mapped_column(String(20))
    told: Mapped[str] = mapped_column(String(300), default="")
    equipment_id: Mapped[str | None] = mapped_column(points_to("equipment.id"))
    room_id: Mapped[str | None] = mapped_column(points_to("room.id"))
    by_id: Mapped[str] = mapped_column(String(26))
    by_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("uq_stock_scan", "take_id", "number", unique=True),
        Index("ix_stock_scan_thing", "take_id", "equipment_id"),
    )

    @property
    def outcome_label(self) -> str:
        return OUTCOMES[self.outcome]
