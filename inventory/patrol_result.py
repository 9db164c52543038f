"""The answers of a patrol, line by line; what was abnormal stays on the list until it is closed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, inspect, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from inventory.db import points_to
from inventory.drafted import Drafted
from inventory.paper import changed
from inventory.patrol import Patrol
from inventory.register import CentreRegister, FieldError, entry
from inventory.stepping import Stepped
from inventory.triggers import trigger

RESULTS: Mapping[str, str] = {"ok": "正常", "abnormal": "异常", "na": "不适用"}
STATES: Mapping[str, str] = {"none": "无须处理", "open": "待处理", "closed": "已处理"}
_COLOURS = {"open": "warning", "closed": "ok"}
_ANSWER = ("name", "result", "note", "patrol_id", "item_id", "room_id")


class PatrolResult(Stepped, CentreRegister):
    """One line of one patrol: the item's words as they stood, and the answer. Once the patrol is
    signed the answer stands; how an abnormal one was dealt with is written by a step."""

    __tablename__ = "patrol_result"
    slug: ClassVar[str] = "patrol-results"
    title: ClassVar[str] = "巡检发现"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    topic: ClassVar[str] = "值班日志"
    articles: ClassVar[tuple[int, ...]] = (97, 108)
    names: ClassVar[tuple[str, ...]] = ("name", "patrol_id")
    order: ClassVar[str] = "at"
    falling: ClassVar[bool] = True
    living: ClassVar[str] = "全部"
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "待处理": {"state": "open"}, "已处理": {"state": "closed"}, "异常": {"result": "abnormal"},
    }  # fmt: skip
    by_hand: ClassVar[bool] = False
    edit_act: ClassVar[str] = "record"
    template: ClassVar[str] = "patrol_result.html"
    over: ClassVar[tuple[str, ...]] = ("none", "closed")
    parts: ClassVar[Mapping[str, str]] = {"photo": "现场照片"}

    name: Mapped[str] = entry("巡检内容", required=True, listed=True, searched=True, longest=80)
    result: Mapped[str] = entry("结果", "choice", choices=RESULTS, required=True, listed=True)
    note: Mapped[str | None] = entry("现象", listed=True, searched=True, longest=300)
    room_id: Mapped[str] = entry("房间", "ref", refers="Room", required=True, listed=True)
    patrol_id: Mapped[str] = entry("巡检", "ref", refers="Patrol", required=True, listed=True)
    at: Mapped[datetime] = entry("巡检时间", "time", required=True, listed=True)
    state: Mapped[str] = entry(
        "处理", "choice", choices=STATES, default="none", listed=True, settled=True
    )
    done: Mapped[str | None] = entry(
        "怎样处理", searched=True, longest=300, group="处理", settled=True,
        help="例如：已紧固；已报修 WX-2026-0001；已报告领导",
    )  # fmt: skip
    closed_by: Mapped[str | None] = entry("处理人", longest=80, group="处理", settled=True)
    closed_at: Mapped[datetime | None] = entry("处理时间", "time", group="处理", settled=True)
    item_id: Mapped[str | None] = mapped_column(points_to("patrol_item.id"))  # maybe a unit above's
    position: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        Index("uq_patrol_result", "patrol_id", "item_id", unique=True),
        Index("ix_patrol_result_state", "centre_id", "state"),
    )

    def drafts(self) -> Iterator[Drafted]:
        if self.state == "closed" and self.closed_at is not None:
            words = f"巡检发现“{self.name}：{self.note}”，{self.done}"
            yield Drafted("closed", "solved", words, self.closed_at)

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.stood(session)
        patrol = session.get(Patrol, self.patrol_id)
        if patrol is None or patrol.state == "open":
            return
        fresh = not inspect(self).persistent
        for name in (one for one in _ANSWER if fresh or changed(self, one)):
            yield self.wrong(name, "巡检已经签字，结果不能再改")
        if self.retired_at is not None:
            yield self.wrong("result", "巡检已经签字，结果要留在记录上")


def results(session: Session, patrol: Patrol) -> Sequence[PatrolResult]:
    """The answers of one patrol, in the order of the checklist."""
    query = select(PatrolResult).where(
        PatrolResult.patrol_id == patrol.id, PatrolResult.retired_at.is_(None)
    )
    return session.scalars(query.order_by(PatrolResult.position, PatrolResult.id)).all()


def findings(session: Session, patrol: Patrol) -> list[PatrolResult]:
    """What was abnormal and is not closed yet."""
    return [one for one in results(session, patrol) if one.state == "open"]


_TOLD = "patrol result: the patrol is signed"
_SIGNED = "EXISTS (SELECT 1 FROM patrol WHERE id = {}.patrol_id AND state <> 'open')"


def _answers(row: str) -> str:
    return _SIGNED.format(row)


for _event, _row in (
    ("INSERT", "NEW"),
    ("UPDATE OF name, result, note, patrol_id, item_id, room_id, at, retired_at", "OLD"),
    ("DELETE", "OLD"),
):
    _word = _event.split()[0].lower()
    trigger(
        f"patrol_result_{_word}", "patrol_result", event=_event,
        sqlite=f"SELECT RAISE(ABORT, '{_TOLD}') WHERE {_answers(_row)};",
        postgresql=(
            f"IF {_answers(_row)} THEN RAISE EXCEPTION '{_TOLD}' USING ERRCODE = '23000'; END IF;"
        ),
    )  # fmt: skip
