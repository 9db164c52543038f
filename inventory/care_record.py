"""What was done about a thing or a room, when, with which result: evidence for the duties on
things (Articles 24, 96, 101, 134–137). Written by `inventory.caring.record_care`."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import Index, inspect
from sqlalchemy.orm import Mapped, Session

from inventory.care import DECISIONS, DONE, KINDS, RESULTS, end_of
from inventory.care_rule import rules
from inventory.register import CentreRegister, FieldError, entry
from inventory.shanghai import today

_LONGEST = timedelta(days=366 * 3)
_TOLD = ("kind", "result", "done_on", "due_on", "value", "until", "equipment_id", "room_id")


class CareRecord(CentreRegister):
    """One piece of care. `due_on` is the day by which it was due: it tells which month a power-on
    belongs to; `until` is what a reason or a decision puts the matter off to."""

    __tablename__ = "care_record"
    slug: ClassVar[str] = "care-records"
    title: ClassVar[str] = "养护记录"
    topic: ClassVar[str] = "设备"
    articles: ClassVar[tuple[int, ...]] = (24, 96, 101, 134, 136, 137)
    names: ClassVar[tuple[str, ...]] = ("kind", "equipment_id", "room_id", "done_on", "due_on")
    order: ClassVar[str] = "done_on"
    falling: ClassVar[bool] = True
    living: ClassVar[str] = "全部"
    by_hand: ClassVar[bool] = False
    edit_act: ClassVar[str] = "record"
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "异常": {"result": "abnormal"}, "未做": {"result": "not_done"},
    }  # fmt: skip

    equipment_id: Mapped[str | None] = entry("设备", "ref", refers="Equipment", listed=True)
    room_id: Mapped[str | None] = entry("房间", "ref", refers="Room", listed=True)
    kind: Mapped[str] = entry("事项", "choice", choices=KINDS, required=True, listed=True)
    done_on: Mapped[date] = entry("完成日期", "day", required=True, listed=True)
    result: Mapped[str] = entry("结果", "choice", choices=RESULTS, required=True, listed=True)
    due_on: Mapped[date | None] = entry("应做日期", "day", listed=True)
    value: Mapped[float | None] = entry(
        "测得值", "number", unit="Ω", low=0, high=100000, listed=True
    )
    until: Mapped[date | None] = entry("延至", "day", listed=True)
    note: Mapped[str] = entry("说明", "note", default="", listed=True, searched=True)
    noted_by: Mapped[str] = entry("登记人", default="", listed=True, searched=True, longest=80)
    noted_at: Mapped[datetime] = entry("登记于", "time", required=True)

    __table_args__ = (Index("ix_care_record_kind", "centre_id", "kind", "done_on"),)

    @property
    def label(self) -> str:
        return f"{KINDS[self.kind]} {self.done_on}"

    def prepare(self, session: Session) -> None:
        if not inspect(self).persistent:
            self.noted_at = datetime.now(UTC)
            self.noted_by = session.info["act"].actor_name
        super().prepare(session)

    def check(self, session: Session) -> Iterator[FieldError]:
        """What was noted stays as it was noted; a mistaken line is retired and written anew."""
        if inspect(self).persistent:
            for name in (one for one in _TOLD if _changed(self, one)):
                yield self.wrong(name, "已登记的不能改，请停用这一条，再登记一次")
            return
        if (self.equipment_id is None) == (self.room_id is None):
            yield self.wrong("equipment_id", "请指明是哪台设备，或哪个房间")
        yield from self._result()
        yield from self._when(session)
        yield from self._measured(session)

    def _result(self) -> Iterator[FieldError]:
        if self.result not in RESULTS:
            yield self.wrong("result", f"请选{'、'.join(RESULTS.values())}")
            return
        of_life, decides = self.kind == "life", self.result in DECISIONS
        if of_life != decides and not (of_life and self.result == "not_done"):
            cause = "请选继续使用、更换或报废" if of_life else "这个事项请选正常、异常或未做"
            yield self.wrong("result", cause)
        if self.result in ("abnormal", "not_done") and not self.note.strip():
            yield self.wrong("note", "异常或未做，请写明情况和原因")

    def _when(self, session: Session) -> Iterator[FieldError]:
        day = today()
        if self.done_on > day:
            yield self.wrong("done_on", "还没有到这一天")
        if self.kind == "power_on":
            yield from self._in_month(day)
            return
        if self.result not in DONE and self.until is None and self.kind != "warranty":
            yield self.wrong("until", "请写明延至哪一天，到时再提醒")
        if self.until is not None and not day < self.until <= day + _LONGEST:
            yield self.wrong("until", "应在今天之后、三年之内")

    def _in_month(self, day: date) -> Iterator[FieldError]:
        """No month is run before it begins, and what is noted after it has ended says why then."""
        if self.due_on is None or self.result not in DONE:
            return
        if self.done_on < self.due_on.replace(day=1):
            yield self.wrong("done_on", f"不在应通电的月份（{self.due_on:%Y-%m}）")
        if day > end_of(self.due_on) and not self.note.strip():
            yield self.wrong("note", "这是补做或补记：请写明当月为什么没有做，或没有登记")

    def _measured(self, session: Session) -> Iterator[FieldError]:
        if self.kind != "earth" or self.result not in DONE:
            return
        limit = rules(session).of(self.centre_id).earth_limit
        if self.value is None:
            yield self.wrong("value", "请填测得的接地电阻")
        elif self.value > limit and self.result == "normal":
            yield self.wrong(
                "result", f"{self.value:g} Ω 超过上限 {limit:g} Ω，应记为异常并写明处理"
            )


def _changed(row: Any, name: str) -> bool:
    return bool(inspect(row).attrs[name].history.has_changes())
