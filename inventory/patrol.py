"""Patrols of the machine rooms: every line of the checklist answered, signed, and what was found
followed up (Articles 96–104, 108, 110 and 134; duties A10, A24)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import Index, inspect, select, text
from sqlalchemy.orm import Mapped, Session, object_session

from inventory.drafted import Drafted
from inventory.paper import Paper, changed
from inventory.patrol_item import CADENCES
from inventory.register import FieldError, entry
from inventory.room import Room
from inventory.shanghai import SHANGHAI, ahead
from inventory.signed_state import signed_state
from inventory.stepping import is_moving

STATES: Mapping[str, str] = {
    "open": "巡检中", "found": "有异常待处理", "closed": "已完成", "cancelled": "已作废",
}  # fmt: skip
DONE = ("found", "closed")  # signed
NOTED_WITHIN = timedelta(days=3)  # later nobody remembers what the lights were like (o)
_COLOURS = {"open": "info", "found": "warning", "closed": "ok"}
_BEGUN = ("room_id", "kind", "at")


class Patrol(Paper):
    """One walk through one room. `told` is every line with its answer, as it was signed; the
    answers stand in `inventory.patrol_result`, the steps in `inventory.patrolling`."""

    __tablename__ = "patrol"
    slug: ClassVar[str] = "patrols"
    title: ClassVar[str] = "巡检记录"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    alarm: ClassVar[str] = ""  # its delay is told beside the state
    topic: ClassVar[str] = "值班日志"
    articles: ClassVar[tuple[int, ...]] = (96, 97, 99, 100, 103, 104, 108, 110, 134)
    prefix: ClassVar[str] = "XJ"
    paper: ClassVar[str] = "机房巡检表"
    template: ClassVar[str] = "patrol.html"
    meanings: ClassVar[tuple[str, ...]] = ("fill",)
    loose: ClassVar[tuple[str, ...]] = ("cancelled",)
    over: ClassVar[tuple[str, ...]] = ("closed", "cancelled")
    also: ClassVar[tuple[tuple[str, str], ...]] = (("patrols.due", "巡检安排"),)
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "巡检中": {"state": "open"}, "有异常待处理": {"state": "found"},
    }  # fmt: skip
    flow: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "open": ("found", "closed", "cancelled"), "found": ("closed",),
    }  # fmt: skip
    below: ClassVar[tuple[tuple[str, str], ...]] = ()
    sealed: ClassVar[tuple[str, ...]] = ("number", "room_id", "kind", "at", "summary", "told")
    afresh: ClassVar[tuple[str, ...]] = ("number", "at")

    room_id: Mapped[str] = entry("房间", "ref", refers="Room", required=True, listed=True)
    kind: Mapped[str] = entry("巡检类别", "choice", choices=CADENCES, default="weekly", listed=True)
    at: Mapped[datetime] = entry("巡检时间", "time", required=True, listed=True)
    state: Mapped[str] = entry(
        "状态", "choice", choices=STATES, default="open", listed=True, settled=True
    )
    by: Mapped[str | None] = entry("巡检人", listed=True, searched=True, longest=80, settled=True)
    signed_at: Mapped[datetime | None] = entry("签字时间", "time", settled=True)
    summary: Mapped[str | None] = entry(
        "结果", listed=True, searched=True, longest=300, settled=True
    )
    told: Mapped[str | None] = entry(
        "逐项结果", "note", searched=True, settled=True, group="签字内容"
    )
    closed_at: Mapped[datetime | None] = entry("办结时间", "time", settled=True)
    note: Mapped[str | None] = entry("备注", "note")

    __table_args__ = (
        Index("uq_patrol_number", "number", unique=True),
        Index("ix_patrol_room", "room_id", "kind", "at"),
        Index(
            "uq_patrol_open", "room_id", "kind", unique=True,
            sqlite_where=text("state = 'open' AND retired_at IS NULL"),
            postgresql_where=text("state = 'open' AND retired_at IS NULL"),
        ),
    )  # fmt: skip

    @property
    def late(self) -> str:
        """A walk that was begun and never signed."""
        begun = self.at.astimezone(SHANGHAI).date()
        lies = self.state == "open" and datetime.now(SHANGHAI).date() > begun
        return f"{begun} 开始，还没有完成签字" if lies else ""

    @classmethod
    def begin(cls) -> Mapping[str, Any]:
        return {"at": datetime.now(UTC).replace(second=0, microsecond=0)}

    def drafts(self) -> Iterator[Drafted]:
        session = object_session(self)
        room = session.get(Room, self.room_id) if session is not None else None
        if self.state in DONE and room is not None and self.signed_at is not None:
            words = f"{room.name}{CADENCES[self.kind]}巡检：{self.summary}"
            yield Drafted("done", "patrol", words, self.at)

    def unfit(self, session: Session, meaning: str, who: Any) -> str:
        return "" if is_moving(session, self) else "请在巡检页面逐项填写后签字"

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.kept(session)
        if inspect(self).persistent:
            for name in (one for one in _BEGUN if changed(self, one)):
                yield self.wrong(name, "巡检已经开始，不能更改；开错的请作废后另开一张")
            return
        now = datetime.now(UTC)
        if self.at and (self.at < now - NOTED_WITHIN or ahead(self.at, now)):
            yield self.wrong("at", "应在最近三天之内，不能是将来")
        room = session.get(Room, self.room_id) if self.room_id else None
        if room is None or room.retired_at is not None:
            yield self.wrong("room_id", "请选一个在用的房间")
        elif room.centre_id != self.centre_id:
            yield self.wrong("centre_id", "应与房间属于同一单位")
        if other := open_patrol(session, self.room_id, self.kind, self.id):
            yield self.wrong("room_id", f"这个房间正在巡检：{other.number}，请接着填写")


def open_patrol(session: Session, room_id: str, kind: str, but: str = "") -> Patrol | None:
    """The walk of this kind that goes on in a room."""
    query = select(Patrol).where(
        Patrol.room_id == room_id, Patrol.kind == kind, Patrol.state == "open",
        Patrol.retired_at.is_(None), Patrol.id != but,
    )  # fmt: skip
    return session.scalars(query).first()


signed_state("patrol", "open", *DONE)
