"""The book of errors: what was written wrongly, left out or done wrongly, what is right, and who
looked at it (township norm, Article 10; duty C3).

A row is the addendum of what stands locked elsewhere: it never touches it, it stands beside it.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import Index, inspect
from sqlalchemy.orm import Mapped, Session

from inventory.log_day import LogDay
from inventory.log_entry import LogEntry
from inventory.log_sheet import locked
from inventory.paper import Paper, changed
from inventory.register import FieldError, entry
from inventory.revision import Reopened, sealed_fields
from inventory.shanghai import ahead
from inventory.signed_end import signed_end
from inventory.stepping import is_moving

KINDS: Mapping[str, str] = {
    "wrong": "错记", "missed": "漏记", "data": "数据差错", "work": "工作差错",
}  # fmt: skip
STATES: Mapping[str, str] = {"draft": "草拟", "filled": "待审核", "closed": "已更正"}
OPEN = ("draft", "filled")
LATE = timedelta(days=7)  # ours: the norm names no day
_COLOURS = {"draft": "info", "filled": "warning", "closed": "ok"}


class ErrorRecord(Reopened, Paper):
    """One error, told by one person and checked by another (`inventory.error_steps`)."""

    __tablename__ = "error_record"
    slug: ClassVar[str] = "errors"
    title: ClassVar[str] = "差错登记"
    colours: ClassVar[Mapping[str, str]] = _COLOURS
    paper: ClassVar[str] = "差错登记表"
    topic: ClassVar[str] = "值班日志"
    prefix: ClassVar[str] = "CC"
    template: ClassVar[str] = "paper_row.html"
    meanings: ClassVar[tuple[str, ...]] = ("fill", "review")
    over: ClassVar[tuple[str, ...]] = ("closed",)
    afresh: ClassVar[tuple[str, ...]] = ("number", "found_at", "log_day_id", "log_entry_id")
    views: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "未办结": {"state": ",".join(OPEN)}, "待审核": {"state": "filled"},
    }  # fmt: skip
    flow: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "draft": ("filled",),
        "filled": ("closed", "draft"),
    }
    sealed: ClassVar[tuple[str, ...]] = (
        "number", "kind", "object", "what", "right", "cause", "found_by", "found_at",
        "log_day_id", "log_entry_id",
    )  # fmt: skip

    kind: Mapped[str] = entry("差错类别", "choice", choices=KINDS, default="wrong", listed=True)
    object: Mapped[str] = entry(
        "差错对象", required=True, listed=True, searched=True, longest=300,
        help="哪一天的日志、哪一本台账的哪一条、哪一批数据",
    )  # fmt: skip
    what: Mapped[str] = entry("差错内容", "note", required=True, searched=True)
    right: Mapped[str] = entry(
        "更正内容",
        "note",
        required=True,
        searched=True,
        help="应是什么；原记录不改，更正并列显示",
    )
    cause: Mapped[str | None] = entry("差错原因", "note", searched=True)
    found_by: Mapped[str] = entry(
        "发现人", default="", listed=True, searched=True, longest=60, help="空着就是填报人"
    )
    found_at: Mapped[datetime] = entry("发现时间", "time", required=True, listed=True)
    log_entry_id: Mapped[str | None] = entry(
        "更正的日志记录", "ref", refers="LogEntry", group="日志",
        help="已经签字、提交的记录才在这里更正",
    )  # fmt: skip
    log_day_id: Mapped[str | None] = entry(
        "补充的日志", "ref", refers="LogDay", group="日志", help="漏记的选哪一天的日志"
    )
    state: Mapped[str] = entry(
        "状态", "choice", choices=STATES, default="draft", listed=True, settled=True
    )
    filled_by_id: Mapped[str | None] = entry(
        "填报人", "ref", refers="Person", listed=True, group="办理", settled=True
    )
    filled_at: Mapped[datetime | None] = entry("填报时间", "time", group="办理", settled=True)
    checked_by_id: Mapped[str | None] = entry(
        "审核人", "ref", refers="Person", listed=True, group="办理", settled=True
    )
    checked_at: Mapped[datetime | None] = entry("审核时间", "time", group="办理", settled=True)
    reply: Mapped[str | None] = entry("审核意见", "note", group="办理", settled=True)

    __table_args__ = (
        Index("uq_error_record_number", "number", unique=True),
        Index("ix_error_record_state", "centre_id", "state"),
    )

    @property
    def headline(self) -> str:
        return f"{self.number} {self.object}"

    @property
    def late(self) -> str:
        return overdue(self, datetime.now(UTC))

    @classmethod
    def begin(cls) -> Mapping[str, Any]:
        return {"found_at": datetime.now(UTC).replace(second=0, microsecond=0)}

    def unfit(self, session: Session, meaning: str, who: Any) -> str:
        return "" if is_moving(session, self) else "请在差错登记的“下一步”里办理"

    def prepare(self, session: Session) -> None:
        told = session.get(LogEntry, self.log_entry_id) if self.log_entry_id else None
        self.log_day_id = told.day_id if told is not None else self.log_day_id
        self.found_by = (self.found_by or "").strip() or session.info["act"].actor_name
        super().prepare(session)

    def check(self, session: Session) -> Iterator[FieldError]:
        yield from self.kept(session)
        if self.found_at and ahead(self.found_at):
            yield self.wrong("found_at", "还没有到这个时间")
        if changed(self, "log_day_id") or changed(self, "log_entry_id"):
            yield from self._placed(session)
        if not inspect(self).persistent or is_moving(session, self) or self.state == "draft":
            return
        back = "要改先撤回" if self.state == "filled" else "还有差错请另登一条"
        for name in (one for one in sealed_fields(ErrorRecord) if changed(self, one)):
            yield self.wrong(name, f"{STATES[self.state]}，不能再改；{back}")

    def _placed(self, session: Session) -> Iterator[FieldError]:
        """What can still be changed by its author needs no addendum."""
        sheet = session.get(LogDay, self.log_day_id) if self.log_day_id else None
        told = session.get(LogEntry, self.log_entry_id) if self.log_entry_id else None
        if sheet is None:
            return
        if sheet.centre_id != self.centre_id:
            yield self.wrong("centre_id", "应是这张日志所属的单位")
        if not locked(session, sheet.id, told.author_id if told else ""):
            name = "log_entry_id" if told else "log_day_id"
            yield self.wrong(name, "还没有签字、提交，请记录人直接修改或补记")


def overdue(row: ErrorRecord, now: datetime) -> str:
    """Why it should be closed by now, "" while it need not be."""
    if row.state not in OPEN or row.found_at is None or now - row.found_at <= LATE:
        return ""
    return f"发现 {(now - row.found_at).days} 天，还没有审核更正"


signed_end("error_record", "draft", "closed", ("fill", "review"))
