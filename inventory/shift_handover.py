"""Handing over a shift: what is open, what is unsigned, what falls due, told in writing by the one
who goes and taken over by the one who comes (Articles 30 and 37; duty C1)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import Index, inspect
from sqlalchemy.orm import Mapped, Session

from inventory.kept import kept
from inventory.paper import Paper
from inventory.register import FieldError, Lines, entry
from inventory.revision import Reopened
from inventory.shanghai import today
from inventory.shifts import SHIFTS
from inventory.signed_end import signed_end
from inventory.stepping import is_moving

STATES: Mapping[str, str] = {"draft": "草拟", "handed": "待接班", "taken": "已交接"}
TOLD: Mapping[str, str] = {
    "problems": "未了问题", "unsigned": "未签日志", "due": "到期事项", "keys": "钥匙和工具",
    "remark": "其他交代",
}  # fmt: skip
LATE = timedelta(hours=2)
_COLOURS = {"draft": "info", "handed": "warning", "taken": "ok"}


class ShiftHandover(Reopened, Paper):
    """One shift handed to the next. `inventory.shift_prefill` writes what the console knows, the
    giver adds the rest; both sign (`inventory.shift_handing`)."""

    __tablename__ = "shift_handover"
    slug: ClassVar[str] = "shift-handovers"
    title: ClassVar[str] = "交接班"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    paper: ClassVar[str] = "交接班记录"
    topic: ClassVar[str] = "值班日志"
    articles: ClassVar[tuple[int, ...]] = (30, 37)
    prefix: ClassVar[str] = "JB"
    template: ClassVar[str] = "shift_row.html"
    also: ClassVar[tuple[tuple[str, str], ...]] = (("shift.index", "待接班"),)
    meanings: ClassVar[tuple[str, ...]] = ("hand", "take")
    over: ClassVar[tuple[str, ...]] = ("taken",)
    lined: ClassVar[tuple[str, ...]] = tuple(TOLD)
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "待接": {"state": "handed"}, "草拟": {"state": "draft"},
    }  # fmt: skip
    flow: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "draft": ("handed",),
        "handed": ("taken", "draft"),
    }
    sealed: ClassVar[tuple[str, ...]] = ("number", "day", "shift", "giver_id", "taker_id", *TOLD)
    afresh: ClassVar[tuple[str, ...]] = ("number", "day", "giver_id", "taker_id", *TOLD)

    day: Mapped[date] = entry("日期", "day", required=True, listed=True)
    shift: Mapped[str] = entry("班次", "choice", choices=SHIFTS, default="day", listed=True)
    giver_id: Mapped[str | None] = entry(
        "交班人", "ref", refers="Person", listed=True, help="空着就是登记这张单子的人"
    )
    taker_id: Mapped[str | None] = entry("接班人", "ref", refers="Person", listed=True)
    state: Mapped[str] = entry(
        "状态", "choice", choices=STATES, default="draft", listed=True, settled=True
    )
    problems: Mapped[str | None] = entry(
        TOLD["problems"], "note", searched=True, group="交接内容",
        help="没有办结的故障、维修和现在中断的设备，一行一件",
    )  # fmt: skip
    unsigned: Mapped[str | None] = entry(TOLD["unsigned"], "note", searched=True, group="交接内容")
    due: Mapped[str | None] = entry(TOLD["due"], "note", searched=True, group="交接内容")
    keys: Mapped[str | None] = entry(
        TOLD["keys"], "note", searched=True, group="交接内容", help="数量、存放地点；照上一班的写入"
    )
    remark: Mapped[str | None] = entry(TOLD["remark"], "note", searched=True, group="交接内容")
    handed_at: Mapped[datetime | None] = entry("交班时间", "time", group="办理", settled=True)
    taken_at: Mapped[datetime | None] = entry(
        "接班时间", "time", listed=True, group="办理", settled=True
    )
    reply: Mapped[str | None] = entry("退回意见", "note", group="办理", settled=True)

    __table_args__ = (
        Index("uq_shift_handover_number", "number", unique=True),
        Index("ix_shift_handover_state", "state", "taker_id"),
    )

    @property
    def headline(self) -> str:
        return f"{self.number} {self.day} {SHIFTS.get(self.shift, self.shift)}"

    @property
    def late(self) -> str:
        return overdue(self, datetime.now(UTC))

    @classmethod
    def begin(cls) -> Mapping[str, Any]:
        return {"day": today()}

    def lines(self, session: Session) -> Lines | None:
        rows = (
            (word, line)
            for name, word in TOLD.items()
            for line in (getattr(self, name) or "无").splitlines()
            if line.strip()
        )
        return Lines(("事项", "内容"), tuple(rows))

    def unfit(self, session: Session, meaning: str, who: Any) -> str:
        return "" if is_moving(session, self) else "请在交接班的“下一步”里办理"

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.kept(session)
        if self.taker_id and self.taker_id == self.giver_id:
            yield self.wrong("taker_id", "接班人和交班人不能是同一人")
        if self.day and self.day > today():
            yield self.wrong("day", "还没有到这一天")
        if inspect(self).persistent and self.state != "draft" and not is_moving(session, self):
            yield from kept(self, STATES[self.state])

    def prepare(self, session: Session) -> None:
        act = session.info["act"]
        if not self.giver_id and act.actor != "system":
            self.giver_id = act.actor
        super().prepare(session)


def overdue(row: ShiftHandover, now: datetime) -> str:
    """Why it should be taken over by now, "" while it need not be."""
    if row.state != "handed" or row.handed_at is None or now - row.handed_at <= LATE:
        return ""
    return f"交班 {int((now - row.handed_at).total_seconds() // 3600)} 小时，还没有人接"


signed_end("shift_handover", "draft", "taken", ("hand", "take"))
